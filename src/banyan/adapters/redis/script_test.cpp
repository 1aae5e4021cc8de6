#include "banyan/adapters/redis/script.hpp"

#include "banyan/adapters/redis/client_fixture.hpp"

namespace banyan::redis {
namespace {

/// A figure of what the server counts of a command; 0 where it was never asked for.
int statistic(const std::string& command, const std::string& figure) {
  const std::string info = shared_redis().run({"INFO", "commandstats"});
  const std::size_t at = info.find("cmdstat_" + command + ":");
  if (at == std::string::npos) return 0;
  return std::stoi(info.substr(info.find(figure + "=", at) + figure.size() + 1));
}
int loads() { return statistic("script|load", "calls"); }

class RedisScriptTest : public testing::Test {
 protected:
  void SetUp() override {
    shared_redis().run({"FLUSHALL"});
    shared_redis().run({"SCRIPT", "FLUSH", "SYNC"});
    shared_redis().run({"CONFIG", "RESETSTAT"});
    client_->start();
  }
  Command add_to(std::string_view key, std::string_view amount) {
    return Command(Effect::write, add_, {key}, {amount});
  }
  ClientUnderTest client_{shared_redis().url()};
  const Script add_{"return redis.call('INCRBY', KEYS[1], ARGV[1])"};
};

TEST_F(RedisScriptTest, its_digest_is_the_one_that_redis_knows_it_by) {
  EXPECT_EQ(shared_redis().run({"SCRIPT", "LOAD", add_.text()}), add_.sha1());
}

TEST_F(RedisScriptTest, it_is_loaded_once_however_often_it_is_called) {
  std::vector<Command> calls(100, add_to("sum", "2"));
  const Context context = client_.context();
  const auto answers = block_on(client_->run_all(context, calls));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_TRUE(answers[i]) << answers[i].error().detail;
    EXPECT_EQ(answers[i]->integer, static_cast<std::int64_t>(2 * (i + 1)));
  }
  EXPECT_EQ(client_.run(add_to("sum", "1"))->integer, 201);
  EXPECT_EQ(loads(), 1);
}

TEST_F(RedisScriptTest, a_server_that_has_forgotten_it_is_given_it_again) {
  EXPECT_EQ(client_.run(add_to("sum", "1"))->integer, 1);
  shared_redis().run({"SCRIPT", "FLUSH", "SYNC"});
  std::vector<Command> calls(50, add_to("sum", "1"));
  const Context context = client_.context();
  std::int64_t sum = 0;
  for (const auto& answer : block_on(client_->run_all(context, calls))) {
    ASSERT_TRUE(answer) << answer.error().detail;
    sum = std::max(sum, answer->integer);
  }
  EXPECT_EQ(sum, 51);
  EXPECT_EQ(client_.text({"GET", "sum"}), "51");
}

TEST_F(RedisScriptTest, it_is_brought_along_on_a_new_connection_before_it_is_missed) {
  EXPECT_EQ(client_.run(add_to("sum", "1"))->integer, 1);
  shared_redis().run({"SCRIPT", "FLUSH", "SYNC"});
  shared_redis().run({"CLIENT", "KILL", "TYPE", "normal"});
  ASSERT_TRUE(becomes_true([&] { return client_->connected() && client_->connected()->generation == 2; }));
  EXPECT_EQ(client_.run(add_to("sum", "1"))->integer, 2);
  EXPECT_EQ(statistic("evalsha", "failed_calls"), 0);
}

TEST_F(RedisScriptTest, keys_and_arguments_arrive_apart) {
  const Script show("return {#KEYS, #ARGV, KEYS[2], ARGV[1]}");
  const auto reply = client_.run(Command(Effect::read, show, {"a", "b"}, {"x", "y", "z"}));
  ASSERT_TRUE(reply) << reply.error().detail;
  ASSERT_EQ(reply->items.size(), 4U);
  EXPECT_EQ(reply->items[0].integer, 2);
  EXPECT_EQ(reply->items[1].integer, 3);
  EXPECT_EQ(reply->items[2].text, "b");
  EXPECT_EQ(reply->items[3].text, "x");
}

TEST_F(RedisScriptTest, one_that_does_not_compile_says_so_every_time) {
  const Script broken("return return");
  for (int i = 0; i < 3; ++i) {
    const auto reply = client_.run(Command(Effect::read, broken, {}, {}));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, ErrorCode::internal);
    EXPECT_NE(reply.error().detail.find("compiling"), std::string::npos) << reply.error().detail;
  }
  EXPECT_EQ(client_.run(add_to("sum", "1"))->integer, 1);
}

}  // namespace
}  // namespace banyan::redis
