#include "banyan/adapters/postgres/reference_texts.hpp"

#include "banyan/core/timestamps.hpp"
#include "banyan/sql/statements.hpp"

namespace banyan::postgres {
namespace {

using sql::Composer;
using sql::ParameterType;
using sql::Table;

/// What the reference of `from` names is not there.
std::string is_missing(Composer& composer, const Table& from, std::size_t field, const Collection& named) {
  const Table table = composer.table(named);
  return "NOT EXISTS (SELECT 1 FROM " + table.source() + " WHERE " + table.column(0) + " = " + from.column(field) + ")";
}

}  // namespace

Result<sql::StatementText> lock_referring_text(sql::Composer composer, const sql::Incoming& from,
                                               const std::vector<Value>& ids, std::size_t rows_max) {
  const Table table = composer.table(*from.collection);
  composer.add({"SELECT ", table.column(0), " FROM ", table.source(), " WHERE ",
                composer.any_of(table.column(from.field), ids, from.collection->fields[from.field].storage),
                " ORDER BY ", table.column(0), " LIMIT ", composer.own_integer(static_cast<std::int64_t>(rows_max)),
                " FOR UPDATE"});
  return composer.finish();
}

Result<sql::StatementText> clear_text(sql::Composer composer, const sql::Incoming& from, const std::vector<Value>& ids,
                                      UnixMicros now) {
  const Table table = composer.table(*from.collection);
  composer.add({"UPDATE ", table.source(), " SET ", sql::quoted(from.collection->fields[from.field].name), " = NULL, ",
                sql::quoted(sql::version_column), " = greatest(", table.version(), " + 1, ", composer.own_integer(now),
                ")"});
  for (const Field& field : from.collection->fields)
    if (field.role == FieldRole::updated_at)
      composer.add({", ", sql::quoted(field.name), " = ",
                    composer.own_parameter(Value(format_timestamp(now)), ParameterType::placed)});
  std::string columns;
  sql::append_columns(columns, *from.collection);
  composer.add({" WHERE ", composer.any_of(table.column(0), ids, from.collection->fields.front().storage),
                " RETURNING ", columns});
  return composer.finish();
}

Result<sql::StatementText> names_nothing_text(sql::Composer composer, const Schema& schema,
                                              const ReferenceCheck& check) {
  const Table table = composer.table(*check.collection);
  const Field& field = check.collection->fields[check.field];
  composer.add({"SELECT 1 FROM ", table.source(), " WHERE ",
                composer.any_of(table.column(0), check.ids, check.collection->fields.front().storage), " AND ",
                table.column(check.field), " = ", composer.parameter(check.target, sql::parameter_type(field.storage)),
                " AND ", is_missing(composer, table, check.field, schema.collections[field.reference_index]),
                " LIMIT 1"});
  return composer.finish();
}

Result<sql::StatementText> still_referred_text(sql::Composer composer, const ReferenceCheck& check,
                                               const sql::Incoming& from) {
  const Table table = composer.table(*from.collection);
  composer.add({"SELECT ", table.column(from.field), " FROM ", table.source(), " WHERE ",
                composer.any_of(table.column(from.field), check.ids, from.collection->fields[from.field].storage),
                " AND ", is_missing(composer, table, from.field, *check.collection), " LIMIT 1"});
  return composer.finish();
}

}  // namespace banyan::postgres
