// Instances that share a cache, one of which is killed when what it wrote is in the database and none of the others has
// been told.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "failure/postgres_stage.hpp"
#include "scenarios/http_client.hpp"
#include "scenarios/instances.hpp"
#include "tests/servers/becomes_true.hpp"
#include "tests/servers/redis_server.hpp"

namespace banyan::scenarios {
namespace {

using testkit::becomes_true;

constexpr int rounds = 6;

const char* const notes = R"toml(
[log]
access = false
[collections.notes]
fields.text = { type = "text" }
access.read   = "anyone"
access.create = "anyone"
access.update = "anyone"
)toml";

/// A writer that reaches Redis through a proxy, a reader and a witness that reach it at once. The parameter says how
/// much of the cache each keeps itself.
class PostgresWriters : public testing::TestWithParam<const char*> {
 protected:
  PostgresWriters() {
    for (ServerProcess* server : {&writer_, &reader_, &witness_}) server->start();
    for (ServerProcess* server : {&reader_, &witness_}) EXPECT_TRUE(uses_cache(*server)) << server->output();
  }

  ServerSetup setup(const std::string& redis) const {
    return {.config = notes,
            .environment = {{"DATABASE_URL", url_}, {"BANYAN_CACHE_URL", redis}, {"BANYAN_CACHE_LOCAL", GetParam()}}};
  }
  static bool uses_cache(const ServerProcess& server) {
    HttpClient client(server.port());
    return becomes_true([&] { return metric(client, "banyan_shared_cache_in_use ") == 1; });
  }
  std::string in_database(const std::string& id) const {
    return postgres_.run(testkit::PostgresAddress::name_in(url_), "SELECT text FROM notes WHERE id = " + id);
  }
  static bool shows(const Response& response, const std::string& text) {
    return response.status == 200 && response.body.find("\"" + text + "\"") != std::string::npos;
  }
  static Response read(HttpClient& client, const std::string& id, const std::string& token = {}) {
    Request request{.path = "/notes/" + id};
    if (!token.empty()) request.headers.emplace_back("Banyan-Position", token);
    return client.send(request);
  }

  /// Until the reader answers it from what it keeps itself, or from Redis where it keeps nothing.
  bool is_kept(HttpClient& reader, const std::string& id) const {
    const bool own = std::string(GetParam()) != "off";
    const std::string hits = own ? "banyan_cache_hits_total" : "banyan_shared_cache_hits_total";
    return becomes_true([&] {
      const double before = metric(reader, hits);
      return shows(read(reader, id), "old") && metric(reader, hits) > before;
    });
  }
  /// Starts the writer and kills it with "new" in the database, and its raise on the way; the record's id, or nothing
  /// where it was answered before it could be killed.
  std::string write_and_die(HttpClient& reader) {
    if (!writer_.running()) writer_.start();
    EXPECT_TRUE(uses_cache(writer_)) << writer_.output();
    HttpClient client(writer_.port());
    const Response made = client.post("/notes", R"({"text":"old"})");
    EXPECT_EQ(made.status, 201) << made.body;
    const std::string location = made.header("location").value_or("");
    const std::string id = location.substr(location.rfind('/') + 1);
    EXPECT_TRUE(is_kept(reader, id)) << reader_.output();

    to_redis_.stall(true);
    Response answer;
    std::atomic<bool> answered = false;
    std::jthread asks([&] {
      answer = HttpClient(writer_.port()).send({.method = "PATCH", .path = location, .body = R"({"text":"new"})"});
      answered = true;
    });
    EXPECT_TRUE(becomes_true([&] { return answered || in_database(id) == "new"; }));
    const bool in_time = !answered;
    writer_.kill();
    asks.join();
    // What is still on the way to Redis dies with its connections.
    to_redis_.cut_all();
    to_redis_.stall(false);
    if (in_time) EXPECT_EQ(answer.status, 0) << "nobody was told of it: " << answer.body;
    return in_time && answer.status == 0 ? id : std::string();
  }
  /// Until it has been done.
  std::string record_of_a_dead_writer(HttpClient& reader) {
    std::string id;
    EXPECT_TRUE(becomes_true([&] { return HasFailure() || !(id = write_and_die(reader)).empty(); }));
    return id;
  }

  testkit::PostgresServer postgres_;
  testkit::RedisServer redis_;
  testkit::TcpProxy to_redis_{redis_.port()};
  std::string url_ = postgres_.make_database();
  ServerProcess writer_{setup(redis_.url_through(to_redis_.port()))};
  ServerProcess reader_{setup(redis_.url())};
  ServerProcess witness_{setup(redis_.url())};
};

TEST_P(PostgresWriters, killed_between_commit_and_raise_leave_nothing_old_once_the_database_has_told_of_it) {
  HttpClient reader(reader_.port());
  HttpClient witness(witness_.port());
  for (int round = 0; round < rounds; ++round) {
    const std::string id = record_of_a_dead_writer(reader);
    ASSERT_FALSE(HasFailure()) << "round " << round;
    std::string token;
    EXPECT_TRUE(becomes_true([&] {
      const Response response = read(reader, id);
      token = response.header("banyan-position").value_or("");
      EXPECT_TRUE(shows(response, "old") || shows(response, "new")) << response.status << response.body;
      return shows(response, "new");
    })) << "the cache keeps what the dead one had to replace";
    for (HttpClient* client : {&witness, &reader}) EXPECT_TRUE(shows(read(*client, id, token), "new"));
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

TEST_P(PostgresWriters, killed_between_commit_and_raise_show_nothing_old_to_who_has_seen_what_they_wrote) {
  HttpClient reader(reader_.port());
  HttpClient witness(witness_.port());
  for (int round = 0; round < rounds; ++round) {
    const std::string id = record_of_a_dead_writer(reader);
    ASSERT_FALSE(HasFailure()) << "round " << round;
    // A list is the database's answer, and its token stands for what it showed.
    const Response seen = witness.get("/notes?id=eq." + id);
    EXPECT_TRUE(shows(seen, "new")) << seen.body;
    const std::string token = seen.header("banyan-position").value_or("");
    EXPECT_FALSE(token.empty());
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(shows(read(reader, id, token), "new"));
    ASSERT_FALSE(HasFailure()) << "round " << round;
  }
}

INSTANTIATE_TEST_SUITE_P(OwnCopies, PostgresWriters, testing::Values("off", "16MB"),
                         [](const auto& one) { return std::string(one.param) == "off" ? "none" : "some"; });

}  // namespace
}  // namespace banyan::scenarios
