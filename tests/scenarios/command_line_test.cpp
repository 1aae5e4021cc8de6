#include <gtest/gtest.h>

#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/server_process.hpp"

namespace banyan::scenarios {
namespace {

using testing::Test;

class CommandLine : public Test {
 protected:
  CommandResult run(std::vector<std::string> arguments) const {
    return run_banyan(folder_.path(), std::move(arguments));
  }
  void config(const std::string& text) const { write_text(folder_.path() / "banyan.toml", text); }
  PrivateFolder folder_;
};

void expect_output(const CommandResult& result, int exit_code, const std::vector<std::string>& parts) {
  EXPECT_EQ(result.exit_code, exit_code) << result.output;
  for (const std::string& part : parts)
    EXPECT_NE(result.output.find(part), std::string::npos) << part << " is not in:\n" << result.output;
}

TEST_F(CommandLine, help_names_the_commands) {
  expect_output(run({"--help"}), 0, {"serve", "init", "check", "schema", "version", "Exit codes"});
}

TEST_F(CommandLine, version_is_told) { expect_output(run({"version"}), 0, {"banyan 0."}); }

TEST_F(CommandLine, an_unknown_command_is_a_usage_error) { expect_output(run({"sevre"}), 2, {}); }
TEST_F(CommandLine, no_command_is_a_usage_error) { expect_output(run({}), 2, {}); }

TEST_F(CommandLine, init_writes_a_config_that_works_as_it_stands) {
  expect_output(run({"init"}), 0, {"banyan.toml"});
  expect_output(run({"check"}), 0, {});
  expect_output(run({"schema", "plan"}), 0, {});
}

TEST_F(CommandLine, init_never_replaces_a_config) {
  config("# mine\n");
  const CommandResult refused = run({"init"});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_EQ(read_text(folder_.path() / "banyan.toml"), "# mine\n");
}

TEST_F(CommandLine, a_missing_config_is_told_with_what_to_do) {
  for (const char* command : {"serve", "check"}) expect_output(run({command}), 2, {"banyan.toml", "init"});
}

TEST_F(CommandLine, only_a_database_that_is_postgresql_needs_its_client_library) {
  config("[collections.users]\nfields.name = { type = \"text\" }\n");
  write_text(folder_.path() / "libpq.so.5", "not a library");
  const auto plan_on = [&](const std::string& url) {
    return run_banyan(folder_.path(), {"schema", "plan"},
                      {{"LD_LIBRARY_PATH", folder_.path().string()}, {"BANYAN_DATABASE_URL", url}});
  };
  expect_output(plan_on("sqlite:data/app.db"), 0, {});
  expect_output(plan_on("postgres://localhost/app"), 1, {"client library cannot be loaded", "libpq5"});
}

TEST_F(CommandLine, check_tells_file_line_what_is_wrong_and_the_nearest_word) {
  config("[collections.users]\nfields.name = { type = \"strng\" }\n");
  expect_output(run({"check"}), 2, {"banyan.toml:2:", "strng"});
}

TEST_F(CommandLine, check_tells_every_semantic_mistake_at_once) {
  config(
      "[collections.users]\nfields.name = { type = \"txt\" }\nfields.age = { type = \"integer\", mim = 3 }\n"
      "acces.read = \"anyone\"\n");
  expect_output(run({"check"}), 2,
                {"'txt'", "did you mean 'text'", "'mim'", "did you mean 'min'", "did you mean 'access'"});
}

TEST_F(CommandLine, check_tells_where_the_syntax_breaks) {
  config("[app]\nname = \n");
  expect_output(run({"check"}), 2, {"banyan.toml:2:"});
}

TEST_F(CommandLine, a_name_that_the_api_needs_cannot_be_a_collection) {
  config("[collections.health]\nfields.a = { type = \"text\" }\n");
  expect_output(run({"check"}), 2, {"health"});
}

TEST_F(CommandLine, serve_refuses_a_wrong_config_as_check_does) {
  config("[collections.users]\nfields.name = { type = \"txt\" }\n");
  expect_output(run({"serve"}), 2, {"banyan.toml:2:", "did you mean 'text'"});
}

// Starting again with a changed config: what is additive happens, what is not is refused with the reason.
class SchemaChange : public Test {
 protected:
  static std::string with_fields(const std::string& fields) {
    return "[database]\nurl = \"sqlite:app.db\"\n\n[collections.things]\n" + fields +
           "access.read = \"anyone\"\naccess.create = \"anyone\"\n";
  }
  static constexpr const char* text_field = "fields.name = { type = \"text\" }\n";

  void SetUp() override {
    server_.start();
    client_.set_port(server_.port());
    EXPECT_EQ(client_.post("/things", R"({"name":"first"})").status, 201);
    EXPECT_EQ(server_.terminate(), 0);
  }
  void start_with(const std::string& fields) {
    server_.write_config(with_fields(fields));
    server_.start();
    client_.set_port(server_.port());
  }

  ServerProcess server_{ServerSetup{.config = with_fields(text_field)}};
  HttpClient client_{server_.port()};
};

TEST_F(SchemaChange, a_new_field_is_added_at_start) {
  start_with(std::string(text_field) + "fields.age = { type = \"integer\" }\n");
  EXPECT_EQ(client_.get("/things/1").body, R"({"id":1,"name":"first","age":null})");
}

TEST_F(SchemaChange, a_field_that_is_gone_from_the_config_keeps_its_data) {
  start_with(std::string(text_field) + "fields.age = { type = \"integer\" }\n");
  EXPECT_EQ(client_.post("/things", R"({"name":"second","age":5})").status, 201);
  server_.terminate();
  start_with(text_field);
  EXPECT_EQ(client_.get("/things/2").body, R"({"id":2,"name":"second"})");
  EXPECT_EQ(client_.post("/things", R"({"name":"third"})").status, 201) << "the last release can still write";
  server_.terminate();
  start_with(std::string(text_field) + "fields.age = { type = \"integer\" }\n");
  EXPECT_EQ(client_.get("/things/2").body, R"({"id":2,"name":"second","age":5})");
}

TEST_F(SchemaChange, another_type_is_refused_and_the_plan_says_what_differs) {
  server_.write_config(with_fields("fields.name = { type = \"integer\" }\n"));
  EXPECT_EQ(server_.run_to_exit(), 1) << server_.output();
  EXPECT_NE(server_.output().find("things"), std::string::npos) << server_.output();
  EXPECT_NE(server_.output().find("name"), std::string::npos) << server_.output();
  const CommandResult plan = run_banyan(server_.folder(), {"schema", "plan"});
  EXPECT_NE(plan.output.find("name"), std::string::npos) << plan.output;
  start_with(text_field);
  EXPECT_EQ(client_.get("/things/1?select=name").body, R"({"name":"first"})") << "nothing was changed";
}

TEST_F(SchemaChange, the_plan_changes_nothing) {
  server_.write_config(with_fields(std::string(text_field) + "fields.age = { type = \"integer\" }\n"));
  for (int i = 0; i < 2; ++i) {
    const CommandResult plan = run_banyan(server_.folder(), {"schema", "plan"});
    EXPECT_EQ(plan.exit_code, 0) << plan.output;
    EXPECT_NE(plan.output.find("age"), std::string::npos) << plan.output;
  }
}

}  // namespace
}  // namespace banyan::scenarios
