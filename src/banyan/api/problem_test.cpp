#include "banyan/api/problem.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

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

TEST(Problem, texts_are_escaped) {
  const http::Response response = render(Error(ErrorCode::invalid, "a \"quote\"\nand\ta tab"));
  EXPECT_EQ(body_of(response).at("message"), "a \"quote\"\nand\ta tab");
}

}  // namespace
}  // namespace banyan::api
