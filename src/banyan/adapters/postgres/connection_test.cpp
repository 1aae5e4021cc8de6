#include "banyan/adapters/postgres/connection.hpp"

#include <gtest/gtest.h>

#include "tests/servers/loopback.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/shared_postgres.hpp"
#include "tests/servers/tcp_proxy.hpp"

namespace banyan::postgres {
namespace {

using testkit::Direction;
using testkit::PostgresAddress;

Options options_for(std::string url) { return {.url = std::move(url), .connect_timeout = std::chrono::seconds(2)}; }

/// `postgres://…@hosts/postgres?more`, with the hosts' ports on loopback.
std::string url_of(std::initializer_list<std::uint16_t> ports, const std::string& more = "") {
  std::string hosts;
  for (const std::uint16_t port : ports) hosts += (hosts.empty() ? "" : ",") + ("127.0.0.1:" + std::to_string(port));
  return "postgres://" + std::string(PostgresAddress::user) + ":" + std::string(PostgresAddress::encoded_password) +
         "@" + hosts + "/postgres" + more;
}

std::string answer_of(Result<Connection>& connection, const std::string& sql) {
  const auto result = connection->query(sql);
  return result ? std::string(text(result->get(), 0, 0)) : result.error().message;
}

/// A host that takes connections and says nothing.
class Silent {
 public:
  Silent() { proxy_.stall(true); }
  std::uint16_t port() const { return proxy_.port(); }

 private:
  testkit::TcpProxy proxy_{testkit::shared_postgres().port()};
};

TEST(ConnectionTest, goes_on_to_the_next_host_where_one_refuses_or_is_silent) {
  const Silent silent;
  const std::uint16_t good = testkit::shared_postgres().port();
  for (const std::uint16_t bad : {testkit::free_port(), silent.port()}) {
    auto connection = Connection::open(options_for(url_of({bad, good})), "test");
    ASSERT_TRUE(connection) << connection.error().message << connection.error().detail;
    EXPECT_EQ(answer_of(connection, "SHOW port"), std::to_string(good));
  }
}

TEST(ConnectionTest, takes_the_host_that_the_url_asks_for) {
  const testkit::PostgresServer read_only({.more = {"default_transaction_read_only=on"}});
  const std::uint16_t other = read_only.address().port();
  const std::uint16_t primary = testkit::shared_postgres().port();
  const std::vector<std::pair<std::string, std::uint16_t>> cases{{"", primary},
                                                                 {"?target_session_attrs=read-write", primary},
                                                                 {"?target_session_attrs=read-only", other},
                                                                 {"?target_session_attrs=any", other},
                                                                 {"?target_session_attrs=prefer-standby", other}};
  for (const auto& [more, port] : cases) {
    auto connection = Connection::open(options_for(url_of({other, primary}, more)), "test");
    ASSERT_TRUE(connection) << more << connection.error().message << connection.error().detail;
    EXPECT_EQ(answer_of(connection, "SHOW port"), std::to_string(port)) << more;
  }
  const auto none = Connection::open(options_for(url_of({other})), "test");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::unavailable);
  EXPECT_EQ(none.error().message, "the database can be read only");
}

TEST(ConnectionTest, a_host_that_falls_silent_on_the_way_is_given_up) {
  std::uint64_t whole = 0;
  {
    testkit::TcpProxy proxy(testkit::shared_postgres().port());
    ASSERT_TRUE(Connection::open(options_for(url_of({proxy.port()})), "test"));
    whole = proxy.forwarded(Direction::to_client);
  }
  // The last byte is of what the session's settings are answered with.
  for (const std::uint64_t bytes : {std::uint64_t{1}, whole / 2, whole - 1}) {
    testkit::TcpProxy proxy(testkit::shared_postgres().port());
    proxy.stall_after(Direction::to_client, bytes);
    const auto connection = Connection::open(options_for(url_of({proxy.port()})), "test");
    ASSERT_FALSE(connection) << bytes;
    EXPECT_EQ(connection.error().code, ErrorCode::unavailable);
    EXPECT_EQ(connection.error().message, "the database does not answer");
  }
}

TEST(ConnectionTest, says_what_is_wrong_without_the_password) {
  const auto& server = testkit::shared_postgres();
  const std::string latin = "latin_" + std::to_string(getpid());
  server.run("postgres", "CREATE DATABASE " + latin +
                             " ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc TEMPLATE template0");
  const std::string user(PostgresAddress::user);
  const std::string at = "@127.0.0.1:" + std::to_string(server.port()) + "/";
  const std::string right = user + ":" + std::string(PostgresAddress::encoded_password);
  struct Case {
    std::string url;
    ErrorCode code;
    std::string message;
  };
  const std::vector<Case> cases{
      {"postgres://" + user + ":hunter2" + at + "postgres", ErrorCode::invalid,
       "the database does not let this user in"},
      {"postgres://nobody:hunter2" + at + "postgres", ErrorCode::invalid, "the database does not let this user in"},
      {"postgres://" + right + at + "nowhere", ErrorCode::invalid, "there is no such database"},
      {"postgres://" + right + at + latin, ErrorCode::invalid, "the database does not keep its text as UTF-8"},
      {url_of({testkit::free_port()}), ErrorCode::unavailable, "the connection to the database has ended"},
      {"postgres://a:hunter2@[", ErrorCode::invalid, "the URL of the database cannot be understood"}};
  for (const Case& one : cases) {
    const auto connection = Connection::open(options_for(one.url), "test");
    ASSERT_FALSE(connection) << one.url;
    EXPECT_EQ(connection.error().code, one.code) << one.url;
    EXPECT_EQ(connection.error().message, one.message) << one.url;
    for (const std::string& said : {connection.error().message, connection.error().detail, connection.error().hint}) {
      EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
      EXPECT_EQ(said.find(PostgresAddress::password), std::string::npos) << said;
    }
  }
  server.run("postgres", "DROP DATABASE " + latin);
}

}  // namespace
}  // namespace banyan::postgres
