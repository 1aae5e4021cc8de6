#include "banyan/api/rest/media_type.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace banyan::api::rest {
namespace {

using Form = Representation::Form;

Result<Representation> negotiated(std::string_view accept) {
  const http::Header header{"Accept", accept};
  http::Request request;
  request.headers = {&header, 1};
  return negotiate(request);
}

Result<BodyType> body_type(std::string_view type) {
  const http::Header header{"content-type", type};
  http::Request request;
  request.headers = {&header, 1};
  return body_type_of(request);
}

TEST(MediaType, is_json_where_nothing_or_anything_is_asked_for) {
  EXPECT_EQ(negotiate(http::Request{})->form, Form::array);
  EXPECT_EQ(negotiated("*/*")->form, Form::array);
  EXPECT_EQ(negotiated("")->form, Form::array);
  EXPECT_EQ(negotiated("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8")->form,
            Form::array);
}

TEST(MediaType, follows_the_highest_quality_that_is_offered) {
  EXPECT_EQ(negotiated("application/json;q=0.5, text/csv")->form, Form::csv);
  EXPECT_EQ(negotiated("text/csv;q=0.1, application/vnd.pgrst.object+json;q=0.2")->form, Form::object);
  EXPECT_EQ(negotiated("image/png, text/csv;q=0.1")->form, Form::csv);
  EXPECT_FALSE(negotiated("text/csv;q=0"));
}

TEST(MediaType, may_be_asked_for_in_several_lines) {
  const std::vector<http::Header> headers{{"Accept", "image/png"}, {"accept", "text/csv"}};
  http::Request request;
  request.headers = headers;
  EXPECT_EQ(negotiate(request)->form, Form::csv);
}

TEST(MediaType, of_one_record_may_leave_nulls_out) {
  const auto plain = negotiated("application/vnd.pgrst.object");
  EXPECT_TRUE(plain->single());
  EXPECT_FALSE(plain->nulls_stripped);
  const auto stripped = negotiated("application/vnd.pgrst.object+json;nulls=stripped");
  EXPECT_TRUE(stripped->single() && stripped->nulls_stripped);
  EXPECT_EQ(stripped->content_type(), "application/vnd.pgrst.object+json; nulls=stripped; charset=utf-8");
  EXPECT_TRUE(negotiated("application/vnd.pgrst.array+json;nulls=stripped")->nulls_stripped);
}

TEST(MediaType, that_is_not_offered_is_refused_in_words_that_tell_the_two_reasons_apart) {
  EXPECT_EQ(negotiated("text/unknowntype").error().reason, "not_acceptable");
  EXPECT_EQ(negotiated("application/geo+json").error().code, ErrorCode::unsupported);
  EXPECT_EQ(negotiated("application/vnd.pgrst.plan+text; for=\"text/csv, application/json\"; options=analyze|verbose;")
                .error()
                .code,
            ErrorCode::unsupported);
}

TEST(MediaType, of_a_body_is_json_csv_or_a_form) {
  EXPECT_EQ(*body_type_of(http::Request{}), BodyType::json);
  EXPECT_EQ(*body_type("Application/JSON; charset=utf-8"), BodyType::json);
  EXPECT_EQ(*body_type("text/csv"), BodyType::csv);
  EXPECT_EQ(*body_type("application/x-www-form-urlencoded"), BodyType::form);
  EXPECT_EQ(body_type("text/plain").error().reason, "unsupported_media_type");
}

}  // namespace
}  // namespace banyan::api::rest
