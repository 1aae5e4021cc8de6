// The part of PostgresDialect that changes tables which exist.
#include <algorithm>

#include "banyan/adapters/postgres/dialect.hpp"

namespace banyan::postgres {
namespace {

enum class Kept : unsigned char { text, whole, fraction, boolean, uuid, date, timestamp, json, enumeration, other };

Kept kind_of(std::string_view type) {
  if (type.find("[]") != std::string_view::npos || type.ends_with(" GENERATED")) return Kept::other;
  if (type.starts_with("text") || type.starts_with("character")) return Kept::text;
  if (type == "smallint" || type == "integer" || type == "bigint") return Kept::whole;
  if (type == "real" || type == "double precision" || type.starts_with("numeric")) return Kept::fraction;
  if (type == "boolean") return Kept::boolean;
  if (type == "uuid") return Kept::uuid;
  if (type == "date") return Kept::date;
  if (type.starts_with("timestamp")) return Kept::timestamp;
  if (type.starts_with("json")) return Kept::json;
  if (type.starts_with("enum ")) return Kept::enumeration;
  return Kept::other;
}

using Change = std::optional<sql::Dialect::TypeChange>;

/// Beyond it, neighbouring whole numbers are the same double.
constexpr const char* whole_doubles_max = "9007199254740992";

Change to_text(Kept from, std::string_view type, const std::string& column) {
  if (from == Kept::other) return std::nullopt;
  if (from != Kept::timestamp) return sql::Dialect::TypeChange{"", column + "::text"};
  const bool has_zone = type.ends_with("with time zone");
  return sql::Dialect::TypeChange{
      "", "to_char(" + column + (has_zone ? " AT TIME ZONE 'UTC'" : "") + ", 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"};
}

Change to_integer(Kept from, const std::string& column) {
  if (from == Kept::text)
    return sql::Dialect::TypeChange{column + " !~ '^(0|-?[1-9][0-9]{0,17})$'", column + "::bigint"};
  if (from == Kept::fraction)
    return sql::Dialect::TypeChange{
        column + " <> trunc(" + column + "::numeric) OR abs(" + column + ") > " + whole_doubles_max,
        column + "::bigint"};
  return std::nullopt;
}

Change to_number(Kept from, const std::string& column) {
  if (from == Kept::whole)
    return sql::Dialect::TypeChange{"abs(" + column + "::numeric) > " + whole_doubles_max,
                                    column + "::double precision"};
  if (from == Kept::text)
    return sql::Dialect::TypeChange{column + " !~ '^-?(0|[1-9][0-9]{0,8})([.][0-9]{1,6})?$'",
                                    column + "::double precision"};
  return std::nullopt;
}

Change to_boolean(Kept from, const std::string& column) {
  if (from == Kept::whole) return sql::Dialect::TypeChange{column + " NOT IN (0, 1)", column + " = 1"};
  if (from == Kept::text) return sql::Dialect::TypeChange{column + " NOT IN ('true', 'false')", column + " = 'true'"};
  return std::nullopt;
}

Change to_time(Kept from, std::string_view type, FieldType to, const std::string& column) {
  const bool to_date = to == FieldType::date;
  if (from == Kept::text && to_date)
    return sql::Dialect::TypeChange{column + " !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'", column + "::date"};
  if (from == Kept::text)
    return sql::Dialect::TypeChange{
        column + " !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$'",
        column + "::timestamp with time zone"};
  if (from == Kept::date && !to_date) return sql::Dialect::TypeChange{"", column + "::timestamp AT TIME ZONE 'UTC'"};
  if (from == Kept::timestamp && to_date) {
    const std::string moment = type.ends_with("with time zone") ? "(" + column + " AT TIME ZONE 'UTC')" : column;
    return sql::Dialect::TypeChange{moment + " <> date_trunc('day', " + moment + ")", moment + "::date"};
  }
  return std::nullopt;
}

}  // namespace

Change PostgresDialect::change_type(const Field& field, std::string_view type) const {
  const Kept from = kind_of(type);
  const std::string column = sql::quoted(field.name);
  switch (field.type) {
    case FieldType::text: return to_text(from, type, column);
    case FieldType::integer: return to_integer(from, column);
    case FieldType::number: return to_number(from, column);
    case FieldType::boolean: return to_boolean(from, column);
    case FieldType::timestamp:
    case FieldType::date: return to_time(from, type, field.type, column);
    case FieldType::json: return from == Kept::text ? Change({"", column + "::jsonb"}) : std::nullopt;
    case FieldType::uuid:
      if (from != Kept::text) return std::nullopt;
      return TypeChange{column + " !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'", column + "::uuid"};
    case FieldType::enumeration: {
      if (from != Kept::text && from != Kept::enumeration) return std::nullopt;
      std::string values;
      for (const std::string& value : field.enum_values) {
        if (!values.empty()) values += ", ";
        append_literal(values, Value(value));
      }
      return TypeChange{column + "::text NOT IN (" + values + ")", ""};
    }
    default: return std::nullopt;
  }
}

std::string PostgresDialect::rename_index(std::string_view from, std::string_view to) const {
  return "ALTER INDEX IF EXISTS " + sql::quoted(from) + " RENAME TO " + sql::quoted(to);
}

std::vector<std::string> PostgresDialect::rename_extras(std::string_view from, std::string_view to) const {
  const auto named = [&](std::string_view table) {
    std::string literal = "collection = ";
    append_literal(literal, Value(std::string(table)));
    return literal;
  };
  return {"DELETE FROM \"_banyan_graves\" WHERE " + named(to),
          "UPDATE \"_banyan_graves\" SET " + named(to) + " WHERE " + named(from)};
}

}  // namespace banyan::postgres
