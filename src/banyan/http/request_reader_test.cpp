#include "banyan/http/request_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "banyan/http/reader_driver.hpp"

namespace banyan::http {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;
using testing::StartsWith;

const std::string host = "Host: a\r\n";

std::string get(std::string_view headers) { return "GET / HTTP/1.1\r\n" + std::string(headers) + "\r\n"; }
std::string post(std::string_view headers, std::string_view body) {
  return "POST /u HTTP/1.1\r\n" + host + std::string(headers) + "\r\n" + std::string(body);
}
std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }

struct Case {
  std::string bytes;
  std::string outcome;  // the beginning of the last one
};

const std::vector<Case>& refused() {
  static const std::vector<Case> cases{
      // What issue 2, list 8, names.
      {post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), "400 unsupported_transfer_encoding"},
      {post("Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n", "abc"), "400 unsupported_transfer_encoding"},
      {post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400 length_and_encoding"},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), "400 length_and_encoding"},
      {post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), "400 malformed_content_length"},
      {post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), "400 malformed_content_length"},
      {post("Content-Length: +3\r\n", "abc"), "400 malformed_content_length"},
      {post("Content-Length: 3, 3\r\n", "abc"), "400 malformed_content_length"},
      {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "400 transfer_encoding_in_http_1_0"},
      {get(""), "400 missing_host"},
      {get(host + host), "400 repeated_host"},
      {get(host + "A: b\r\n c\r\n"), "400 folded_header"},
      {get(host + "A: b\r\n\tc\r\n"), "400 folded_header"},
      {"GET / HTTP/1.1\nHost: a\n\n", "400 bare_lf"},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", "400 bare_lf"},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", "400 bare_lf"},
      {get(host + "A: b\rc\r\n"), "400 bare_cr"},
      {get(host + "A: b\r\r\n"), "400 bare_cr"},
      {"GET / HTTP/1.1\r" + host + "\r\n", "400 "},
      {get(host + "A: b\0c\r\n"s), "400 nul"},
      {get(host + "A\0: b\r\n"s), "400 nul"},
      {"GET /\0 HTTP/1.1\r\n"s + host + "\r\n", "400 "},
      {get("Host : a\r\n"), "400 space_before_colon"},
      {get(host + "Content-Length : 3\r\n"), "400 space_before_colon"},
      {get(host + "Transfer-Encoding\t: chunked\r\n"), "400 space_before_colon"},
      {chunked("3;" + std::string(100'000, 'x') + "\r\nabc\r\n0\r\n\r\n"), "400 chunk_extension_too_large"},
      {chunked("3;a=" + std::string(100'000, 'x') + "\r\nabc\r\n0\r\n\r\n"), "400 chunk_extension_too_large"},
      {chunked("FFFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("FFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("8000000000000000\r\nabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("0x3\r\nabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      // Their neighbours.
      {post("Transfer-Encoding: identity\r\n", ""), "400 unsupported_transfer_encoding"},
      {post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "400 unsupported_transfer_encoding"},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       "400 unsupported_transfer_encoding"},
      {post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), "400 "},
      {post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), "400 unsupported_transfer_encoding"},
      {post("Transfer-Encoding:\r\n", ""), "400 unsupported_transfer_encoding"},
      {"GET / HTTP/1.0\r\nTransfer-Encoding: identity\r\n\r\n", "400 "},
      {post("Content-Length: -3\r\n", "abc"), "400 malformed_content_length"},
      {post("Content-Length: 3 3\r\n", "abc"), "400 malformed_content_length"},
      {post("Content-Length: 0x3\r\n", "abc"), "400 malformed_content_length"},
      {post("Content-Length: 3a\r\n", "abc"), "400 malformed_content_length"},
      {post("Content-Length:\r\n", ""), "400 malformed_content_length"},
      {post("Content-Length: 99999999999999999999\r\n", "abc"), "400 malformed_content_length"},
      {post("Content-Length: 9223372036854775808\r\n", "abc"), "400 malformed_content_length"},
      {get("Host: a\r\nhost: a\r\n"), "400 repeated_host"},
      {get("Host: a b\r\n"), "400 malformed_host"},
      {get("Host: a,b\r\n"), "400 malformed_host"},
      {get("Host: a/b\r\n"), "400 malformed_host"},
      {get("Host: u@a\r\n"), "400 malformed_host"},
      {" GET / HTTP/1.1\r\n" + host + "\r\n", "400 malformed_request_line"},
      {get(" Host: a\r\n"), "400 folded_header"},
      {get(host + ": b\r\n"), "400 empty_header_name"},
      {get(host + "A b: c\r\n"), "400 space_before_colon"},
      {get(host + "A@: c\r\n"), "400 malformed_header_name"},
      {get(host + "\xc3\xa9: c\r\n"), "400 malformed_header_name"},
      {get(host + "no colon\r\n"), "400 space_before_colon"},
      {get(host + "nocolon\r\n"), "400 malformed_header_name"},
      {get(host + "A: \x01\r\n"), "400 control_character"},
      {get(host + "A: b\x7f\r\n"), "400 control_character"},
      {get(host + "A: long enough for words \x1f and more of it\r\n"), "400 control_character"},
      {"\r\n\r\n" + get(host), "400 malformed_request_line"},
      {"GET  / HTTP/1.1\r\n" + host + "\r\n", "400 "},
      {"GET /  HTTP/1.1\r\n" + host + "\r\n", "400 "},
      {"GET / HTTP/1.1 \r\n" + host + "\r\n", "400 "},
      {"GET\t/ HTTP/1.1\r\n" + host + "\r\n", "400 malformed_request_line"},
      {"GET / a HTTP/1.1\r\n" + host + "\r\n", "400 malformed_target"},
      {"GET /\xc3\xa9 HTTP/1.1\r\n" + host + "\r\n", "400 malformed_target"},
      {"GET /#a HTTP/1.1\r\n" + host + "\r\n", "400 malformed_target"},
      {"GET /?#a HTTP/1.1\r\n" + host + "\r\n", "400 malformed_target"},
      {"GET a HTTP/1.1\r\n" + host + "\r\n", "400 malformed_target"},
      {"GET * HTTP/1.1\r\n" + host + "\r\n", "400 malformed_target"},
      {"GET ftp://a/ HTTP/1.1\r\n" + host + "\r\n", "400 malformed_target"},
      {"GET http:///x HTTP/1.1\r\n" + host + "\r\n", "400 malformed_target"},
      {"GET http://u:p@a/ HTTP/1.1\r\n" + host + "\r\n", "400 malformed_target"},
      {"GET /\r\n\r\n", "400 malformed_request_line"},
      {"GET / http/1.1\r\n" + host + "\r\n", "400 malformed_request_line"},
      {"GET / HTTP/1.1x\r\n" + host + "\r\n", "400 malformed_request_line"},
      {"G(T / HTTP/1.1\r\n" + host + "\r\n", "400 malformed_request_line"},
      {"GET / HTTP/2.0\r\n" + host + "\r\n", "505 "},
      {"GET / HTTP/1.2\r\n" + host + "\r\n", "505 "},
      {"GET / HTTP/0.9\r\n" + host + "\r\n", "505 "},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 "},
      {"TRACE / HTTP/1.1\r\n" + host + "\r\n", "501 "},
      {"get / HTTP/1.1\r\n" + host + "\r\n", "501 "},
      {"CONNECT a:80 HTTP/1.1\r\n" + host + "\r\n", "501 "},
      {get(host + "Expect: 200-ok\r\n"), "417 "},
      {get("Expect: 200-ok\r\n"), "400 missing_host"},
      {chunked("3\r\nabcd\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("3\r\nab\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("3\nabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("3\rXabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("3\r\nabc\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("3\r\nabc\rX0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("-3\r\nabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("+3\r\nabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked(" 3\r\nabc\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("\r\n0\r\n\r\n"), "400 malformed_chunk"},
      {chunked("0\r\nA: b\n\r\n"), "400 bare_lf"},
      {chunked("0\r\n\n"), "400 bare_lf"},
      {chunked("0\r\nA : b\r\n\r\n"), "400 malformed_trailer"},
      {chunked("0\r\nA: b\r\n c\r\n\r\n"), "400 malformed_trailer"},
      {chunked("0\r\nA: b\0\r\n\r\n"s), "400 malformed_trailer"},
      {chunked("0\r\nGET / HTTP/1.1\r\n\r\n"), "400 malformed_trailer"},
      {chunked("0\r\nA: " + std::string(17'000, 'x') + "\r\n\r\n"), "431 trailers_too_large"},
      {chunked(std::string(20'000'000, '0') + "\r\n\r\n"), "413 body_too_large"},
      {chunked("200000\r\n"), "413 body_too_large"},
      {chunked("7FFFFFFFFFFFFFFF\r\n"), "413 body_too_large"},
      {post("Content-Length: 9223372036854775807\r\n", ""), "413 body_too_large"},
      {post("Content-Length: 2000000\r\n", ""), "413 body_too_large"},
      {"GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n" + host + "\r\n", "414 request_line_too_long"},
      {std::string(9000, 'x'), "414 request_line_too_long"},
      {get(host + "A: " + std::string(17'000, 'x') + "\r\n"), "431 header_too_large"},
  };
  return cases;
}

const std::vector<Case>& accepted() {
  static const std::vector<Case> cases{
      {get(host), "GET / | Host=a | keep-alive | "},
      {"\r\n" + get(host), "GET / | Host=a | keep-alive | "},
      {"GET / HTTP/1.0\r\n\r\n", "GET / | "},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET / | Connection=keep-alive | keep-alive | "},
      {get("Host: [::1]:80\r\n"), "GET / | Host=[::1]:80 | keep-alive | "},
      {get("Host:\r\n"), "GET / | Host= | keep-alive | "},
      {get("HOST:\t a \t\r\n"), "GET / | HOST=a | keep-alive | "},
      {get(host + "A: b\tc \xc3\xa9\r\nEmpty: \r\n"), "GET / | Host=a | A=b\tc \xc3\xa9 | Empty= | keep-alive | "},
      {get(host + "Connection: close\r\n"), "GET / | Host=a | Connection=close | "},
      {get(host + "Connection: Upgrade\r\nUpgrade: h2c\r\n"),
       "GET / | Host=a | Connection=Upgrade | Upgrade=h2c | keep-alive | "},
      {"GET /a/b%20c?d=e?&f HTTP/1.1\r\n" + host + "\r\n", "GET /a/b%20c?d=e?&f | Host=a | keep-alive | "},
      {"GET http://a:80/b?c HTTP/1.1\r\n" + host + "\r\n", "GET /b?c | Host=a | keep-alive | "},
      {"GET HTTP://a HTTP/1.1\r\n" + host + "\r\n", "GET / | Host=a | keep-alive | "},
      {"GET http://a?b HTTP/1.1\r\n" + host + "\r\n", "GET /?b | Host=a | keep-alive | "},
      {"OPTIONS * HTTP/1.1\r\n" + host + "\r\n", "OPTIONS * | Host=a | keep-alive | "},
      {post("Content-Length: 3\r\n", "abc"), "POST /u | Host=a | Content-Length=3 | keep-alive | abc"},
      {post("Content-Length: 003\r\n", "abc"), "POST /u | Host=a | Content-Length=003 | keep-alive | abc"},
      {post("Content-Length: 0\r\n", ""), "POST /u | Host=a | Content-Length=0 | keep-alive | "},
      {post("", ""), "POST /u | Host=a | keep-alive | "},
      {post("Content-Length: 3\r\nConnection: upgrade\r\nUpgrade: x\r\n", "abc"),
       "POST /u | Host=a | Content-Length=3 | Connection=upgrade | Upgrade=x | keep-alive | abc"},
      {chunked("3\r\nabc\r\n0\r\n\r\n"), "POST /u | Host=a | Transfer-Encoding=chunked | keep-alive | abc"},
      {chunked("1\r\na\r\n00a\r\n\r\n34567890\r\n0\r\n\r\n"),
       "POST /u | Host=a | Transfer-Encoding=chunked | keep-alive | a\r\n34567890"},
      {chunked("3;a=\"b\";c=d\r\nabc\r\n0;e\r\n\r\n"),
       "POST /u | Host=a | Transfer-Encoding=chunked | keep-alive | abc"},
      {chunked("3\r\nabc\r\n0\r\nAdmin: yes\r\nHost: b\r\n\r\n"),
       "POST /u | Host=a | Transfer-Encoding=chunked | keep-alive | abc"},
      {chunked("0\r\n\r\n"), "POST /u | Host=a | Transfer-Encoding=chunked | keep-alive | "},
      {post("Transfer-Encoding: CHUNKED\r\nConnection: upgrade\r\nUpgrade: x\r\n", "1\r\na\r\n0\r\n\r\n"),
       "POST /u | Host=a | Transfer-Encoding=CHUNKED | Connection=upgrade | Upgrade=x | keep-alive | a"},
  };
  return cases;
}

TEST(RequestReader, what_could_smuggle_a_request_is_refused) {
  for (const Case& tried : refused()) {
    const std::vector<std::string> outcomes = read_whole(tried.bytes);
    ASSERT_FALSE(outcomes.empty()) << tried.bytes.substr(0, 300);
    EXPECT_THAT(outcomes.back(), StartsWith(tried.outcome)) << tried.bytes.substr(0, 300);
    EXPECT_EQ(outcomes.size(), 1U) << "read as a request: " << tried.bytes.substr(0, 300);
  }
}

TEST(RequestReader, what_is_well_formed_is_read) {
  for (const Case& tried : accepted()) {
    EXPECT_THAT(read_whole(tried.bytes), ElementsAre(tried.outcome)) << tried.bytes;
  }
}

void expect_the_same_however_split(const std::string& bytes) {
  const std::vector<std::string> whole = read_whole(bytes);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    ReaderDriver driver;
    driver.feed(std::string_view(bytes).substr(0, cut));
    driver.feed(std::string_view(bytes).substr(cut));
    ASSERT_EQ(driver.outcomes(), whole) << "cut at " << cut << " of\n" << bytes.substr(0, 300);
  }
  ReaderDriver driver;
  for (const char& byte : bytes) driver.feed(std::string_view(&byte, 1));
  ASSERT_EQ(driver.outcomes(), whole) << "byte by byte:\n" << bytes.substr(0, 300);
}

TEST(RequestReader, the_outcome_does_not_depend_on_how_the_bytes_were_split) {
  for (const std::vector<Case>* cases : {&refused(), &accepted()}) {
    for (const Case& tried : *cases) {
      if (tried.bytes.size() < 1000) expect_the_same_however_split(tried.bytes);
    }
  }
}

TEST(RequestReader, pipelined_requests_are_read_one_after_the_other) {
  std::string bytes;
  std::vector<std::string> expected;
  for (const Case& tried : accepted()) {
    bytes += tried.bytes;
    expected.push_back(tried.outcome);
  }
  EXPECT_EQ(read_whole(bytes), expected);
  ReaderDriver driver;
  for (const char& byte : bytes) driver.feed(std::string_view(&byte, 1));
  EXPECT_EQ(driver.outcomes(), expected);
}

TEST(RequestReader, a_limit_holds_to_the_byte) {
  Limits limits;
  limits.request_line_bytes = 20;
  limits.header_bytes = 20;
  limits.header_count = 2;
  limits.body_bytes = 3;
  const auto outcome = [&](const std::string& bytes) {
    const std::vector<std::string> whole = read_whole(bytes, limits);
    ReaderDriver driver(limits);
    for (const char& byte : bytes) driver.feed(std::string_view(&byte, 1));
    EXPECT_EQ(driver.outcomes(), whole) << bytes;
    return whole.empty() ? std::string("nothing") : whole.back();
  };
  EXPECT_THAT(outcome("GET /234567 HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("GET"));
  EXPECT_EQ(outcome("GET /2345678 HTTP/1.1\r\nHost: a\r\n\r\n"), "414 request_line_too_long");
  EXPECT_EQ(outcome("GET /23456789012345678"), "414 request_line_too_long");
  EXPECT_THAT(outcome("GET / HTTP/1.1\r\nHost: a\r\nB: 456789\r\n\r\n"), StartsWith("GET"));
  EXPECT_EQ(outcome("GET / HTTP/1.1\r\nHost: a\r\nB: 4567890\r\n\r\n"), "431 header_too_large");
  EXPECT_EQ(outcome("GET / HTTP/1.1\r\nHost: a\r\nB:\r\nC:\r\n\r\n"), "431 too_many_headers");
  EXPECT_THAT(outcome("PUT / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"), StartsWith("PUT"));
  EXPECT_EQ(outcome("PUT / HTTP/1.0\r\nContent-Length: 4\r\n\r\n"), "413 body_too_large");
  limits.header_bytes = 100;
  const std::string head = "PUT / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(outcome(head + "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), StartsWith("PUT"));
  EXPECT_EQ(outcome(head + "2\r\nab\r\n2\r\n"), "413 body_too_large");
  EXPECT_EQ(outcome(head + "0\r\nA:\r\nB:\r\nC:\r\n\r\n"), "431 trailers_too_large");
}

TEST(RequestReader, a_bare_lf_is_refused_before_the_header_is_complete) {
  EXPECT_THAT(read_whole("GET / HTTP/1.1\n"), ElementsAre("400 bare_lf"));
}

TEST(RequestReader, trailers_never_become_headers) {
  RequestReader reader;
  reader.reset();
  const std::string bytes = chunked("1\r\na\r\n0\r\nAuthorization: Bearer x\r\n\r\n");
  ASSERT_EQ(reader.advance(bytes, Limits()).state, RequestReader::State::complete);
  EXPECT_FALSE(reader.request().header("authorization"));
  EXPECT_TRUE(reader.request().header("HOST"));
}

TEST(RequestReader, a_request_id_is_taken_over_only_when_it_is_harmless) {
  const auto taken = [](const std::string& id) {
    RequestReader reader;
    reader.reset();
    const std::string bytes = get(host + "X-Request-Id: " + id + "\r\n");
    EXPECT_EQ(reader.advance(bytes, Limits()).state, RequestReader::State::complete);
    return std::string(reader.head().request_id);
  };
  EXPECT_EQ(taken("a-B_9.c"), "a-B_9.c");
  EXPECT_EQ(taken(std::string(64, 'x')), std::string(64, 'x'));
  EXPECT_EQ(taken(std::string(65, 'x')), "");
  EXPECT_EQ(taken("a\"b"), "");
  EXPECT_EQ(taken(""), "");
}

}  // namespace
}  // namespace banyan::http
