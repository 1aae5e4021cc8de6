// What a client does with a server that is well.
#include "banyan/adapters/redis/client.hpp"

#include <latch>
#include <utility>

#include "banyan/adapters/redis/client_fixture.hpp"
#include "banyan/base/turn_executor.hpp"

namespace banyan::redis {
namespace {

/// A client of the shared server, whose data it wipes first.
class RedisClientTest : public testing::Test {
 protected:
  void SetUp() override {
    shared_redis().run({"FLUSHALL"});
    client_->start();
    ASSERT_FALSE(client_->unready_reason());
  }
  ClientUnderTest client_{shared_redis().url()};
};

TEST_F(RedisClientTest, every_caller_gets_the_answers_to_its_own_commands_in_their_order) {
  constexpr int threads = 8;
  constexpr std::size_t rounds = 100;
  constexpr std::size_t together = 10;
  std::latch begin(threads);
  std::atomic<int> wrong = 0;
  const auto work = [&](int thread) {
    begin.arrive_and_wait();
    const std::string counter = "counter" + std::to_string(thread);
    for (std::size_t round = 0; round < rounds; ++round) {
      const std::string token = std::to_string(thread) + "/" + std::to_string(round);
      std::vector<Command> commands;
      for (std::size_t i = 0; i < together; ++i) {
        commands.emplace_back(Effect::write, std::vector<std::string_view>{"INCR", counter});
        commands.emplace_back(Effect::read, std::vector<std::string_view>{"ECHO", token});
      }
      const Context context = client_.context();
      const auto answers = block_on(client_->run_all(context, commands));
      for (std::size_t i = 0; i < together; ++i) {
        const auto& number = answers[2 * i];
        const auto& echo = answers[2 * i + 1];
        if (!number || std::cmp_not_equal(number->integer, round * together + i + 1)) ++wrong;
        if (!echo || echo->text != token) ++wrong;
      }
    }
  };
  {
    std::vector<std::jthread> running;
    for (int i = 0; i < threads; ++i) running.emplace_back(work, i);
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(RedisClientTest, what_an_executor_asks_in_one_turn_reaches_the_server_in_one_read) {
  constexpr int commands = 200;
  const auto reads = [] {
    const std::string info = shared_redis().run({"INFO", "stats"});
    constexpr std::string_view name = "total_reads_processed:";
    return std::stoi(info.substr(info.find(name) + name.size()));
  };
  const SystemClock clock;
  TurnExecutor executor;
  const Context context{executor, clock, clock.steady() + std::chrono::minutes(1)};
  const Command command(Effect::write, {"INCR", "counter"});
  std::atomic<int> answered = 0;
  const int before = reads();
  for (int i = 0; i < commands; ++i) detach(client_.count(context, command, answered));
  EXPECT_EQ(shared_redis().run({"EXISTS", "counter"}), "0");
  executor.end_turn();
  EXPECT_TRUE(becomes_true([&] { return answered == commands; }));
  EXPECT_LT(reads() - before, 20);
}

TEST_F(RedisClientTest, keys_and_values_are_any_bytes_of_any_length) {
  const std::string key("k\0\r\n\xff", 5);
  std::string big(std::size_t{20} << 20, 'x');
  for (std::size_t i = 0; i < big.size(); i += 997) big[i] = static_cast<char>(i);
  ASSERT_TRUE(client_.write({"SET", key, big}));
  const auto reply = client_.read({"GET", key});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_TRUE(reply->text == big);
  EXPECT_EQ(client_.text({"GET", "k"}), "nil");
  ASSERT_TRUE(client_.write({"SET", key, ""}));
  EXPECT_EQ(client_.text({"GET", key}), "");
}

TEST_F(RedisClientTest, an_error_is_of_the_one_command_that_caused_it) {
  ASSERT_TRUE(client_.write({"SET", "text", "value"}));
  const std::vector<Command> commands{Command(Effect::read, {"GET", "text"}), Command(Effect::write, {"INCR", "text"}),
                                      Command(Effect::write, {"LPUSH", "text", "x"}), Command(Effect::read, {"NOSUCH"}),
                                      Command(Effect::read, {"GET", "text"})};
  const Context context = client_.context();
  const auto answers = block_on(client_->run_all(context, commands));
  ASSERT_EQ(answers.size(), 5U);
  EXPECT_EQ(answers[0]->text, "value");
  EXPECT_EQ(answers[1].error().code, ErrorCode::internal);
  EXPECT_NE(answers[1].error().detail.find("not an integer"), std::string::npos);
  EXPECT_EQ(answers[2].error().reason, "WRONGTYPE");
  EXPECT_EQ(answers[3].error().code, ErrorCode::unsupported);
  EXPECT_EQ(answers[4]->text, "value");
}

TEST_F(RedisClientTest, a_command_past_its_deadline_is_not_sent) {
  const auto reply = client_.write({"SET", "key", "value"}, std::chrono::milliseconds(0));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(client_.text({"GET", "key"}), "nil");
}

TEST_F(RedisClientTest, a_command_of_another_generation_is_not_sent) {
  Command command(Effect::write, {"SET", "key", "value"});
  command.generation = client_->connected()->generation + 1;
  const auto refused = client_.run(command);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(client_.text({"GET", "key"}), "nil");
  command.generation = client_->connected()->generation;
  EXPECT_TRUE(client_.run(command));
}

TEST_F(RedisClientTest, the_owner_knows_which_process_it_has_met) {
  const auto connected = client_->connected();
  ASSERT_TRUE(connected);
  EXPECT_NE(shared_redis().run({"INFO", "server"}).find("run_id:" + connected->run_id), std::string::npos);
  EXPECT_EQ(connected->run_id.size(), 40U);
  EXPECT_EQ(connected->generation, 1U);
}

TEST_F(RedisClientTest, commands_are_counted) {
  for (int i = 0; i < 3; ++i) (void)client_.text({"GET", "key"});
  Histogram& latency = client_.metrics().histogram("banyan_redis_command_seconds", "", latency_bounds_us(), 1e-6);
  EXPECT_EQ(latency.snapshot().total, 3U);
  EXPECT_EQ(client_.metrics().gauge("banyan_redis_queue_commands", "").value(), 0);
}

TEST_F(RedisClientTest, an_answer_beyond_the_bound_fails_its_command_and_the_next_one_works) {
  ClientUnderTest bounded(Options{.url = shared_redis().url(), .reply_bytes_max = 10'000});
  bounded->start();
  ASSERT_TRUE(client_.write({"SET", "big", std::string(20'000, 'x')}));
  const auto reply = bounded.read({"GET", "big"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::too_large);
  EXPECT_TRUE(becomes_true([&] { return bounded.text({"ECHO", "here"}) == "here"; }));
}

TEST(RedisLoginTest, the_url_says_who_where_and_in_which_database) {
  const testkit::RedisServer& server = shared_redis();
  std::string user = "redis://";
  user.append(testkit::RedisServer::user).append(":").append(testkit::RedisServer::user_password);
  user.append("@127.0.0.1:").append(std::to_string(server.port())).append("/3");
  std::string socket = "unix://:";
  socket.append(testkit::RedisServer::encoded_password).append("@").append(server.socket().string()).append("?db=2");
  struct Case {
    std::string url;
    std::string who;
    std::string database;
  };
  for (const Case& one :
       std::vector<Case>{{server.url(), "default", "0"}, {user, "banyan", "3"}, {socket, "default", "2"}}) {
    ClientUnderTest client(one.url);
    client->start();
    EXPECT_EQ(client.text({"ACL", "WHOAMI"}), one.who) << one.url;
    ASSERT_TRUE(client.write({"SET", "place", one.url})) << one.url;
    EXPECT_EQ(server.run({"-n", one.database, "GET", "place"}), one.url);
  }
}

TEST(RedisLoginTest, whoever_is_not_let_in_hears_why_without_the_password) {
  const std::string at = "@127.0.0.1:" + std::to_string(shared_redis().port());
  const std::string right = "redis://:" + std::string(testkit::RedisServer::encoded_password) + at;
  for (const auto& [url, why] : std::vector<std::pair<std::string, std::string>>{
           {"redis://:hunter2" + at, "Redis does not let this user in"},
           {"redis://nobody:hunter2" + at, "Redis does not let this user in"},
           {"redis://127.0.0.1:" + std::to_string(shared_redis().port()), "Redis does not let this user in"},
           {right + "/999", "Redis has no database of that number"}}) {
    ClientUnderTest client(url);
    client->start();
    EXPECT_EQ(client->unready_reason(), why) << url;
    const auto reply = client.read({"PING"});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::unavailable);
    EXPECT_EQ(reply.error().detail, why);
    EXPECT_TRUE(becomes_true([&] { return client.log().count(why) == 1; }));
    EXPECT_EQ(client.log().count("hunter2"), 0U);
    EXPECT_EQ(client.log().count(testkit::RedisServer::password), 0U);
  }
}

}  // namespace
}  // namespace banyan::redis
