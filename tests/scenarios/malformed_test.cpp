#include <ostream>

#include "scenarios/raw_connection.hpp"
#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;

// What a proxy in front might read differently: each is answered with an error, and the connection is closed, so that
// nothing behind it is ever taken for a request.
struct Malformed {
  std::string name;
  std::string bytes;
  int status = 400;
};
std::ostream& operator<<(std::ostream& out, const Malformed& malformed) { return out << malformed.name; }

const std::string smuggled = "GET /users/1 HTTP/1.1\r\nHost: a\r\n\r\n";

std::string with_headers(const std::string& headers, const std::string& body = "") {
  return "POST /users HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}
std::string chunked(const std::string& body) { return with_headers("Transfer-Encoding: chunked\r\n", body); }

const std::string json = R"({"name":"A"})";

const Malformed requests[] = {
    {"chunked_then_identity", with_headers("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")},
    {"identity", with_headers("Transfer-Encoding: identity\r\n", json)},
    {"an_unknown_coding_beside_a_length", with_headers("Transfer-Encoding: xchunked\r\nContent-Length: 12\r\n", json)},
    {"a_coding_written_with_a_tab", with_headers("Transfer-Encoding: \tchunked\r\nContent-Length: 12\r\n", json)},
    {"chunked_twice", with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
    {"a_length_beside_chunked", with_headers("Content-Length: 12\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
    {"chunked_beside_a_length", with_headers("Transfer-Encoding: chunked\r\nContent-Length: 12\r\n", "0\r\n\r\n")},
    {"two_lengths", with_headers("Content-Length: 12\r\nContent-Length: 12\r\n", json)},
    {"two_different_lengths", with_headers("Content-Length: 12\r\nContent-Length: 0\r\n", json)},
    {"a_length_with_a_sign", with_headers("Content-Length: +3\r\n", "{} ")},
    {"a_list_of_lengths", with_headers("Content-Length: 3, 3\r\n", "{} ")},
    {"a_negative_length", with_headers("Content-Length: -3\r\n", "{} ")},
    {"a_length_in_hexadecimal", with_headers("Content-Length: 0x3\r\n", "{} ")},
    {"an_empty_length", with_headers("Content-Length: \r\n", "{} ")},
    {"a_length_that_overflows", with_headers("Content-Length: 18446744073709551619\r\n", "{} ")},
    {"chunked_in_http_1_0", "POST /users HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"no_host", "GET /health HTTP/1.1\r\n\r\n"},
    {"two_hosts", "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
    {"two_equal_hosts", "GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
    {"a_folded_header", "GET /health HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n"},
    {"a_folded_first_header", "GET /health HTTP/1.1\r\n Host: a\r\n\r\n"},
    {"bare_lf", "GET /health HTTP/1.1\nHost: a\n\n"},
    {"bare_lf_after_a_header", "GET /health HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n"},
    {"bare_lf_at_the_end", "GET /health HTTP/1.1\r\nHost: a\r\n\n"},
    {"bare_cr", "GET /health HTTP/1.1\r\nHost: a\rX-A: b\r\n\r\n"},
    {"bare_cr_in_a_value", "GET /health HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\n\r\n"},
    {"nul_in_a_value", std::string("GET /health HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n", 45)},
    {"nul_in_the_target", std::string("GET /hea\0lth HTTP/1.1\r\nHost: a\r\n\r\n", 34)},
    {"a_space_before_the_colon", "GET /health HTTP/1.1\r\nHost : a\r\n\r\n"},
    {"a_space_in_a_name", "GET /health HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n"},
    {"a_header_without_a_colon", "GET /health HTTP/1.1\r\nHost: a\r\nX-A\r\n\r\n"},
    {"a_header_without_a_name", "GET /health HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"},
    {"a_hundred_kilobytes_of_chunk_extension", chunked("1;" + std::string(100'000, 'x') + "\r\n{\r\n0\r\n\r\n")},
    {"a_hundred_kilobytes_of_last_chunk_extension", chunked("0;" + std::string(100'000, 'x') + "\r\n\r\n")},
    {"a_hundred_kilobytes_of_quoted_chunk_extension",
     chunked("1;a=\"" + std::string(100'000, 'x') + "\"\r\n{\r\n0\r\n\r\n")},
    {"two_hundred_kilobytes_of_trailer", chunked("2\r\n{}\r\n0\r\nX-A: " + std::string(200'000, 'x') + "\r\n\r\n"),
     431},
    {"a_chunk_size_that_overflows", chunked("fffffffffffffffff\r\n{}\r\n0\r\n\r\n")},
    {"a_chunk_size_that_becomes_small_by_overflow", chunked("10000000000000002\r\n{}\r\n0\r\n\r\n")},
    {"a_chunk_size_that_overflows_a_signed_number", chunked("ffffffffffffffff\r\n{}\r\n0\r\n\r\n")},
    {"a_chunk_size_that_is_merely_large", chunked("7fffffffffffffff\r\n{}\r\n0\r\n\r\n"), 413},
    {"a_chunk_size_in_no_hexadecimal", chunked("g\r\n{}\r\n0\r\n\r\n")},
    {"a_chunk_size_with_a_prefix", chunked("0x2\r\n{}\r\n0\r\n\r\n")},
    {"a_chunk_size_with_a_sign", chunked("+2\r\n{}\r\n0\r\n\r\n")},
    {"a_chunk_size_with_a_space", chunked(" 2\r\n{}\r\n0\r\n\r\n")},
    {"no_chunk_size", chunked("\r\n{}\r\n0\r\n\r\n")},
    {"a_chunk_longer_than_its_size", chunked("1\r\n{}\r\n0\r\n\r\n")},
    {"a_chunk_ended_by_lf", chunked("2\n{}\r\n0\r\n\r\n")},
    {"chunk_data_ended_by_lf", chunked("2\r\n{}\n0\r\n\r\n")},
    {"a_malformed_request_line", "GET\r\nHost: a\r\n\r\n"},
    {"two_spaces_in_the_request_line", "GET  /health HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a_target_without_a_slash", "GET health HTTP/1.1\r\nHost: a\r\n\r\n"},
    {"a_tls_greeting", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15)},
    {"another_major_version", "GET /health HTTP/2.0\r\nHost: a\r\n\r\n", 505},
    {"an_unknown_expectation", with_headers("Content-Length: 12\r\nExpect: more\r\n", json), 417},
    {"a_request_line_that_is_too_long", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
    {"headers_that_are_too_large", "GET /health HTTP/1.1\r\nHost: a\r\nX-A: " + std::string(17'000, 'a') + "\r\n\r\n",
     431},
    {"too_many_headers",
     "GET /health HTTP/1.1\r\nHost: a\r\n" +
         [] {
           std::string headers;
           for (int i = 0; i < 150; ++i) headers += "X-" + std::to_string(i) + ": a\r\n";
           return headers;
         }() +
         "\r\n",
     431},
};

class MalformedRequest : public ServedTest, public testing::WithParamInterface<Malformed> {};

TEST_P(MalformedRequest, is_refused_and_nothing_behind_it_is_read) {
  RawConnection connection;
  ASSERT_TRUE(connection.connect(server_.port()));
  // Sending may fail at its end: the refusal may come, and the connection close, before all was sent.
  connection.send(GetParam().bytes + smuggled);
  auto response = connection.read_response(milliseconds(5000));
  ASSERT_TRUE(response) << "there is no answer";
  EXPECT_EQ(response->status, GetParam().status) << response->body;
  EXPECT_EQ(response->headers["content-type"], "application/problem+json");
  EXPECT_EQ(response->headers["connection"], "close");
  EXPECT_FALSE(connection.read_response(milliseconds(1000))) << "the smuggled request was answered";
  EXPECT_TRUE(connection.closed_within(milliseconds(5000)));
  EXPECT_EQ(send(get("/health")).status, 200) << "the server goes on";
  expect_response(send(get("/users")), {.json = "[]"}, "GET");
}
INSTANTIATE_TEST_SUITE_P(Raw, MalformedRequest, testing::ValuesIn(requests),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace banyan::scenarios
