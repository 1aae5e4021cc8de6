// The part of PostgresDialect that speaks of terms, aggregates and keys.
#include <charconv>

#include "banyan/adapters/postgres/dialect.hpp"

namespace banyan::postgres {
namespace {

/// An element of an array, in quotes.
void append_element(std::string& out, std::string_view text) {
  if (out.size() > 1) out += ',';
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

/// Whole numbers of 64 bits by their digits, others as those of a double: json_term_value().
std::string number_text(const std::string& text) {
  const std::string number = text + "::numeric";
  return "CASE WHEN " + number + " % 1 = 0 AND " + number +
         " BETWEEN -9223372036854775808 AND 18446744073709551615 THEN trunc(" + number + ")::text ELSE " + text +
         "::double precision::text END";
}

/// Of the texts together: words as they stand there, whatever the language.
std::string words_of(std::span<const std::string> columns) {
  std::string text = "to_tsvector('simple', ";
  for (const std::string& column : columns) {
    if (&column != columns.data()) text += " || ' ' || ";
    text += "coalesce(" + column + ", '')";
  }
  return text + ")";
}

}  // namespace

void PostgresDialect::append_json(std::string& out, std::string_view column, std::string_view path,
                                  Term::Json kind) const {
  const std::string document = "(" + std::string(column) + ")::jsonb";
  const std::string value = "(" + document + " #> " + std::string(path) + ")";
  const std::string text = "(" + document + " #>> " + std::string(path) + ")";
  switch (kind) {
    case Term::Json::value: out += value; break;
    case Term::Json::text:
      out += "(CASE jsonb_typeof" + value + " WHEN 'string' THEN " + text + " WHEN 'boolean' THEN " + text +
             " WHEN 'number' THEN " + number_text(text) + " END COLLATE \"C\")";
      break;
    case Term::Json::number:
      out += "(CASE WHEN jsonb_typeof" + value + " = 'number' THEN " + text + "::double precision END)";
      break;
  }
}

std::string PostgresDialect::path_operand(std::span<const std::string> path) const {
  std::string list = "{";
  for (const std::string& step : path) append_element(list, step);
  return list + "}";
}

void PostgresDialect::append_json_contains(std::string& out, std::string_view outer, std::string_view inner) const {
  out.append(outer).append(" @> ").append(inner);
}

// Under the collation "C" lower() and upper() fold A to Z and nothing else.
void PostgresDialect::append_function(std::string& out, Term::Function function, std::string_view text) const {
  switch (function) {
    case Term::Function::none: out += text; break;
    case Term::Function::lower: out.append("lower(").append(text).append(" COLLATE \"C\")"); break;
    case Term::Function::upper: out.append("upper(").append(text).append(" COLLATE \"C\")"); break;
    case Term::Function::length: out.append("length(").append(text).append(")::bigint"); break;
  }
}

void PostgresDialect::append_any(std::string& out, std::string_view column, std::string_view keys) const {
  out.append(column).append(" = ANY (").append(keys).append(")");
}

std::string PostgresDialect::list_operand(std::span<const Value> keys) const {
  std::string list = "{";
  for (const Value& key : keys) {
    if (const auto* text = std::get_if<std::string>(&key)) append_element(list, *text);
    if (const auto* integer = std::get_if<std::int64_t>(&key)) {
      if (list.size() > 1) list += ',';
      char digits[24];
      list.append(digits, std::to_chars(digits, digits + sizeof digits, *integer).ptr);
    }
  }
  return list + "}";
}

// A sum of bigint is a numeric, which is exact; made a bigint again, it is refused where it does not fit.
void PostgresDialect::append_aggregate(std::string& out, Aggregate::Function function, std::string_view operand,
                                       const Field& of) const {
  const std::string given(operand);
  const bool whole = of.storage == Field::Storage::integer;
  const std::string sum = "sum((" + given + (whole ? ")::numeric)" : ")::double precision)");
  switch (function) {
    case Aggregate::Function::count: out += "count(" + given + ")"; break;
    case Aggregate::Function::sum: out += sum + (whole ? "::bigint" : ""); break;
    case Aggregate::Function::avg: out += "(" + sum + "::double precision / count(" + given + "))"; break;
    case Aggregate::Function::min:
    case Aggregate::Function::max: {
      const bool as_text = column_type(of) == "uuid";  // which has none of its own
      out += function == Aggregate::Function::min ? "min(" : "max(";
      out += as_text ? "(" + given + ")::text COLLATE \"C\")" : given + ")";
      break;
    }
  }
}

// The index is used by conditions with the same expression.
std::string PostgresDialect::search_index(std::span<const std::string> columns) const {
  return " USING gin (" + words_of(columns) + ")";
}

void PostgresDialect::append_search(std::string& out, std::span<const std::string> columns, std::string_view asked,
                                    SearchWords words) const {
  out += words_of(columns);
  switch (words) {
    case SearchWords::query: out += " @@ to_tsquery('simple', "; break;
    case SearchWords::plain: out += " @@ plainto_tsquery('simple', "; break;
    case SearchWords::phrase: out += " @@ phraseto_tsquery('simple', "; break;
    case SearchWords::web: out += " @@ websearch_to_tsquery('simple', "; break;
  }
  out.append(asked).append(")");
}

}  // namespace banyan::postgres
