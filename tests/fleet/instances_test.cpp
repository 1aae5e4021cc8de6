#include <atomic>
#include <set>

#include "fleet/fixture.hpp"
#include "scenarios/instances.hpp"
#include "scenarios/raw_connection.hpp"
#include "scenarios/server_process.hpp"
#include "tests/servers/shared_postgres.hpp"

// Real instances on one PostgreSQL behind a balancer, as `banyan fleet render` has written its configuration.
namespace banyan::fleet_tests {
namespace {

using scenarios::ServerProcess;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

constexpr const char* application = R"(
[cache]
url = "off"
[server]
listen = "127.0.0.1:{port}"
trusted_proxies = ["127.0.0.1"]
[log]
format = "json"
[collections.users]
fields.name = { type = "text", required = true }
access.read = "anyone"
access.create = "anyone"
[collections.secrets]
fields.name = { type = "text" }
)";

class Instances : public BalancerTest {
 protected:
  void start_with(std::size_t count) {
    instances =
        scenarios::start_instances(count, application, {{"DATABASE_URL", testkit::shared_postgres().make_database()}});
    for (const auto& instance : instances) config.fleet.instances.push_back({{"127.0.0.1", instance->port()}, 1, 0});
    start();
  }

  scenarios::Instances instances;
};
INSTANTIATE_TEST_SUITE_P(On, Instances, ::testing::Values(Kind::haproxy, Kind::nginx), name_of);

/// What one request of the load became.
struct Attempt {
  steady_clock::time_point began;
  steady_clock::time_point ended;
  bool is_write = false;
  Response response;
  bool succeeded() const { return response.status == (is_write ? 201 : 200) && !response.repeated; }
};

/// Clients that read and write, without a pause, until they are told to stop.
class Clients {
 public:
  Clients(std::uint16_t port, std::size_t count) : attempts_(count) {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this, port, i] { run(port, attempts_[i]); });
  }
  ~Clients() { stop(); }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  std::size_t done() const { return done_; }
  std::vector<Attempt> stop() {
    stopping_ = true;
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
    std::vector<Attempt> all;
    for (std::vector<Attempt>& some : attempts_) std::ranges::move(some, std::back_inserter(all));
    return all;
  }

 private:
  void run(std::uint16_t port, std::vector<Attempt>& attempts) {
    HttpClient client(port);
    for (int i = 0; !stopping_; ++i) {
      Attempt attempt{.began = steady_clock::now(), .is_write = i % 2 == 0};
      attempt.response = attempt.is_write ? client.post("/users", R"({"name":"Alice"})") : client.get("/users/1");
      attempt.ended = steady_clock::now();
      attempts.push_back(std::move(attempt));
      ++done_;
    }
  }

  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> done_ = 0;
  std::vector<std::vector<Attempt>> attempts_;
  std::vector<std::thread> threads_;
};

TEST_P(Instances, lose_nothing_but_what_was_in_flight_on_the_one_that_is_killed) {
  constexpr std::size_t clients_count = 6;
  constexpr std::size_t requests = 400;
  start_with(3);
  ASSERT_EQ(HttpClient(port()).post("/users", R"({"name":"Alice"})").status, 201);
  Clients clients(port(), clients_count);
  ASSERT_TRUE(becomes_true([&] { return clients.done() > requests; }));
  const auto killing = steady_clock::now();
  instances[1]->kill();
  const auto killed = steady_clock::now();
  const std::size_t until_then = clients.done();
  ASSERT_TRUE(becomes_true([&] { return clients.done() > until_then + requests; }));
  std::size_t lost = 0;
  std::set<std::string> created;
  for (const Attempt& attempt : clients.stop()) {
    if (attempt.is_write && attempt.succeeded()) created.insert(attempt.response.header("location").value_or(""));
    if (attempt.succeeded()) continue;
    ++lost;
    EXPECT_TRUE(attempt.is_write) << "a read is given to another: " << attempt.response.status;
    EXPECT_EQ(attempt.response.status, 502) << attempt.response.body << attempt.response.failure;
    EXPECT_TRUE(attempt.began < killed && attempt.ended > killing) << "it was in flight when the instance died";
  }
  EXPECT_LE(lost, clients_count) << "a client has one request in flight";
  HttpClient client(port());
  for (const std::string& location : created) EXPECT_EQ(client.get(location).status, 200) << location;
}

TEST_P(Instances, log_the_client_and_not_the_balancer) {
  start_with(1);
  HttpClient(port(), {"127.0.0.77"}).send({.path = "/users", .headers = {{"X-Forwarded-For", "6.6.6.6"}}});
  EXPECT_TRUE(becomes_true([&] { return instances[0]->output().contains("\"remote\":\"127.0.0.77\""); }));
  EXPECT_FALSE(instances[0]->output().contains("6.6.6.6"));
}

TEST_P(Instances, take_no_header_from_trailers) {
  start_with(1);
  const std::string chunked =
      "POST /secrets HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"name\":\"a\"}\r\n0\r\n";
  const std::string key = std::string("Authorization: Bearer ") + ServerProcess::service_key + "\r\n";
  scenarios::RawConnection connection;
  ASSERT_TRUE(connection.connect(port()));
  for (int i = 0; i < 3; ++i) {
    connection.send(chunked + key + "X-Forwarded-For: 6.6.6.6\r\n\r\n");
    const auto response = connection.read_response(std::chrono::seconds(20));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 401) << response->body;
  }
  connection.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto after = connection.read_response(std::chrono::seconds(20));
  ASSERT_TRUE(after);
  EXPECT_EQ(after->status, 200);
}

TEST(FleetRender, writes_what_the_balancer_takes_and_says_what_is_wrong) {
  const scenarios::PrivateFolder folder;
  const std::map<std::string, std::string> environment = {{"BANYAN_SERVICE_KEY", ServerProcess::service_key},
                                                          {"DATABASE_URL", "postgres://db/app"}};
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"fleet", "render"});
    return scenarios::run_banyan(folder.path(), words, environment);
  };
  scenarios::write_text(folder.path() / "banyan.toml",
                        "[cache]\nurl = \"off\"\n[server]\ntrusted_proxies = [\"127.0.0.1\"]\n[collections.a]\n"
                        "fields.b.type = \"text\"\n[fleet]\ninstances = 2\ntls_certificate = \"shop.pem\"\n");
  const auto printed = run({"haproxy"});
  EXPECT_EQ(printed.exit_code, 0);
  EXPECT_THAT(printed.output, HasSubstr("\n\tserver i2 127.0.0.1:3001 weight 1\n"));
  EXPECT_THAT(printed.output, HasSubstr(" crt " + (folder.path() / "shop.pem").string() + " "))
      << "it starts elsewhere";
  EXPECT_EQ(run({"haproxy", "banyan.toml", "-o", "haproxy.cfg"}).output, "");
  EXPECT_EQ(scenarios::read_text(folder.path() / "haproxy.cfg"), printed.output);
  EXPECT_THAT(run({"nginx"}).output, HasSubstr("\n\t\tserver 127.0.0.1:3001 weight=1 "));
  EXPECT_EQ(run({"nginx", "-o", "no/such/folder"}).exit_code, 1);
  EXPECT_EQ(run({"apache"}).exit_code, 2);
  scenarios::write_text(folder.path() / "banyan.toml", "[collections.a]\nfields.b.type = \"text\"\n");
  const auto without = run({"nginx"});
  EXPECT_EQ(without.exit_code, 2);
  EXPECT_THAT(without.output, HasSubstr("no fleet is described"));
}

TEST(Check, refuses_a_fleet_whose_instances_would_keep_state_of_their_own) {
  const scenarios::PrivateFolder folder;
  scenarios::write_text(folder.path() / "banyan.toml", "[fleet]\ninstances = 3\n[database]\nurl = \"sqlite:app.db\"\n");
  const auto checked = scenarios::run_banyan(folder.path(), {"check"});
  EXPECT_EQ(checked.exit_code, 2);
  for (const char* problem : {"banyan.toml:4:7: database.url is a file of one machine",
                              "banyan.toml:2:13: cache.url is memory of one process",
                              "banyan.toml:2:13: the service key would be made by each"})
    EXPECT_THAT(checked.output, HasSubstr(problem));
}

}  // namespace
}  // namespace banyan::fleet_tests
