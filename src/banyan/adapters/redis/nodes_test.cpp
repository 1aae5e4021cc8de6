#include "banyan/adapters/redis/nodes.hpp"

#include <gtest/gtest.h>

namespace banyan::redis {
namespace {

const Endpoint asked{.host = "10.0.0.9", .port = 7'000};

std::string told(std::string_view error) {
  const auto node = moved_to(error, asked);
  return node ? node->host + " " + std::to_string(node->port) : "nothing";
}

TEST(RedisNodesTest, what_moved_names_is_understood_or_nothing) {
  EXPECT_EQ(told("MOVED 3999 127.0.0.1:6381"), "127.0.0.1 6381");
  EXPECT_EQ(told("MOVED 3999 cache-1.internal:6381"), "cache-1.internal 6381");
  EXPECT_EQ(told("MOVED 3999 2001:db8::1:6381"), "2001:db8::1 6381");
  EXPECT_EQ(told("MOVED 3999 :6381"), "10.0.0.9 6381") << "the host that was asked";
  for (const char* error : {"MOVED 3999 ?:6381", "MOVED 3999 host:0", "MOVED 3999 host:65536", "MOVED 3999 host:",
                            "MOVED 3999 host:7x", "MOVED 3999 host", "MOVED ", "MOVED", "ASK 3999 host:6381", ""})
    EXPECT_EQ(told(error), "nothing") << error;
}

resp::Reply text(std::string value) { return {.kind = resp::Reply::Kind::string, .text = std::move(value)}; }
resp::Reply number(std::int64_t value) { return {.kind = resp::Reply::Kind::integer, .integer = value}; }
resp::Reply array(std::vector<resp::Reply> items) {
  return {.kind = resp::Reply::Kind::array, .items = std::move(items)};
}

TEST(RedisNodesTest, every_node_of_the_slots_is_met_once_replicas_too_and_what_cannot_be_understood_is_left_out) {
  const auto node = [](const std::string& host, std::int64_t port) {
    return array({text(host), number(port), text("id"), array({})});
  };
  const resp::Reply slots =
      array({array({number(0), number(99), node("a", 1), node("b", 2)}),
             array({number(100), number(200), node("a", 1), node("", 3), node("?", 4), node("c", 70'000), text("x")}),
             array({number(201)}), text("y")});
  const std::vector<Address> expected{
      {.host = "a", .port = 1}, {.host = "b", .port = 2}, {.host = "10.0.0.9", .port = 3}};
  EXPECT_EQ(nodes_of(slots, asked), expected);
}

TEST(RedisNodesTest, after_failures_all_take_turns_and_whoever_has_the_keys_comes_first) {
  Endpoint named{.host = "a", .port = 1, .password = "secret"};
  named.more = {{.host = "b", .port = 2}};
  Nodes nodes(named);
  EXPECT_TRUE(nodes.several());
  nodes.met({{.host = "b", .port = 2}, {.host = "c", .port = 3}});
  std::string turns;
  for (int i = 0; i < 6; ++i) {
    turns += nodes.current().host;
    EXPECT_EQ(nodes.current().password, "secret");
    nodes.failed();
  }
  EXPECT_EQ(turns, "abcabc");
  nodes.moved({.host = "d", .port = 4});
  EXPECT_EQ(nodes.current().host, "d");
  nodes.failed();
  EXPECT_NE(nodes.current().host, "d");
}

TEST(RedisNodesTest, one_server_is_always_the_same_and_a_socket_is_left_for_a_host_and_come_back_to) {
  Nodes one(asked);
  one.failed();
  EXPECT_TRUE(one.current().same_place(asked));
  Endpoint socket;
  socket.socket = "/run/redis.sock";
  Nodes local(socket);
  local.moved({.host = "a", .port = 1});
  EXPECT_EQ(local.current().host, "a");
  EXPECT_EQ(local.current().socket, "");
  local.failed();
  EXPECT_EQ(local.current().socket, "/run/redis.sock");
}

}  // namespace
}  // namespace banyan::redis
