#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "failure/load.hpp"
#include "scenarios/child_process.hpp"
#include "scenarios/server_process.hpp"
#include "tests/servers/environment.hpp"
#include "tests/servers/shared_postgres.hpp"

namespace banyan::scenarios {
namespace {

const char* const config = R"(
[database]
url = "sqlite:from.db"

[collections.users]
fields.name  = { type = "text", required = true }
fields.email = { type = "email", unique = true }
fields.age   = { type = "integer" }
fields.boss  = { type = "reference", to = "users" }
fields.extra = { type = "json" }
created_at   = true
)";

/// A SQLite database with many users, most of them with a boss who comes later or earlier.
class PostgresCopy : public testing::Test {
 protected:
  PostgresCopy() {
    write_text(folder_.path() / "banyan.toml", config);
    ServerProcess server(
        ServerSetup{.config = config, .environment = {{"DATABASE_URL", "sqlite:from.db"}}, .folder = folder_.path()});
    server.start();
    server.terminate();
  }

  void fill(int users) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_.path() / "from.db").c_str(), &database), SQLITE_OK);
    const std::string count = std::to_string(users);
    const std::string sql =
        "PRAGMA foreign_keys = OFF; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + count +
        ") INSERT INTO users (id, name, email, age, boss, extra, created_at, _version) SELECT i, 'Name \xC3\xA9 ' || "
        "i, "
        "'u' || i || '@example.org', i % 100, CASE WHEN i % 3 = 0 THEN NULL ELSE (i * 7) % " +
        count +
        " + 1 END, '{\"a\":[' || i || ',\"x\"]}', printf('2026-11-23T18:17:05.%06dZ', i % 1000000), "
        "1700000000000000 + i FROM n";
    char* problem = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &problem), SQLITE_OK) << problem;
    sqlite3_close(database);
  }

  std::vector<std::string> command(const std::string& from, const std::string& to) const {
    return {banyan_binary().string(), "copy", "--from", from, "--to", to, "banyan.toml"};
  }
  CommandResult copy(const std::string& from, const std::string& to) const {
    return run_banyan(folder_.path(), {"copy", "--from", from, "--to", to, "banyan.toml"});
  }
  /// "users: 20000 records, SHA-256 …"
  static std::string digest_line(const std::string& output) {
    const std::size_t begin = output.find("users: ");
    return begin == std::string::npos ? output : output.substr(begin, output.find('\n', begin) - begin);
  }

  PrivateFolder folder_;
  std::string url_ = testkit::shared_postgres().make_database();
};

TEST_F(PostgresCopy, killed_again_and_again_it_goes_on_and_both_sides_are_the_same) {
  fill(60'000);
  std::mt19937 random(testkit::printed_seed());
  int kills = 0;
  std::optional<int> code;
  const auto output = folder_.path() / "copy.log";
  while (!code) {
    const pid_t child = start_child({.command = command("sqlite:from.db", url_),
                                     .environment = {},
                                     .folder = folder_.path(),
                                     .output = output,
                                     .open_files_max = {},
                                     .file_bytes_max = {},
                                     .run_as = {}});
    // When it is killed is what is random here; later each time, so that it gets to its end.
    code = wait_for_child(child, 30 + kills * 30 + static_cast<int>(random() % 60));
    if (code) break;
    ::kill(child, SIGKILL);
    wait_for_child(child, 10'000);
    ++kills;
  }
  // Killed after its very last statement, it is done and does not know.
  const std::string said = read_text(output);
  EXPECT_TRUE(*code == 0 || said.find("the target is not empty") != std::string::npos) << said;
  EXPECT_GT(kills, 2);
  const CommandResult back = copy(url_, "sqlite:back.db");
  EXPECT_EQ(back.exit_code, 0) << back.output;
  EXPECT_NE(back.output.find("users: 60000 records, SHA-256 "), std::string::npos) << back.output;
  EXPECT_EQ(digest_line(back.output), digest_line(copy("sqlite:from.db", "sqlite:again.db").output));
  std::cout << kills << " kills\n";
}

using PostgresCopyLong = PostgresCopy;

TEST_F(PostgresCopyLong, a_million_records_go_there_and_back_at_a_third_of_copys_own_rate_or_more) {
  fill(1'000'000);
  const CommandResult there = copy("sqlite:from.db", url_);
  ASSERT_EQ(there.exit_code, 0) << there.output;
  const CommandResult back = copy(url_, "sqlite:back.db");
  ASSERT_EQ(back.exit_code, 0) << back.output;
  EXPECT_EQ(digest_line(there.output), digest_line(back.output));

  const auto& server = testkit::shared_postgres();
  const std::string name = testkit::PostgresAddress::name_in(url_);
  server.run(name, "CREATE TABLE again (LIKE users INCLUDING ALL)");
  const std::string rows = (folder_.path() / "rows").string();
  ASSERT_EQ(std::system(("psql -q '" + url_ + "' -c \"\\copy users to '" + rows + "'\"").c_str()), 0);
  const auto began = std::chrono::steady_clock::now();
  ASSERT_EQ(std::system(("psql -q '" + url_ + "' -c \"\\copy again from '" + rows + "'\"").c_str()), 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  const double own_rate = 1'000'000 / seconds;
  const auto rate_in = [](const std::string& output) {
    const std::size_t place = output.find(" a second)");
    return std::stod(output.substr(output.rfind('(', place) + 1));
  };
  std::cout << "SQLite to PostgreSQL " << rate_in(there.output) << " records/s, back " << rate_in(back.output)
            << ", COPY itself " << own_rate << "\n";
  if (!built_with_sanitizer()) EXPECT_GT(rate_in(there.output), own_rate / 3);
}

}  // namespace
}  // namespace banyan::scenarios
