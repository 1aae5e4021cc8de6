#include "banyan/api/problem.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "banyan/base/utf8.hpp"
#include "banyan/http/fault.hpp"

namespace banyan::api {
namespace {

boost::json::object body_of(const http::Response& response) {
  return boost::json::parse(response.body.bytes()).as_object();
}

TEST(Problem, the_body_is_rfc_9457_and_postgrest_at_once) {
  const http::Response response = render(Error(ErrorCode::already_exists, "That e-mail is taken.")
                                             .with_reason("unique_violation")
                                             .with_hint("Choose another.")
                                             .with_fields({{"email", "is taken"}}));
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const boost::json::object body = body_of(response);
  EXPECT_EQ(body.at("type"), "urn:banyan:error:unique_violation");
  EXPECT_EQ(body.at("title"), "Conflict");
  EXPECT_EQ(body.at("status"), 409);
  EXPECT_EQ(body.at("detail"), "That e-mail is taken.");
  EXPECT_EQ(body.at("message"), "That e-mail is taken.");
  EXPECT_EQ(body.at("code"), "23505");
  EXPECT_EQ(body.at("details"), "email: is taken");
  EXPECT_EQ(body.at("hint"), "Choose another.");
  EXPECT_EQ(body.at("errors").as_array().at(0).at("field"), "email");
}

TEST(Problem, what_is_for_the_log_never_reaches_the_body) {
  const http::Response response = render(Error(ErrorCode::internal, "Something broke.").with_detail("at 0xdead"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body.bytes().find("0xdead"), std::string_view::npos);
}

TEST(Problem, every_error_code_has_a_status_of_an_error) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    const ProblemKind kind = kind_of(Error(static_cast<ErrorCode>(code), ""));
    EXPECT_GE(kind.status, 400);
    EXPECT_EQ(kind.status == 500, static_cast<ErrorCode>(code) == ErrorCode::internal) << code;
  }
}

TEST(Problem, a_refusal_that_may_be_tried_again_says_when) {
  const http::Response response = render(Error(ErrorCode::overloaded, "Too much to do."));
  EXPECT_EQ(response.status, 503);
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0].first, "Retry-After");
}

TEST(Problem, what_was_sent_is_repeated_as_well_formed_text_only) {
  const http::Response response =
      render(Error(ErrorCode::invalid, "no \xff, no \xc3").with_fields({{"a\xc3", "is \xe2\x82"}}));
  EXPECT_TRUE(is_valid_utf8(response.body.bytes()));
  EXPECT_EQ(body_of(response).at("message"), "no \xef\xbf\xbd, no \xef\xbf\xbd");
}

TEST(Problem, texts_are_escaped) {
  const http::Response response = render(Error(ErrorCode::invalid, "a \"quote\"\nand\ta tab"));
  EXPECT_EQ(body_of(response).at("message"), "a \"quote\"\nand\ta tab");
}

TEST(Problem, a_value_past_its_bounds_has_the_code_of_a_broken_check) {
  const ProblemKind kind = kind_of(Error(ErrorCode::invalid, "").with_reason("invalid_value"));
  EXPECT_EQ(kind.status, 400);
  EXPECT_EQ(kind.code, "23514");
}

// The table of docs/errors.md: its rows begin with statuses and, in backticks, codes.
std::set<std::pair<int, std::string>> documented() {
  std::ifstream file(BANYAN_SOURCE_FOLDER "/docs/errors.md");
  std::set<std::pair<int, std::string>> pairs;
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    std::string nothing, statuses, codes;
    std::getline(std::getline(std::getline(cells, nothing, '|'), statuses, '|'), codes, '|');
    std::istringstream numbers(statuses);
    for (int status = 0; numbers >> status; numbers.ignore(1, ',')) {
      std::istringstream words(codes);
      std::string before, code;
      while (std::getline(words, before, '`') && std::getline(words, code, '`')) {
        pairs.emplace(status, code);
      }
    }
  }
  return pairs;
}

TEST(Problem, the_document_and_the_table_name_the_same_codes) {
  const auto pairs = documented();
  std::set<std::string> shown;
  for (const std::string_view code : shown_codes()) shown.emplace(code);
  for (std::size_t i = 1; i < http::fault_count; ++i) {
    const http::FaultText& fault = http::describe(static_cast<http::Fault>(i));
    shown.emplace(fault.reason);
    // Of the many that break HTTP's rules the document names two.
    if (fault.status != 400) EXPECT_TRUE(pairs.contains({fault.status, std::string(fault.reason)})) << fault.reason;
  }
  shown.emplace("no_file_handles");
  std::set<std::string> named;
  for (const auto& [status, code] : pairs) {
    EXPECT_TRUE(shown.contains(code)) << code << " is documented, and nobody shows it";
    named.insert(code);
  }
  for (const std::string_view code : shown_codes()) EXPECT_TRUE(named.contains(std::string(code))) << code;
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    const ProblemKind kind = kind_of(Error(static_cast<ErrorCode>(code), ""));
    EXPECT_TRUE(pairs.contains({kind.status, kind.code})) << kind.status << " " << kind.code;
  }
}

}  // namespace
}  // namespace banyan::api
