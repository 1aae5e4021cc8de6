#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "banyan/fleet/render.hpp"
#include "fleet/balancer.hpp"
#include "fleet/echo_server.hpp"
#include "scenarios/http_client.hpp"
#include "tests/servers/becomes_true.hpp"
#include "tests/servers/loopback.hpp"

namespace banyan::fleet_tests {

using scenarios::HttpClient;
using scenarios::Request;
using scenarios::Response;
using testkit::becomes_true;

/// A rendered balancer before echo servers: a test changes `config` and starts it.
class BalancerTest : public ::testing::TestWithParam<Kind> {
 public:
  ~BalancerTest() override {
    if (HasFailure() && balancer) std::cerr << balancer->log();
    for (const auto& server : servers) server->release();
  }

 protected:
  BalancerTest() {
    config.fleet.listen = {"127.0.0.1", testkit::free_port()};
    config.fleet.metrics = {};
    // The checks of a test take no longer than they must.
    config.fleet.health.interval = std::chrono::milliseconds(100);
    config.fleet.health.timeout = std::chrono::milliseconds(100);
  }
  bool on_nginx() const { return GetParam() == Kind::nginx; }
  std::uint16_t port() const { return config.fleet.listen.port; }

  /// One echo server a weight: "a", "b", …
  void add_servers(const std::vector<unsigned>& weights) {
    for (const unsigned weight : weights) {
      servers.push_back(std::make_unique<EchoServer>(std::string(1, static_cast<char>('a' + servers.size()))));
      config.fleet.instances.push_back({{"127.0.0.1", servers.back()->port()}, weight, 0});
    }
  }
  void start() {
    const auto text =
        on_nginx() ? fleet::render_nginx(config, {folder.path()}) : fleet::render_haproxy(config, {folder.path()});
    ASSERT_TRUE(text) << text.error().message;
    balancer = std::make_unique<Balancer>(GetParam(), folder, *text, port());
  }

  static std::string server_of(const Response& response) {
    EXPECT_EQ(response.status, 200) << response.failure << response.body;
    return response.header("x-served-by").value_or("nobody");
  }
  /// How many of so many requests each server answered.
  std::map<std::string, int> answered(int requests) const {
    HttpClient client(port());
    std::map<std::string, int> counts;
    for (int i = 0; i < requests; ++i) ++counts[server_of(client.get("/x"))];
    return counts;
  }

  BalancerFolder folder;
  config::Config config;
  std::vector<std::unique_ptr<EchoServer>> servers;
  std::unique_ptr<Balancer> balancer;
};

inline std::string name_of(const ::testing::TestParamInfo<Kind>& info) {
  return info.param == Kind::nginx ? "nginx" : "haproxy";
}

}  // namespace banyan::fleet_tests
