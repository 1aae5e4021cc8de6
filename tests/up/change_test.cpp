#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "scenarios/http_client.hpp"
#include "scenarios/up_process.hpp"
#include "tests/servers/becomes_true.hpp"
#include "up/steady_load.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::steady_clock;
using testkit::becomes_true;

constexpr int clients = 8;
constexpr std::uint64_t between_changes = 200;

/// Three instances behind a balancer, and clients that ask without a pause.
class EachBalancer : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    up_.start();
    ASSERT_EQ(HttpClient(up_.port()).post("/users", R"({"name":"Alice"})").status, 201);
    load_.emplace(up_.port(), clients);
    ASSERT_TRUE(load_->answers_more(between_changes));
  }

  void change(const std::vector<std::string>& words) {
    const CommandResult changed = up_.fleet(words);
    EXPECT_EQ(changed.exit_code, 0) << changed.output << up_.output();
    EXPECT_TRUE(load_->answers_more(between_changes));
  }

  static std::vector<std::string> texts_of(const std::vector<FailedRequest>& requests) {
    std::vector<std::string> texts;
    for (const FailedRequest& request : requests) texts.push_back(request.what);
    return texts;
  }
  /// All users there are, and one more: whoever has written sees all that was written before.
  std::uint64_t users() {
    HttpClient client(up_.port());
    client.keep_position();
    EXPECT_EQ(client.post("/users", R"({"name":"Last"})").status, 201);
    const Response counted = client.send({.path = "/users?limit=1&count=exact"});
    const std::string range = counted.header("content-range").value_or("");
    return std::stoull("0" + range.substr(range.find('/') + 1));
  }

  UpProcess up_{{"--stage=4"}, {{"BANYAN_FLEET_BALANCER", GetParam()}}};
  std::optional<SteadyLoad> load_;
};

INSTANTIATE_TEST_SUITE_P(Balancers, EachBalancer, testing::Values("haproxy", "nginx"),
                         [](const auto& info) { return info.param; });

TEST_P(EachBalancer, scaling_up_and_down_and_a_rolling_restart_fail_no_request) {
  const pid_t before = up_.process_of("instance-1");
  change({"scale", "5"});
  EXPECT_GT(up_.process_of("instance-5"), 0);
  change({"restart"});
  const pid_t after = up_.process_of("instance-1");
  EXPECT_NE(after, before);
  change({"scale", "2"});
  EXPECT_EQ(up_.process_of("instance-3"), 0);
  change({"scale", "1"});
  // Another one stands in for it meanwhile.
  change({"restart"});
  EXPECT_NE(up_.process_of("instance-1"), after);
  EXPECT_EQ(up_.process_of("instance-2"), 0);
  load_->stop();
  EXPECT_THAT(texts_of(load_->failed()), testing::IsEmpty());
  // Before 1.27.4 nginx ends idle connections when it is reloaded, whatever a client is about to send on them: clients
  // send it again.
  const std::vector<std::string> repeated = texts_of(load_->repeated());
  if (GetParam() != "nginx") EXPECT_THAT(repeated, testing::IsEmpty());
  std::cout << load_->answered() << " requests answered, " << repeated.size() << " after they were sent again\n";
  EXPECT_EQ(users(), load_->made() + 2) << "nothing was done twice";
}

TEST_P(EachBalancer, kill_9_of_an_instance_fails_only_what_was_in_flight_on_it) {
  const pid_t victim = up_.process_of("instance-2");
  ASSERT_GT(victim, 0);
  const auto before = steady_clock::now();
  ::kill(victim, SIGKILL);
  // A process of several threads may be seen as dead while one of them still has its sockets.
  ASSERT_TRUE(becomes_true([&] { return up_.says("instance-2 was ended by signal 9"); }));
  const auto after = steady_clock::now();
  EXPECT_TRUE(becomes_true([&] { return up_.says("instance-2 is ready again."); })) << up_.output();
  EXPECT_TRUE(load_->answers_more(between_changes));
  load_->stop();
  const std::vector<FailedRequest> failed = load_->failed();
  EXPECT_LE(failed.size(), static_cast<std::size_t>(clients));
  for (const FailedRequest& request : failed)
    EXPECT_TRUE(request.began <= after && request.ended >= before) << request.what;
}

}  // namespace
}  // namespace banyan::scenarios
