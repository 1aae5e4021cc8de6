#include "banyan/adapters/redis/url.hpp"

#include <gtest/gtest.h>

namespace banyan::redis {
namespace {

TEST(RedisUrlTest, every_part_is_understood) {
  struct Case {
    std::string url;
    std::string described;
    std::string user;
    std::string password;
  };
  for (const Case& one : std::vector<Case>{
           {"redis://cache.internal", "redis://cache.internal:6379/0", "", ""},
           {"redis://cache.internal:7000/", "redis://cache.internal:7000/0", "", ""},
           {"redis://127.0.0.1:7000/15", "redis://127.0.0.1:7000/15", "", ""},
           {"rediss://[::1]:7000/1", "rediss://[::1]:7000/1", "", ""},
           {"redis://:s3cret%2F%25%3A%40@host/2", "redis://host:6379/2", "", "s3cret/%:@"},
           {"redis://app%40eu:a:b@host", "redis://host:6379/0", "app@eu", "a:b"},
           {"unix:///run/redis.sock", "unix:///run/redis.sock?db=0", "", ""},
           {"unix://app:pw@/run/re%20dis.sock?db=3", "unix:///run/re dis.sock?db=3", "app", "pw"},
       }) {
    const auto endpoint = parse_url(one.url);
    ASSERT_TRUE(endpoint) << one.url << ": " << endpoint.error().message;
    EXPECT_EQ(describe(*endpoint), one.described);
    EXPECT_EQ(endpoint->user, one.user) << one.url;
    EXPECT_EQ(endpoint->password, one.password) << one.url;
  }
}

TEST(RedisUrlTest, what_is_wrong_is_named_with_its_remedy_and_without_the_password) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "does not begin with redis://"},
      {"localhost:6379", "does not begin with redis://"},
      {"http://:hunter2@host", "its scheme is unknown"},
      {"redis://:hunter2@", "it has no host"},
      {"redis://:hunter2@host:0", "its port"},
      {"redis://:hunter2@host:65536", "its port"},
      {"redis://:hunter2@host:x", "its port"},
      {"redis://:hunter2@host/cache", "its database"},
      {"redis://:hunter2@host/-1", "its database"},
      {"redis://:hunter2@host/0/1", "its database"},
      {"redis://:hunter2@host/0?db=1", "after its '?'"},
      {"redis://:hunter2#@host", "it has a '#'"},
      {"redis://:hunter2%@host", "it is not one"},
      {"redis://:hunter2@host,other:x", "its port"},
      {"redis://:hunter2@host,,other", "no host"},
      {"redis://:hunter2@host,", "no host"},
      {"redis://hunter2@host", "a user without a password"},
      {"unix://:hunter2@host/socket", "no path of a socket"},
      {"unix:///" + std::string(107, 'x'), "longer than 107 bytes"},
      {"unix:///run/redis.sock?database=1", "only db"},
  };
  for (const auto& [url, place] : cases) {
    const auto endpoint = parse_url(url);
    ASSERT_FALSE(endpoint) << url;
    const Error& error = endpoint.error();
    EXPECT_EQ(error.code, ErrorCode::invalid) << url;
    EXPECT_NE(error.message.find(place), std::string::npos) << url << ": " << error.message;
    EXPECT_FALSE(error.hint.empty()) << url;
    for (const std::string& said : {error.message, error.hint, error.detail})
      EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
  }
}

TEST(RedisUrlTest, several_hosts_are_nodes_of_one_cluster) {
  const auto endpoint = parse_url("rediss://app:a%2Cb@one:7000,two,[::1]:7002/0");
  ASSERT_TRUE(endpoint) << endpoint.error().message;
  EXPECT_EQ(describe(*endpoint), "rediss://one:7000/0");
  EXPECT_EQ(endpoint->password, "a,b");
  const std::vector<Address> more{{.host = "two", .port = 6379}, {.host = "::1", .port = 7002}};
  EXPECT_EQ(endpoint->more, more);
  EXPECT_EQ(parse_url("redis://:a,b@one")->more.size(), 0U) << "that is the password's comma";
  std::string many = "redis://node";
  for (std::size_t i = 1; i <= nodes_max; ++i) many += ",node" + std::to_string(i);
  EXPECT_FALSE(parse_url(many));
}

}  // namespace
}  // namespace banyan::redis
