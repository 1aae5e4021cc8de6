#include "banyan/adapters/redis/subscriber.hpp"

#include "banyan/adapters/redis/client_fixture.hpp"
#include "tests/servers/tcp_proxy.hpp"

namespace banyan::redis {
namespace {

/// What a subscription was told, in order: `+` subscribed, `-` lost, else `channel:payload`. Thread-safe.
class Heard {
 public:
  Subscription subscription(std::vector<std::string> channels) {
    return {.channels = std::move(channels),
            .on_message = [this](std::string_view channel,
                                 std::string_view payload) { add(std::string(channel) + ":" + std::string(payload)); },
            .on_subscribed = [this](const Connected&) { add("+"); },
            .on_lost = [this] { add("-"); }};
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  bool eventually_ends_with(const std::string& line) const {
    return becomes_true([&] {
      const auto lines = all();
      return !lines.empty() && lines.back() == line;
    });
  }

 private:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class RedisSubscriberTest : public testing::Test {
 protected:
  void publish(const std::string& channel, const std::string& payload) {
    EXPECT_EQ(server_.run({"PUBLISH", channel, payload}), "1");
  }

  testkit::RedisServer server_;
  testkit::TcpProxy proxy_{server_.port()};
  Heard heard_;
};

TEST_F(RedisSubscriberTest, messages_of_all_channels_arrive_in_order_beside_commands) {
  ClientUnderTest client(server_.url());
  client->subscribe(heard_.subscription({"a", "b"}));
  client->start();
  ASSERT_TRUE(heard_.eventually_ends_with("+"));
  std::vector<std::string> expected{"+"};
  for (int i = 0; i < 200; ++i) {
    const std::string channel = i % 2 == 0 ? "a" : "b";
    const std::string payload = std::to_string(i);
    ASSERT_EQ(client.write({"PUBLISH", channel, payload})->integer, 1);
    expected.push_back(channel);
    expected.back().append(":").append(payload);
  }
  ASSERT_TRUE(heard_.eventually_ends_with("b:199"));
  EXPECT_EQ(heard_.all(), expected);
}

TEST_F(RedisSubscriberTest, a_loss_is_told_and_so_is_the_return) {
  ClientUnderTest client(server_.url_through(proxy_.port()));
  client->subscribe(heard_.subscription({"a"}));
  client->start();
  ASSERT_TRUE(heard_.eventually_ends_with("+"));
  publish("a", "before");
  ASSERT_TRUE(heard_.eventually_ends_with("a:before"));
  proxy_.cut_all();
  ASSERT_TRUE(heard_.eventually_ends_with("+"));
  publish("a", "after");
  ASSERT_TRUE(heard_.eventually_ends_with("a:after"));
  EXPECT_EQ(heard_.all(), (std::vector<std::string>{"+", "a:before", "-", "+", "a:after"}));
  EXPECT_EQ(client.metrics().counter("banyan_redis_reconnects_total", "", {{"connection", "subscriber"}}).value(), 1U);
}

TEST_F(RedisSubscriberTest, a_server_that_falls_silent_is_a_loss) {
  Options options{
      .url = server_.url(), .silence_max = std::chrono::milliseconds(200), .ping_after = std::chrono::milliseconds(50)};
  ClientUnderTest client(options);
  client->subscribe(heard_.subscription({"a"}));
  client->start();
  ASSERT_TRUE(heard_.eventually_ends_with("+"));
  server_.freeze();
  ASSERT_TRUE(heard_.eventually_ends_with("-"));
  server_.thaw();
  ASSERT_TRUE(heard_.eventually_ends_with("+"));
}

TEST_F(RedisSubscriberTest, the_end_of_the_client_is_a_loss) {
  {
    ClientUnderTest client(server_.url());
    client->subscribe(heard_.subscription({"a"}));
    client->start();
    ASSERT_TRUE(heard_.eventually_ends_with("+"));
  }
  EXPECT_EQ(heard_.all(), (std::vector<std::string>{"+", "-"}));
}

}  // namespace
}  // namespace banyan::redis
