#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

constexpr const char* config = R"toml(
[database]
url = "sqlite:data/app.db"

[collections.people]
fields.name = { type = "text" }
fields.admin = { type = "boolean" }

[collections.devices]
id = "uuid"
fields.owner = { type = "reference", to = "people" }
access.read = "record.owner == viewer.id"

[collections.notes]
fields.title = { type = "text" }
fields.author = { type = "reference", to = "people" }
fields.remark = { type = "text", read = "record.author == viewer.id" }
access.read = "anyone"
access.update = "record.author == viewer.id || record.author.admin && viewer.role in ['editor', 'admin']"
)toml";

class RulesExplain : public ServedTest {
 protected:
  RulesExplain() : ServedTest(config) {}

  void SetUp() override {
    ServedTest::SetUp();
    must(as_service(post("/people", R"({"name":"Alice","admin":true})")));
    must(as_service(post("/notes", R"({"title":"first","author":1})")));
    must(as_service(post("/notes", R"({"title":"second"})")));
  }

  CommandResult explain(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"rules", "explain"});
    return run_banyan(server_.folder(), std::move(arguments));
  }
  void expect(std::vector<std::string> arguments, const std::string& output) {
    const CommandResult result = explain(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_EQ(result.output, output);
  }
};

TEST_F(RulesExplain, says_which_parts_hold_for_a_record_while_a_server_runs) {
  expect({"notes", "update", "--id", "1", "--viewer", "id=7;role=editor"},
         "yes: this viewer may update this record of notes.\n"
         "The rule is asked of the record before the change and after it.\n"
         "\n"
         "yes      any of\n"
         "  no       record.author == viewer.id  (record.author is 1, viewer.id is 7)\n"
         "  yes      all of\n"
         "    yes      record.author.admin  (record.author.admin is true)\n"
         "    yes      viewer.role in ['editor', 'admin']  (viewer.role is 'editor')\n");
  const CommandResult other = explain({"banyan.toml", "notes", "update", "--id=2", "--viewer", "id=7;role=editor"});
  EXPECT_NE(other.output.find("no: this viewer may not update this record"), std::string::npos) << other.output;
  EXPECT_NE(other.output.find("(record.author.admin is null)"), std::string::npos) << other.output;
}

TEST_F(RulesExplain, says_what_depends_on_the_record_where_none_is_named) {
  const std::string output = explain({"notes", "update", "--viewer", "id=7"}).output;
  EXPECT_NE(output.find("depends: the record says whether"), std::string::npos) << output;
  EXPECT_NE(output.find("depends  record.author == viewer.id  (viewer.id is 7)"), std::string::npos) << output;
  EXPECT_NE(output.find("no       viewer.role in ['editor', 'admin']  (viewer.role is null)"), std::string::npos)
      << output;
  EXPECT_NE(explain({"notes", "update"}).output.find("no: this viewer may not update"), std::string::npos);
}

TEST_F(RulesExplain, says_what_needs_no_rule_and_what_fields_ask) {
  expect({"notes", "delete"}, "no: only the service key may delete notes.\n");
  expect({"notes", "delete", "--viewer", "service"}, "yes: the service key may do everything, rules or not.\n");
  expect({"notes", "read", "--id", "1", "--viewer", "id=1"},
         "yes: anyone may read this record of notes.\n"
         "\n"
         "To see remark:\n"
         "yes      record.author == viewer.id  (record.author is 1, viewer.id is 1)\n");
}

TEST_F(RulesExplain, finds_records_by_uuid_too) {
  const Response made = must(as_service(post("/devices", R"({"owner":1})")));
  const std::string location = made.header("location").value_or("");
  const std::string id = location.substr(location.rfind('/') + 1);
  const CommandResult result = explain({"devices", "read", "--id", id, "--viewer", "id=1"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_NE(result.output.find("yes: this viewer may read this record of devices."), std::string::npos)
      << result.output;
}

TEST_F(RulesExplain, says_what_is_wrong_with_what_it_is_asked) {
  const auto refused = [&](std::vector<std::string> arguments, int exit_code, const std::string& part) {
    const CommandResult result = explain(std::move(arguments));
    EXPECT_EQ(result.exit_code, exit_code) << result.output;
    EXPECT_NE(result.output.find(part), std::string::npos) << result.output;
  };
  refused({"note", "read"}, 2, "unknown collection 'note', did you mean 'notes'?");
  refused({"notes", "reed"}, 2, "unknown action 'reed', did you mean 'read'?");
  refused({"notes", "read", "--viewer", "7"}, 2, "'7' is no viewer");
  refused({"notes", "read", "--id", "x"}, 2, "--id must be a whole number");
  refused({"notes", "read", "--id", "99"}, 1, "There is no such record in notes.");
  refused({"other.toml", "notes", "read"}, 2, "there is no such file");
  refused({"notes"}, 2, "words");
}

}  // namespace
}  // namespace banyan::scenarios
