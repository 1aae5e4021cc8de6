#include "banyan/http/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace banyan::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Handler nothing() {
  return [](const Request&, Context&) -> Task<Response> { return Response(); };
}

class RouterTest : public testing::Test {
 protected:
  void add(std::string_view path, Method method = Method::get) { router.add(method, path, nothing()); }
  std::string find(std::string_view path) {
    parameters.clear();
    const Route* route = router.find(path, parameters);
    return route ? std::string(route->path_template()) : "none";
  }

  Router router;
  std::vector<std::string> parameters;
};

TEST_F(RouterTest, a_literal_goes_before_a_parameter) {
  add("/users/{id}");
  add("/users/me");
  EXPECT_EQ(find("/users/me"), "/users/me");
  EXPECT_THAT(parameters, IsEmpty());
  EXPECT_EQ(find("/users/mee"), "/users/{id}");
  EXPECT_THAT(parameters, ElementsAre("mee"));
}

TEST_F(RouterTest, a_literal_that_leads_nowhere_gives_way_to_a_parameter) {
  add("/users/{id}");
  add("/users/me/posts");
  EXPECT_EQ(find("/users/me"), "/users/{id}");
  EXPECT_THAT(parameters, ElementsAre("me"));
  EXPECT_EQ(find("/users/me/posts"), "/users/me/posts");
  EXPECT_EQ(find("/users/me/other"), "none");
  EXPECT_THAT(parameters, IsEmpty());
}

TEST_F(RouterTest, a_slash_at_the_end_is_another_path) {
  add("/users");
  add("/users/{id}");
  EXPECT_EQ(find("/users"), "/users");
  EXPECT_EQ(find("/users/"), "none");
  EXPECT_EQ(find("/users/1/"), "none");
  EXPECT_EQ(find("//users"), "none");
  EXPECT_EQ(find("/"), "none");
  EXPECT_EQ(find(""), "none");
  EXPECT_EQ(find("users"), "none");
}

TEST_F(RouterTest, the_root_is_a_route_like_any) {
  add("/");
  EXPECT_EQ(find("/"), "/");
  EXPECT_EQ(find("/x"), "none");
}

TEST_F(RouterTest, parameters_are_decoded_and_malformed_escapes_have_no_route) {
  add("/users/{id}/files/{name}");
  EXPECT_EQ(find("/users/1%2F2/files/%C3%A9+x"), "/users/{id}/files/{name}");
  EXPECT_THAT(parameters, ElementsAre("1/2", "\xc3\xa9+x"));
  EXPECT_EQ(find("/us%65rs/1/files/x"), "/users/{id}/files/{name}");
  for (const char* path : {"/users/%/files/x", "/users/%4/files/x", "/users/%zz/files/x", "/users/%00/files/x",
                           "/users/%ff/files/x", "/users/%c3/files/x", "/users/%ed%a0%80/files/x"}) {
    EXPECT_EQ(find(path), "none") << path;
  }
}

TEST_F(RouterTest, many_literals_are_found_too) {
  for (int i = 0; i < 50; ++i) add("/collection" + std::to_string(i * 7 % 50));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(find("/collection" + std::to_string(i)), "/collection" + std::to_string(i));
  EXPECT_EQ(find("/collection50"), "none");
}

TEST_F(RouterTest, head_stands_wherever_get_does) {
  add("/users", Method::get);
  add("/users", Method::post);
  const Route* route = router.find("/users", parameters);
  EXPECT_EQ(route->allow(), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(route->handler(Method::head), route->handler(Method::get));
  EXPECT_EQ(route->handler(Method::remove), nullptr);
}

TEST_F(RouterTest, a_route_given_twice_is_a_bug) {
  add("/users/{id}");
  EXPECT_THROW(add("/users/{id}"), std::logic_error);
  EXPECT_THROW(add("/users/{name}", Method::put), std::logic_error);
  EXPECT_THROW(add("users"), std::logic_error);
}

TEST_F(RouterTest, latencies_are_kept_by_template_method_and_class) {
  add("/users/{id}");
  UnseenMetrics metrics;
  router.finish(metrics);
  const Route* route = router.find("/users/1", parameters);
  ASSERT_NE(route->latency(Method::get, 204), nullptr);
  EXPECT_EQ(route->latency(Method::get, 204), route->latency(Method::get, 200));
  EXPECT_NE(route->latency(Method::get, 200), route->latency(Method::get, 404));
  EXPECT_NE(route->latency(Method::get, 200), route->latency(Method::head, 200));
  EXPECT_EQ(route->latency(Method::put, 200), nullptr);
  EXPECT_EQ(route->latency(Method::get, 999), nullptr);
}

TEST_F(RouterTest, handlers_are_wrapped_from_when_it_is_said) {
  add("/plain");
  int wrapped = 0;
  router.wrap_handlers([&](Handler handler) { return ++wrapped, handler; });
  add("/wrapped");
  add("/wrapped", Method::post);
  EXPECT_EQ(wrapped, 2);
}

}  // namespace
}  // namespace banyan::http
