// An existing database taken over, and a schema that changes, by the commands that a person would use.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/server_process.hpp"
#include "scenarios/stage.hpp"
#include "tests/servers/shared_postgres.hpp"

namespace banyan::scenarios {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SchemaTools : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!on_postgres()) GTEST_SKIP() << "tools for PostgreSQL";
    url_ = testkit::shared_postgres().make_database();
  }
  std::string sql(const std::string& text) const {
    return testkit::shared_postgres().run(testkit::PostgresAddress::name_in(url_), text);
  }
  CommandResult run(std::vector<std::string> arguments) const {
    return run_banyan(folder_.path(), std::move(arguments), {{"DATABASE_URL", url_}});
  }
  std::unique_ptr<ServerProcess> serve(const std::string& config) const {
    auto server =
        std::make_unique<ServerProcess>(ServerSetup{.config = config, .environment = {{"DATABASE_URL", url_}}});
    server->start();
    return server;
  }
  std::filesystem::path file() const { return folder_.path() / "banyan.toml"; }

  PrivateFolder folder_;
  std::string url_;
};

std::string opened(std::string config) {
  const std::string table = "[collections.users]\n";
  return config.insert(config.find(table) + table.size(), "access.read = \"anyone\"\naccess.create = \"anyone\"\n");
}

TEST_F(SchemaTools, the_table_of_the_guide_is_served_and_its_ids_go_on) {
  sql("CREATE TABLE users (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL); INSERT INTO users (name) VALUES ('Alice')");
  const CommandResult pulled = run({"schema", "pull", "--no-triggers", "-o", "banyan.toml"});
  ASSERT_EQ(pulled.exit_code, 0) << pulled.output;
  const std::string config = read_text(file());
  EXPECT_THAT(config, Not(HasSubstr("s3cret"))) << "no password";
  EXPECT_NE(run({"schema", "pull", "--no-triggers", "-o", "banyan.toml"}).exit_code, 0) << "nothing is replaced";
  const auto server = serve(opened(config));
  HttpClient client(server->port());
  EXPECT_EQ(client.get("/users/1").body, R"({"id":1,"name":"Alice"})");
  EXPECT_EQ(client.post("/users", R"({"name":"Bob"})").body, R"({"id":2,"name":"Bob"})");
  EXPECT_EQ(client.post("/users", R"({})").status, 400);
  sql("UPDATE users SET name = 'Carol' WHERE id = 1");
  EXPECT_EQ(client.get("/users/1").body, R"({"id":1,"name":"Carol"})") << "it is not cached";
}

TEST_F(SchemaTools, with_triggers_another_programs_change_is_seen_within_a_second) {
  sql("CREATE TABLE users (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL); INSERT INTO users (name) VALUES ('Alice')");
  const CommandResult pulled = run({"schema", "pull", "--triggers", "-o", "banyan.toml"});
  ASSERT_EQ(pulled.exit_code, 0) << pulled.output;
  EXPECT_THAT(pulled.output, HasSubstr("CREATE TRIGGER")) << "it shows what it does";
  const auto server = serve(opened(read_text(file())));
  HttpClient client(server->port());
  const auto before = client.get("/users/1");
  EXPECT_EQ(client.get("/users/2").status, 404);
  sql("UPDATE users SET name = 'Carol' WHERE id = 1; INSERT INTO users (name) VALUES ('Dave')");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (client.get("/users/2").status != 200 && std::chrono::steady_clock::now() < until) {
  }
  EXPECT_EQ(client.get("/users/2").body, R"({"id":2,"name":"Dave"})");
  EXPECT_EQ(client.get("/users/1").body, R"({"id":1,"name":"Carol"})");
}

TEST_F(SchemaTools, everything_that_can_be_pulled_is_served_and_reads_back) {
  sql(R"sql(
    CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE TABLE users (id uuid PRIMARY KEY, email varchar(200) UNIQUE, mood mood NOT NULL DEFAULT 'glad',
      role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')), age smallint CHECK (age >= 0),
      price numeric(10,2) DEFAULT 1.5, seen timestamp DEFAULT now(), born date DEFAULT CURRENT_DATE,
      extra jsonb NOT NULL DEFAULT '{}', raw json, on_list boolean DEFAULT true, token uuid DEFAULT gen_random_uuid(),
      "Odd Name" text, body bytea, created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz);
    CREATE TABLE orders (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      buyer uuid NOT NULL REFERENCES users ON DELETE CASCADE, agent uuid REFERENCES users ON DELETE SET NULL,
      parent integer REFERENCES orders ON UPDATE CASCADE, count integer, lines integer DEFAULT 3);
    CREATE INDEX ON orders (buyer, lines); CREATE UNIQUE INDEX ON orders (buyer, parent);
    CREATE TABLE keyless (a text); CREATE VIEW rich AS SELECT 1 AS id;
  )sql");
  ASSERT_EQ(run({"schema", "pull", "--no-triggers", "-o", "banyan.toml"}).exit_code, 0);
  ASSERT_EQ(run({"check"}).exit_code, 0) << run({"check"}).output << read_text(file());
  const CommandResult plan = run({"schema", "plan"});
  ASSERT_EQ(plan.exit_code, 0) << plan.output << read_text(file());
  std::string config = opened(read_text(file()));
  const auto server = serve(config);
  HttpClient client(server->port());
  const auto made =
      client.post("/users", R"({"email":"a@b.c","mood":"sad","age":5,"price":2.25,"extra":{"b":1,"a":2}})");
  EXPECT_EQ(made.status, 201) << made.body;
  for (const char* part :
       {R"("mood":"sad")", R"("role":"member")", R"("price":2.25)", R"("extra":{"a":2,"b":1})", R"("on_list":true)"})
    EXPECT_THAT(made.body, HasSubstr(part));
  EXPECT_EQ(client.post("/users", R"({"email":"a@b.c"})").status, 409);
  EXPECT_EQ(client.post("/users", R"({"age":-1})").status, 400);
  EXPECT_EQ(client.post("/users", R"({"mood":"odd"})").status, 400);
}

TEST_F(SchemaTools, apply_shows_first_and_then_makes_what_a_start_refuses) {
  const std::string before =
      "[collections.people]\nfields.mail = { type = \"text\" }\nfields.old = { type = \"text\" }\n";
  serve(before);
  sql("INSERT INTO people (mail) VALUES ('a@b.c')");
  write_text(file(),
             "[collections.users]\nrenamed_from = \"people\"\nfields.email = { type = \"text\", required = true, "
             "renamed_from = \"mail\" }\n");
  EXPECT_THAT(run({"schema", "plan"}).output, HasSubstr("ALTER TABLE \"people\" RENAME TO \"users\""));
  EXPECT_EQ(run({"schema", "apply", "--dry-run"}).exit_code, 0);
  EXPECT_EQ(run({"schema", "apply"}).exit_code, 1) << "nobody to ask";
  EXPECT_EQ(sql("SELECT count(*) FROM people"), "1") << "nothing was changed";
  EXPECT_EQ(run({"schema", "apply", "--yes", "--drop", "users.email"}).exit_code, 2) << "it is declared";
  const CommandResult applied = run({"schema", "apply", "--yes", "--drop", "users.old"});
  EXPECT_EQ(applied.exit_code, 0) << applied.output;
  EXPECT_EQ(sql("SELECT id, email FROM users"), "1\ta@b.c");
  EXPECT_THAT(run({"schema", "plan"}).output, HasSubstr("as the configuration declares it"));
}

TEST(SchemaToolsOnSqlite, apply_renames_and_drops_and_says_what_it_cannot_do) {
  if (on_postgres()) GTEST_SKIP() << "on the other stage";
  PrivateFolder folder;
  const std::string database = "[database]\nurl = \"sqlite:app.db\"\n[collections.";
  const auto run = [&](std::vector<std::string> arguments) { return run_banyan(folder.path(), std::move(arguments)); };
  const auto config = [&](const std::string& text) { write_text(folder.path() / "banyan.toml", database + text); };
  config(
      "people]\nfields.mail = { type = \"text\", unique = true }\nfields.old = { type = \"text\" }\nindexes = "
      "[\"old\"]\n");
  ASSERT_EQ(run({"schema", "apply", "--yes"}).exit_code, 0);
  config(
      "users]\nrenamed_from = \"people\"\nfields.email = { type = \"text\", unique = true, renamed_from = \"mail\" "
      "}\n");
  const CommandResult applied = run({"schema", "apply", "--yes", "--drop", "users.old"});
  EXPECT_EQ(applied.exit_code, 0) << applied.output;
  EXPECT_THAT(run({"schema", "plan"}).output, HasSubstr("as the configuration declares it"));
  config("users]\nfields.email = { type = \"integer\" }\n");
  const CommandResult refused = run({"schema", "apply", "--yes"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.output, HasSubstr("users.email is TEXT, but integer is declared"));
}

}  // namespace
}  // namespace banyan::scenarios
