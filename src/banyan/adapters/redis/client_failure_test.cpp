// What a client does with a server that is not well.
#include <atomic>
#include <future>

#include "banyan/adapters/redis/client_fixture.hpp"
#include "tests/servers/tcp_proxy.hpp"

namespace banyan::redis {
namespace {

using std::chrono::milliseconds;
using testkit::Direction;

constexpr std::chrono::minutes long_time{5};

bool answers(ClientUnderTest& client) {
  return becomes_true([&] { return client.text({"ECHO", "here"}) == "here"; });
}

/// A client of a server of its own, which it reaches through a proxy.
class RedisFailureTest : public testing::Test {
 protected:
  Options options() { return {.url = server_.url_through(proxy_.port())}; }
  /// Waits until the server has been sent that much more than before.
  bool sent(std::uint64_t before, std::uint64_t bytes) {
    return becomes_true([&] { return proxy_.forwarded(Direction::to_server) >= before + bytes; });
  }

  testkit::RedisServer server_;
  testkit::TcpProxy proxy_{server_.port()};
};

TEST_F(RedisFailureTest, a_server_that_is_started_again_is_found_again_and_is_another_one) {
  std::vector<Connected> met;
  std::atomic<int> lost = 0;
  std::atomic<std::size_t> connections = 0;
  ClientUnderTest client(server_.url());
  client->on_connection([&](const Connected& connection) { met.push_back(connection), ++connections; },
                        [&] { ++lost; });
  client->start();
  ASSERT_TRUE(client.write({"SET", "key", "value"}));
  server_.kill_9();
  EXPECT_TRUE(becomes_true([&] { return client.text({"GET", "key"}) == "unavailable"; }));
  EXPECT_FALSE(client->connected());
  server_.start();
  EXPECT_TRUE(answers(client));
  EXPECT_EQ(client.text({"GET", "key"}), "nil");
  ASSERT_EQ(connections, 2U);
  EXPECT_EQ(lost, 1);
  EXPECT_NE(met[0].run_id, met[1].run_id);
  EXPECT_EQ(met[1].generation, 2U);
  EXPECT_EQ(client.metrics().counter("banyan_redis_reconnects_total", "", {{"connection", "commands"}}).value(), 1U);
}

/// How often somebody was not let in.
int refusals(const testkit::RedisServer& server) {
  const std::string info = server.run({"INFO", "commandstats"});
  constexpr std::string_view command = "cmdstat_auth:";
  constexpr std::string_view name = "failed_calls=";
  const std::size_t at = info.find(command);
  return at == std::string::npos ? 0 : std::stoi(info.substr(info.find(name, at) + name.size()));
}

TEST_F(RedisFailureTest, the_log_says_once_that_it_is_lost_and_why_and_once_that_it_is_back) {
  const std::string user(testkit::RedisServer::user);
  const std::string password(testkit::RedisServer::user_password);
  ClientUnderTest client("redis://" + user + ":" + password + "@127.0.0.1:" + std::to_string(server_.port()));
  client->start();
  server_.run({"ACL", "SETUSER", user, "resetpass", ">other"});
  server_.run({"CLIENT", "KILL", "USER", user});
  EXPECT_TRUE(becomes_true([&] { return refusals(server_) >= 5; }));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.text({"PING"}), "unavailable");
  server_.run({"ACL", "SETUSER", user, ">" + password});
  EXPECT_TRUE(answers(client));
  EXPECT_EQ(client.log().count("the connection to Redis is lost"), 1U);
  EXPECT_EQ(client.log().count("cannot connect to Redis"), 1U);
  EXPECT_EQ(client.log().count("Redis can be reached again"), 1U);
}

TEST_F(RedisFailureTest, a_server_that_takes_no_more_clients_says_so_and_is_tried_again) {
  server_.run({"CONFIG", "SET", "maxclients", "1"});
  auto first = std::make_unique<ClientUnderTest>(server_.url());
  (*first)->start();
  ASSERT_FALSE((*first)->unready_reason());
  ClientUnderTest second(server_.url());
  second->start();
  EXPECT_EQ(second->unready_reason(), "Redis has as many clients as it takes");
  first.reset();
  EXPECT_TRUE(answers(second));
}

TEST_F(RedisFailureTest, one_that_is_down_at_the_start_is_used_as_soon_as_it_comes) {
  server_.kill_9();
  ClientUnderTest client(server_.url());
  client->start();
  EXPECT_EQ(client->unready_reason(), "Redis cannot be reached");
  EXPECT_EQ(client.text({"PING"}), "unavailable");
  server_.start();
  EXPECT_TRUE(answers(client));
  EXPECT_FALSE(client->unready_reason());
}

TEST_F(RedisFailureTest, what_was_sent_and_may_have_been_done_is_told_from_what_was_not) {
  ClientUnderTest client(options());
  client->start();
  server_.freeze();
  const std::uint64_t before = proxy_.forwarded(Direction::to_server);
  Waiting written(client, Command(Effect::write, {"SET", "key", "value"}));
  ASSERT_TRUE(sent(before, 30));
  const std::uint64_t between = proxy_.forwarded(Direction::to_server);
  Waiting read(client, Command(Effect::read, {"GET", "key"}));
  ASSERT_TRUE(sent(between, 20));
  server_.kill_9();
  EXPECT_EQ(written.answer().error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(read.answer().error().code, ErrorCode::unavailable);
  EXPECT_TRUE(becomes_true([&] { return !client.write({"SET", "key", "other"}); }));
  const auto late = client.write({"SET", "key", "other"});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
}

TEST_F(RedisFailureTest, a_deadline_is_kept_and_a_late_answer_goes_to_nobody) {
  Options patient = options();
  patient.silence_max = long_time;
  ClientUnderTest client(patient);
  client->start();
  server_.freeze();
  for (int i = 0; i < 5; ++i) {
    const auto read = client.read({"ECHO", "late"}, milliseconds(50));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::deadline_exceeded);
  }
  Context context = client.context();
  const std::uint64_t before = proxy_.forwarded(Direction::to_server);
  const Command set(Effect::write, {"SET", "key", "value"});
  auto written = std::async(std::launch::async, [&] { return block_on(client->run(context, set)); });
  ASSERT_TRUE(sent(before, 30));
  context.cancelled = true;
  EXPECT_EQ(written.get().error().code, ErrorCode::outcome_unknown);
  server_.thaw();
  for (int i = 0; i < 20; ++i) {
    const std::string token = std::to_string(i);
    EXPECT_EQ(client.text({"ECHO", token}), token);
  }
  EXPECT_EQ(client.text({"GET", "key"}), "value");
  EXPECT_EQ(client->connected()->generation, 1U);
}

TEST_F(RedisFailureTest, a_server_that_owes_an_answer_and_is_silent_is_given_up) {
  Options impatient = options();
  impatient.silence_max = milliseconds(200);
  impatient.connect_timeout = milliseconds(200);
  ClientUnderTest client(impatient);
  client->start();
  ASSERT_TRUE(answers(client));
  server_.freeze();
  const auto read = client.read({"PING"}, long_time);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::unavailable);
  EXPECT_EQ(read.error().message, "Redis does not answer");
  // It is known to be down: nothing waits for the next attempt.
  EXPECT_EQ(client.text({"PING"}), "unavailable");
  server_.thaw();
  EXPECT_TRUE(answers(client));
}

TEST_F(RedisFailureTest, silence_is_noticed_though_nobody_asks_for_anything) {
  Options impatient = options();
  impatient.ping_after = milliseconds(50);
  impatient.silence_max = milliseconds(200);
  ClientUnderTest client(impatient);
  client->start();
  const std::uint64_t before = proxy_.forwarded(Direction::to_client);
  EXPECT_TRUE(becomes_true([&] { return proxy_.forwarded(Direction::to_client) >= before + 3 * 7; }));
  server_.freeze();
  EXPECT_TRUE(becomes_true([&] { return !client->connected(); }));
  server_.thaw();
  EXPECT_TRUE(becomes_true([&] { return client->connected().has_value(); }));
}

TEST_F(RedisFailureTest, more_than_the_bound_is_refused_at_once_also_when_callers_have_given_up) {
  Options small = options();
  small.queue_max = 4;
  small.silence_max = long_time;
  ClientUnderTest client(small);
  client->start();
  server_.freeze();
  int given_up = 0;
  EXPECT_TRUE(becomes_true([&] {
    const auto refused = client.read({"PING"}, milliseconds(30));
    if (refused.error().code == ErrorCode::overloaded) return true;
    EXPECT_EQ(refused.error().code, ErrorCode::deadline_exceeded);
    ++given_up;
    return false;
  }));
  EXPECT_GE(given_up, 4);
  server_.thaw();
  EXPECT_TRUE(answers(client));
  const std::vector<Command> five(5, Command(Effect::read, {"PING"}));
  const Context context = client.context();
  for (const auto& answer : block_on(client->run_all(context, five)))
    EXPECT_EQ(answer.error().code, ErrorCode::overloaded);
  EXPECT_EQ(client.metrics().gauge("banyan_redis_queue_commands", "").value(), 0);
}

TEST_F(RedisFailureTest, bytes_that_wait_are_bounded_too) {
  Options small = options();
  small.queue_bytes_max = 10'000;
  small.silence_max = long_time;
  ClientUnderTest client(small);
  client->start();
  const std::string value(6'000, 'x');
  server_.freeze();
  const std::uint64_t before = proxy_.forwarded(Direction::to_server);
  Waiting first(client, Command(Effect::write, {"SET", "key", value}));
  ASSERT_TRUE(sent(before, value.size()));
  EXPECT_EQ(client.write({"SET", "key", value}).error().code, ErrorCode::overloaded);
  server_.thaw();
  EXPECT_TRUE(first.answer());
  EXPECT_TRUE(client.write({"SET", "key", value}));
}

/// What the outcome says must be what the server has, wherever the connection was cut.
void expect_truth(const Result<Reply>& outcome, bool is_there, const std::string& where) {
  if (outcome) {
    EXPECT_TRUE(is_there) << where << ": acknowledged, and lost";
  } else if (outcome.error().code != ErrorCode::outcome_unknown) {
    EXPECT_EQ(outcome.error().code, ErrorCode::unavailable) << where;
    EXPECT_FALSE(is_there) << where << ": refused, and done";
  }
}

TEST_F(RedisFailureTest, whoever_stops_lets_what_was_asked_be_answered) {
  constexpr int commands = 500;
  Options patient = options();
  patient.stop_patience = long_time;
  ClientUnderTest client(patient);
  client->start();
  std::atomic<int> answered = 0;
  const Context context = client.context();
  const Command command(Effect::write, {"INCR", "counter"});
  for (int i = 0; i < commands; ++i) detach(client.count(context, command, answered));
  client->stop();
  EXPECT_EQ(answered, commands);
  const auto late = client.write({"INCR", "counter"});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
}

TEST_F(RedisFailureTest, whoever_stops_does_not_wait_for_a_server_that_is_frozen) {
  Options patient = options();
  patient.silence_max = long_time;
  ClientUnderTest client(patient);
  client->start();
  server_.freeze();
  const std::uint64_t before = proxy_.forwarded(Direction::to_server);
  Waiting written(client, Command(Effect::write, {"SET", "key", "value"}));
  ASSERT_TRUE(sent(before, 30));
  client->stop();
  EXPECT_EQ(written.answer().error().code, ErrorCode::outcome_unknown);
}

TEST_F(RedisFailureTest, wherever_the_connection_is_cut_no_outcome_is_a_lie) {
  Options eager = options();
  eager.backoff_min = milliseconds(1);
  eager.backoff_max = milliseconds(2);
  ClientUnderTest client(eager);
  client->start();
  const Script script("return redis.call('SET', KEYS[1], ARGV[1])");
  int round = 0;
  const auto ask = [&](const std::string& token) {
    const Context context = client.context();
    const std::vector<Command> commands{Command(Effect::write, {"SET", "plain", token}),
                                        Command(Effect::read, {"ECHO", token}),
                                        Command(Effect::write, script, {"script"}, {token})};
    return block_on(client->run_all(context, commands));
  };
  for (const Direction direction : {Direction::to_server, Direction::to_client}) {
    // The last ones fall into the handshake of the next connection.
    for (std::uint64_t bytes = 1; bytes < 400; bytes += 3) {
      const std::uint64_t cuts = proxy_.cuts();
      proxy_.cut_once_after(direction, bytes);
      std::string token;
      std::vector<Result<Reply>> outcomes;
      while (proxy_.cuts() == cuts) {
        token = "token" + std::to_string(++round);
        outcomes = ask(token);
        if (outcomes[1]) {
          EXPECT_EQ(outcomes[1]->text, token);
        }
      }
      ASSERT_TRUE(answers(client)) << token;
      expect_truth(outcomes[0], client.text({"GET", "plain"}) == token, token);
      expect_truth(outcomes[2], client.text({"GET", "script"}) == token, token);
    }
  }
  EXPECT_GT(proxy_.cuts(), 200U);
}

}  // namespace
}  // namespace banyan::redis
