// The part of Comparison that says how `banyan schema apply` makes what a start does not. Statements that stand apart
// keep others out for moments only; each of them leaves what the plan finds again when the next never comes.
#include <algorithm>

#include "banyan/sql/comparison.hpp"

namespace banyan::sql {
namespace {

std::string alter(const Collection& collection) { return "ALTER TABLE " + quoted(collection.name) + " "; }

}  // namespace

// Completes the difference that was found last.
Result<void> Comparison::change_type(const Collection& collection, const Field& field, const ColumnShape& column,
                                     const std::string& what) {
  SchemaDifference& difference = plan_.differences.back();
  // Whether every value names a record is a matter of the foreign key.
  const bool becomes_reference = field.type == FieldType::reference && dialect_.holds(field, column.type);
  if (becomes_reference && dialect_.alters_columns()) {
    difference.statements = {note_statement(collection, field, dialect_)};
    return {};
  }
  const auto change = dialect_.change_type(field, column.type);
  if (!change) return {};
  if (has_rows_ && !change->unfit.empty()) {
    auto row = probe_.row_where(collection.name, change->unfit);
    if (!row) return fail(std::move(row.error()));
    if (row->has_value()) {
      difference.remedy = "change the value of record " + **row + ", which " + what + " could not keep";
      return {};
    }
  }
  if (!change->made.empty()) {
    const std::string name = quoted(field.name);
    difference.statements.push_back(alter(collection) + "ALTER COLUMN " + name + " DROP DEFAULT, ALTER COLUMN " + name +
                                    " TYPE " + std::string(dialect_.column_type(field)) + " USING " + change->made);
    difference.remedy = "rewrites the table: readers of a large one wait until it is done";
  } else {
    difference.remedy.clear();
  }
  difference.statements.push_back(note_statement(collection, field, dialect_));
  return {};
}

void Comparison::offer_required(const Collection& collection, const Field& field) {
  if (!dialect_.alters_columns()) return;
  const std::string name = quoted(field.name);
  const std::string constraint = quoted(required_name(collection, field));
  const std::string drop = "DROP CONSTRAINT IF EXISTS " + constraint;
  offered(collection.name,
          "column " + collection.name + "." + field.name + " is required, but takes null from other programs", "",
          {alter(collection) + drop + ", ADD CONSTRAINT " + constraint + " CHECK (" + name + " IS NOT NULL) NOT VALID",
           alter(collection) + "VALIDATE CONSTRAINT " + constraint,
           alter(collection) + "ALTER COLUMN " + name + " SET NOT NULL, " + drop});
  plan_.differences.back().apart = true;
}

Result<void> Comparison::mend_reference(const Collection& collection, const Field& field, const ForeignKeyShape* wrong,
                                        const std::string& what) {
  SchemaDifference difference{
      .kind = SchemaDifference::Kind::blocking,
      .collection = collection.name,
      .what = what,
      .remedy = "make a new table with the foreign key that the config declares and copy the rows"};
  const TableShape* const target = database_.find_table(field.reference_to);
  if (!dialect_.alters_columns()) {
    plan_.differences.push_back(std::move(difference));
    return {};
  }
  if (has_rows_) {
    const std::string name = quoted(field.name);
    const std::string id = "t." + quoted(schema_.collections[field.reference_index].fields.front().name);
    std::string stray = name + " IS NOT NULL";
    if (target != nullptr)
      stray += " AND NOT EXISTS (SELECT 1 FROM " + quoted(target->name) + " AS t WHERE " + id +
               "::text = " + quoted(collection.name) + "." + name + "::text)";
    auto row = probe_.row_where(collection.name, stray);
    if (!row) return fail(std::move(row.error()));
    if (row->has_value()) {
      difference.remedy =
          "mend record " + **row + ", whose " + field.name + " names no record of " + field.reference_to;
      plan_.differences.push_back(std::move(difference));
      return {};
    }
  }
  const std::string constraint = reference_name(collection, field);
  std::string drop;
  if (wrong != nullptr) drop = "DROP CONSTRAINT " + quoted(wrong->name) + ", ";
  difference.remedy.clear();
  difference.statements = {alter(collection) + drop + "ADD CONSTRAINT " + quoted(constraint) + " " +
                               foreign_key(schema_, field) + " NOT VALID",
                           alter(collection) + "VALIDATE CONSTRAINT " + quoted(constraint)};
  difference.apart = true;
  last_.push_back(std::move(difference));
  return {};
}

// Completes the difference that was found last.
void Comparison::drop_column(const TableShape& table, const std::string& column) {
  SchemaDifference& difference = plan_.differences.back();
  if (!dialect_.drops_indexes_along())
    for (const IndexShape& index : table.indexes)
      if (std::ranges::find(index.columns, column) != index.columns.end())
        difference.statements.push_back("DROP INDEX " + quoted(index.name));
  difference.statements.push_back("ALTER TABLE " + quoted(table.name) + " DROP COLUMN " + quoted(column));
  if (!database_.notes.empty()) {
    std::string key;
    dialect_.append_literal(key, Value("type " + table.name + "." + column));
    difference.statements.push_back("DELETE FROM " + quoted(notes_table) + " WHERE \"key\" = " + key);
  }
  difference.option = "--drop " + table.name + "." + column;
}

}  // namespace banyan::sql
