#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "banyan/config/config.hpp"
#include "banyan/config/settings.hpp"
#include "banyan/config/vocabulary.hpp"

namespace banyan::config {
namespace {

using Row = std::vector<std::string>;

const std::filesystem::path source_folder = BANYAN_SOURCE_FOLDER;

std::string trimmed(std::string text) {
  for (const char c : {' ', '`'}) {
    while (text.starts_with(c)) text.erase(0, 1);
    while (text.ends_with(c)) text.pop_back();
  }
  return text;
}

// The rows of every table of docs/configuration.md, by the heading above it; cells without spaces and backticks around.
std::map<std::string, std::vector<Row>> document_tables() {
  std::ifstream file(source_folder / "docs/configuration.md");
  std::map<std::string, std::vector<Row>> tables;
  std::string heading;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) heading = trimmed(line.substr(line.find(' ')));
    if (!line.starts_with("| `")) continue;
    Row row;
    std::stringstream cells(line.substr(1));
    for (std::string cell; std::getline(cells, cell, '|');) row.push_back(trimmed(cell));
    tables[heading].push_back(row);
  }
  return tables;
}

TEST(ConfigurationDocument, has_every_setting_with_its_default_bounds_and_variable_and_no_other) {
  std::map<std::string, Row> rows;
  for (const auto& [heading, table] : document_tables())
    for (const Row& row : table)
      if (row.size() == 5) rows[row[0]] = row;
  for (const Setting& setting : all_settings()) {
    const auto row = rows.extract(setting.name());
    ASSERT_FALSE(row.empty()) << setting.name() << " is not in docs/configuration.md";
    EXPECT_EQ(row.mapped()[1], setting.default_value) << setting.name();
    EXPECT_EQ(row.mapped()[2], setting.bounds) << setting.name();
    EXPECT_EQ(row.mapped()[3], setting.variable());
    EXPECT_FALSE(row.mapped()[4].empty()) << setting.name();
  }
  for (const auto& [name, row] : rows) ADD_FAILURE() << "docs/configuration.md has " << name << ", which is no setting";
}

std::set<std::string> first_cells(const std::vector<Row>& table) {
  std::set<std::string> cells;
  for (const Row& row : table) cells.insert(row[0]);
  return cells;
}

std::set<std::string> words(const Vocabulary& vocabulary) { return {vocabulary.words.begin(), vocabulary.words.end()}; }

TEST(ConfigurationDocument, has_every_key_of_collections_and_fields_and_no_other) {
  const auto tables = document_tables();
  EXPECT_EQ(first_cells(tables.at("Keys of a collection")), words(collection_key_vocabulary()));
  EXPECT_EQ(first_cells(tables.at("Keys of a field")), words(field_key_vocabulary()));
}

TEST(ConfigurationDocument, shows_configurations_that_are_sound) {
  std::ifstream file(source_folder / "docs/configuration.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  const std::string fence = "<!-- complete -->\n```toml\n";
  int shown = 0;
  for (std::size_t at = document.find(fence); at != std::string::npos; at = document.find(fence, at + 1), ++shown) {
    const std::size_t begin = at + fence.size();
    const auto config = load_text(document.substr(begin, document.find("```", begin) - begin), "banyan.toml", {});
    if (!config) ADD_FAILURE() << to_string(config.error()[0]);
  }
  EXPECT_EQ(shown, 2);
}

TEST(ExampleOfTheGuide, takes_alice_and_keeps_the_notes_closed) {
  const auto config = load(source_folder / "examples/users/banyan.toml", {});
  ASSERT_TRUE(config) << to_string(config.error()[0]);
  EXPECT_TRUE(config->warnings.empty());
  EXPECT_EQ(config->database.path, source_folder / "examples/users/data/app.db");
  const Collection& users = *config->schema.find("users");
  EXPECT_EQ(users.field_names(),
            (std::vector<std::string_view>{"id", "name", "email", "age", "role", "created_at", "updated_at"}));
  for (const Field& field : users.fields)
    EXPECT_TRUE(!field.required || field.name == "name" || field.role == FieldRole::id) << field.name;
  const Viewer anyone;
  EXPECT_EQ(users.policy.decide(Action::read, {anyone}), Policy::Verdict::allowed);
  EXPECT_EQ(users.policy.decide(Action::create, {anyone}), Policy::Verdict::allowed);
  EXPECT_EQ(users.policy.decide(Action::update, {anyone}), Policy::Verdict::denied);
  EXPECT_EQ(users.policy.decide(Action::remove, {anyone}), Policy::Verdict::denied);
  const Collection& notes = *config->schema.find("notes");
  for (const auto action : {Action::read, Action::create, Action::update, Action::remove})
    EXPECT_EQ(notes.policy.decide(action, {anyone}), Policy::Verdict::denied);
  EXPECT_EQ(notes.indexes, (std::vector<Index>{{{1, 3}, false}}));
  EXPECT_EQ(notes.fields[1].on_delete, OnDelete::cascade);
}

}  // namespace
}  // namespace banyan::config
