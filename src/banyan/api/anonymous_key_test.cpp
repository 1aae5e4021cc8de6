#include "banyan/api/anonymous_key.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "banyan/api/service_key.hpp"

namespace banyan::api {
namespace {

class AnonymousKeyTest : public testing::Test {
 protected:
  Result<Viewer> asked_with(std::vector<http::Header> headers) {
    http::Request request;
    request.headers = headers;
    return key_.viewer_of(request);
  }

  ServiceKey service_key_{"the-service-key"};
  AnonymousKey key_{"everybody-knows", service_key_};
};

TEST_F(AnonymousKeyTest, makes_whoever_brings_it_anyone) {
  EXPECT_EQ(asked_with({{"apikey", "everybody-knows"}})->kind, Viewer::Kind::anonymous);
  EXPECT_EQ(asked_with({{"Authorization", "Bearer everybody-knows"}, {"apikey", "everybody-knows"}})->kind,
            Viewer::Kind::anonymous);
}

TEST_F(AnonymousKeyTest, leaves_all_else_as_it_is) {
  EXPECT_TRUE(asked_with({{"apikey", "everybody-knows"}, {"authorization", "bearer the-service-key"}})->is_service());
  EXPECT_TRUE(asked_with({{"apikey", "the-service-key"}})->is_service());
  EXPECT_EQ(asked_with({})->kind, Viewer::Kind::anonymous);
  EXPECT_FALSE(asked_with({{"apikey", "everybody"}}));
  EXPECT_FALSE(asked_with({{"apikey", ""}}));
  EXPECT_FALSE(asked_with({{"Authorization", "Basic everybody-knows"}}));
}

TEST_F(AnonymousKeyTest, that_is_not_set_lets_nobody_in) {
  const AnonymousKey none{"", service_key_};
  const http::Header header{"apikey", ""};
  http::Request request;
  request.headers = {&header, 1};
  EXPECT_FALSE(none.viewer_of(request));
}

}  // namespace
}  // namespace banyan::api
