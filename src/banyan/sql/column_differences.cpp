#include <algorithm>

#include "banyan/core/timestamps.hpp"
#include "banyan/sql/comparison.hpp"

namespace banyan::sql {
namespace {

std::string place(const Collection& collection, const Field& field) { return collection.name + "." + field.name; }

std::string type_note(const Collection& collection, const Field& field) { return "type " + place(collection, field); }

std::string words_of(const Field& field) {
  std::string words(to_string(field.type));
  if (field.type == FieldType::reference) words += " to " + field.reference_to;
  if (field.required) words += ", required";
  return words;
}

}  // namespace

void Comparison::compare_id(const Collection& collection, const TableShape& table) {
  const Field& id = collection.fields.front();
  const ColumnShape* column = table.find_column(id.name);
  if (column != nullptr && column->primary_key && dialect_.holds(id, column->type)) return;
  const std::string kind = collection.id_kind == IdKind::integer ? "integer" : "uuid";
  blocking(collection.name, "table " + table.name + " has no " + kind + " primary key named " + id.name,
           "declare the kind of id that the table has, or rename the table and let Banyan make a new one");
}

Value Comparison::fill_value(const Field& field) const {
  const bool now = (field.default_value && field.default_value->now) || field.role == FieldRole::created_at ||
                   field.role == FieldRole::updated_at;
  if (now) return field.type == FieldType::date ? format_date(now_) : format_timestamp(now_);
  return field.default_value ? field.default_value->value : Value(Null{});
}

void Comparison::add_column(const Collection& collection, const Field& field) {
  const std::string what = "add column " + place(collection, field) + " (" + words_of(field) + ")";
  const Value fill = fill_value(field);
  const std::string table = quoted(collection.name);
  if (field.required && has_rows_ && (is_null(fill) || field.type == FieldType::reference)) {
    return blocking(collection.name, what + ": rows exist that would have no value",
                    field.type == FieldType::reference
                        ? "make the field optional, give every record a value, then make it required"
                        : "give the field a default, or make it optional until every record has a value");
  }
  // A column that refers to something cannot be added with a default; its rows are filled afterwards.
  const bool fill_later = field.type == FieldType::reference && !is_null(fill);
  std::vector<std::string> statements{"ALTER TABLE " + table + " ADD COLUMN " +
                                      column_definition(schema_, field, dialect_, fill_later ? Value(Null{}) : fill)};
  if (fill_later && has_rows_) {
    statements.push_back("UPDATE " + table + " SET " + quoted(field.name) + " = ");
    dialect_.append_literal(statements.back(), fill);
  }
  statements.push_back(note_statement(collection, field, dialect_));
  if (field.type == FieldType::reference && !dialect_.refers_ahead()) references_.emplace_back(&collection, &field);
  additive(collection.name, what, std::move(statements));
}

Result<void> Comparison::compare_column(const Collection& collection, const Field& field, const TableShape& table,
                                        const ColumnShape& column) {
  if (auto done = compare_type(collection, field, column); !done) return done;
  if (auto done = compare_reference(collection, field, table); !done) return done;
  return compare_required(collection, field, column);
}

Result<void> Comparison::compare_type(const Collection& collection, const Field& field, const ColumnShape& column) {
  const std::string what = "column " + place(collection, field);
  const std::string remedy =
      "keep the old type, or add a field of another name, copy the values, and drop this one in a later release";
  if (!dialect_.holds(field, column.type)) {
    blocking(collection.name, what + " is " + column.type + ", but " + words_of(field) + " is declared", remedy);
    return change_type(collection, field, column, what);
  }
  const std::string declared(to_string(field.type));
  const auto note = database_.notes.find(type_note(collection, field));
  if (note == database_.notes.end()) {
    additive(collection.name, "take over " + what + " as " + declared, {note_statement(collection, field, dialect_)});
    return {};
  }
  if (note->second == declared) return {};
  const bool widens =
      field.type == FieldType::text || (field.type == FieldType::integer && note->second == "reference");
  if (widens) {
    additive(collection.name, what + " was " + note->second + " and becomes " + declared,
             {note_statement(collection, field, dialect_)});
    return {};
  }
  blocking(collection.name, what + " was made as " + note->second + ", but " + declared + " is declared", remedy);
  return change_type(collection, field, column, what);
}

Result<void> Comparison::compare_required(const Collection& collection, const Field& field, const ColumnShape& column) {
  const bool always_filled = field.role == FieldRole::created_at || field.role == FieldRole::updated_at;
  if (column.not_null && !field.required && !always_filled) {
    blocking(collection.name, "column " + place(collection, field) + " refuses null, but is not required in the config",
             "declare it required, or make a new table without NOT NULL on it and copy the rows");
    if (dialect_.alters_columns())
      plan_.differences.back().statements = {"ALTER TABLE " + quoted(collection.name) + " ALTER COLUMN " +
                                             quoted(field.name) + " DROP NOT NULL"};
  }
  if (column.not_null || !field.required) return {};
  if (!has_rows_) return offer_required(collection, field), Result<void>();
  auto row = probe_.row_without_value(collection.name, field.name);
  if (!row) return fail(std::move(row.error()));
  if (row->has_value()) {
    blocking(collection.name,
             "column " + place(collection, field) + " is required in the config, but record " + **row + " has no value",
             "give every record a value: UPDATE " + quoted(collection.name) + " SET " + quoted(field.name) +
                 " = ... WHERE " + quoted(field.name) + " IS NULL");
  } else {
    offer_required(collection, field);
  }
  return {};
}

Result<void> Comparison::compare_reference(const Collection& collection, const Field& field, const TableShape& table) {
  const auto key = std::ranges::find(table.foreign_keys, field.name, &ForeignKeyShape::column);
  const bool has_key = key != table.foreign_keys.end();
  const std::string what = "column " + place(collection, field);
  if (field.type != FieldType::reference) {
    if (has_key) unknown(collection.name, what + " refers to " + key->to_table + ", which the config does not say");
    return {};
  }
  if (!has_key)
    return mend_reference(collection, field, nullptr, what + " has no foreign key to " + field.reference_to);
  if (key->to_table != field.reference_to || !key->to_id)
    return mend_reference(collection, field, &*key,
                          what + " refers to " + key->to_table + ", but " + field.reference_to + " is declared");
  if (key->acts && !(dialect_.clears_references_first() && field.on_delete != OnDelete::restrict))
    return mend_reference(collection, field, &*key,
                          what + " has a foreign key that changes rows by itself, unseen by caches");
  if (!key->validated) {
    offered(collection.name, what + " has a foreign key that not all rows have been held against", "",
            {"ALTER TABLE " + quoted(table.name) + " VALIDATE CONSTRAINT " + quoted(key->name)});
    plan_.differences.back().apart = true;
  }
  return {};
}

void Comparison::add_version_column(const Collection& collection, const TableShape& table) {
  if (table.find_column(version_column) != nullptr) return;
  additive(collection.name, "add versions to table " + table.name,
           {"ALTER TABLE " + quoted(table.name) + " ADD COLUMN " + quoted(version_column) + " " +
            std::string(dialect_.version_type()) + " NOT NULL DEFAULT 1"});
}

void Comparison::offer_triggers(const Collection& collection, const TableShape& table) {
  if (table.tells_changes || !collection.cached) return;
  std::vector<std::string> statements = dialect_.triggers(table.name);
  if (statements.empty()) return;
  offered(collection.name, "changes that other programs make to " + table.name + " are not seen by its cache",
          "if there are such programs, have triggers tell of changes, or declare cache = \"off\"",
          std::move(statements));
  plan_.differences.back().option = "--triggers";
}

void Comparison::compare_unknown_columns(const Collection& collection, const TableShape& table) {
  for (const ColumnShape& column : table.columns) {
    if (column.name == version_column || collection.find_field(column.name)) continue;
    const std::string what = "column " + table.name + "." + column.name + " is not in the config";
    if (column.not_null && !column.has_default) {
      blocking(collection.name, what + ", and refuses new records because they have no value for it",
               "declare the field, or drop the column: ALTER TABLE " + quoted(table.name) + " DROP COLUMN " +
                   quoted(column.name));
    } else {
      unknown(collection.name, what);
    }
    drop_column(table, column.name);
  }
}

}  // namespace banyan::sql
