#include "banyan/sql/schema_differences.hpp"

#include <algorithm>
#include <charconv>

#include "banyan/sql/comparison.hpp"

namespace banyan::sql {

const ColumnShape* TableShape::find_column(std::string_view column) const noexcept {
  const auto found = std::ranges::find(columns, column, &ColumnShape::name);
  return found == columns.end() ? nullptr : &*found;
}

const TableShape* DatabaseShape::find_table(std::string_view table) const noexcept {
  const auto found = std::ranges::find(tables, table, &TableShape::name);
  return found == tables.end() ? nullptr : &*found;
}

Result<SchemaPlan> schema_differences(const Schema& schema, const DatabaseShape& database, DataProbe& probe,
                                      const Dialect& dialect, UnixMicros now) {
  return Comparison(schema, database, probe, dialect, now).run();
}

void Comparison::additive(std::string collection, std::string what, std::vector<std::string> statements) {
  plan_.differences.push_back({.kind = SchemaDifference::Kind::additive,
                               .collection = std::move(collection),
                               .what = std::move(what),
                               .statements = std::move(statements)});
}

void Comparison::blocking(std::string collection, std::string what, std::string remedy) {
  plan_.differences.push_back({.kind = SchemaDifference::Kind::blocking,
                               .collection = std::move(collection),
                               .what = std::move(what),
                               .remedy = std::move(remedy)});
}

void Comparison::offered(std::string collection, std::string what, std::string remedy,
                         std::vector<std::string> statements) {
  plan_.differences.push_back({.kind = SchemaDifference::Kind::offered,
                               .collection = std::move(collection),
                               .what = std::move(what),
                               .remedy = std::move(remedy),
                               .statements = std::move(statements)});
}

void Comparison::unknown(std::string collection, std::string what) {
  plan_.differences.push_back(
      {.kind = SchemaDifference::Kind::unknown, .collection = std::move(collection), .what = std::move(what)});
}

Result<SchemaPlan> Comparison::run() {
  if (auto done = compare_format(); !done) return fail(std::move(done.error()));
  find_renames();
  if (std::ranges::any_of(plan_.differences, &SchemaDifference::first)) return std::move(plan_);
  for (const Collection& collection : schema_.collections) {
    const TableShape* table = database_.find_table(collection.name);
    if (table == nullptr) {
      additive(collection.name, "create table " + collection.name, create_table(schema_, collection, dialect_));
      for (const Field& field : collection.fields)
        if (field.type == FieldType::reference && !dialect_.refers_ahead())
          references_.emplace_back(&collection, &field);
    } else if (auto done = compare_table(collection, *table); !done) {
      return fail(std::move(done.error()));
    }
  }
  add_references();
  std::ranges::move(last_, std::back_inserter(plan_.differences));
  for (const TableShape& table : database_.tables) {
    if (schema_.find(table.name) != nullptr) continue;
    unknown(table.name, "table " + table.name + " is not in the config");
    plan_.differences.back().statements = {"DROP TABLE " + quoted(table.name)};
    plan_.differences.back().option = "--drop " + table.name;
  }
  return std::move(plan_);
}

void Comparison::add_references() {
  for (const auto& [collection, field] : references_) {
    additive(collection->name, "let " + collection->name + "." + field->name + " refer to " + field->reference_to,
             {add_reference(schema_, *collection, *field)});
  }
}

Result<void> Comparison::compare_format() {
  if (const auto copy = database_.notes.find(copy_note); copy != database_.notes.end()) {
    blocking("", "a copy from " + copy->second + " into this database has not been finished",
             "run the same `banyan copy` again; it goes on where it was broken off");
  }
  const auto note = database_.notes.find("format");
  if (note == database_.notes.end()) {
    additive("", "create Banyan's own table " + std::string(notes_table),
             {"CREATE TABLE IF NOT EXISTS " + quoted(notes_table) +
                  " (\"key\" TEXT PRIMARY KEY NOT NULL, \"value\" TEXT NOT NULL)",
              "INSERT INTO " + quoted(notes_table) + " (\"key\", \"value\") VALUES ('format', '" +
                  std::to_string(format_version) + "') ON CONFLICT (\"key\") DO NOTHING"});
    return {};
  }
  int format = 0;
  const std::string& text = note->second;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), format);
  if (parsed.ec == std::errc() && format <= format_version) return {};
  return fail(Error(ErrorCode::unsupported, "the database was written by a newer Banyan (format " + text +
                                                ", this one knows " + std::to_string(format_version) + ")")
                  .with_hint("run the newer version, or restore a backup from before it"));
}

Result<void> Comparison::compare_table(const Collection& collection, const TableShape& table) {
  auto rows = probe_.has_rows(table.name);
  if (!rows) return fail(std::move(rows.error()));
  has_rows_ = *rows;
  compare_id(collection, table);
  for (std::size_t i = 1; i < collection.fields.size(); ++i) {
    const Field& field = collection.fields[i];
    if (const ColumnShape* column = table.find_column(field.name)) {
      if (auto done = compare_column(collection, field, table, *column); !done) return done;
    } else {
      add_column(collection, field);
    }
  }
  add_version_column(collection, table);
  offer_triggers(collection, table);
  compare_unknown_columns(collection, table);
  return compare_indexes(collection, table);
}

}  // namespace banyan::sql
