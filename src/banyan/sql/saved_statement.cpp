#include "banyan/sql/saved_statement.hpp"

#include <algorithm>

#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::sql {
namespace {

std::string_view postgres_type(const Field& field) {
  switch (field.type) {
    case FieldType::integer: return "bigint";
    case FieldType::number: return "double precision";
    case FieldType::boolean: return "boolean";
    case FieldType::timestamp: return "timestamptz";
    case FieldType::date: return "date";
    case FieldType::json: return "jsonb";
    case FieldType::uuid: return "uuid";
    default: return "text";
  }
}

std::string named(const SavedQuery& query) { return "The saved query '" + query.name + "'"; }

}  // namespace

SavedStatement saved_statement(const SavedQuery& query, SqlDialect dialect) {
  const bool is_postgres = dialect == SqlDialect::postgres;
  SavedStatement made;
  const auto mark = [&](std::string_view name) -> std::string {
    const auto field = std::ranges::find(query.parameters, name, &Field::name);
    const auto place = static_cast<std::size_t>(field - query.parameters.begin());
    auto used = std::ranges::find(made.arguments, place);
    const std::string number = std::to_string(used - made.arguments.begin() + 1);
    if (used == made.arguments.end()) made.arguments.push_back(place);
    return is_postgres ? "$" + number + "::" + std::string(postgres_type(*field)) : "?" + number;
  };
  made.text = read_statement(is_postgres ? query.postgres : query.sqlite, dialect).with(mark);
  return made;
}

Result<std::vector<std::size_t>> match_columns(const SavedQuery& query, std::span<const std::string> names) {
  std::vector<std::size_t> places;
  for (const Field& column : query.columns) {
    const auto found = std::ranges::find(names, column.name);
    if (found == names.end())
      return fail(Error(ErrorCode::invalid, named(query) + " declares the column '" + column.name +
                                                "', and its statement answers none of that name.")
                      .with_hint("Name it in the statement: … AS " + column.name));
    places.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  if (names.size() != places.size())
    for (const std::string& name : names)
      if (std::ranges::find(query.columns, name, &Field::name) == query.columns.end())
        return fail(
            Error(ErrorCode::invalid, named(query) + " answers a column '" + name + "' that it does not declare.")
                .with_hint("Declare it: returns." + name + " = \"text\", or leave it out of the statement."));
  return places;
}

bool make_canonical(const Field& column, std::string& text) {
  if (column.type == FieldType::json) {
    const auto parsed = parse_json(text);
    auto canonical = parsed ? canonical_json(*parsed) : Result<std::string>(fail(parsed.error()));
    if (canonical) text = std::move(*canonical);
    return canonical.has_value();
  }
  // `2026-11-23 18:17:05`, as SQLite's datetime() has it.
  const bool has_no_offset = column.type == FieldType::timestamp && text.size() > 10 &&
                             text.find_first_of("Zz+", 10) == std::string::npos &&
                             text.find('-', 10) == std::string::npos;
  auto canonical = value_from_text(column, has_no_offset ? text + "Z" : text);
  if (canonical) text = std::move(std::get<std::string>(*canonical));
  return canonical.has_value();
}

Error too_many_rows(const SavedQuery& query) {
  return Error(ErrorCode::too_large,
               named(query) + " answers more than " + std::to_string(saved_query_rows_max) + " rows.")
      .with_reason("page_too_large")
      .with_hint("Give its statement a LIMIT.");
}

Error too_many_bytes(const SavedQuery& query, std::size_t bytes_max) {
  return Error(ErrorCode::too_large, named(query) + " answers more than " + std::to_string(bytes_max) + " bytes.")
      .with_reason("page_too_large")
      .with_hint("Give its statement a LIMIT.");
}

Error refused(const SavedQuery& query, Refusal why, const std::vector<std::string>& fields, std::string detail) {
  const auto error = [&](ErrorCode code, const std::string& what) {
    return Error(code, named(query) + ": " + what).with_detail(std::move(detail));
  };
  const auto with_fields = [&](Error made, const std::string& problem) {
    for (const std::string& field : fields) made.fields.push_back({field, problem});
    return made;
  };
  std::string names;
  for (const std::string& field : fields) names += (names.empty() ? "" : ", ") + field;
  switch (why) {
    case Refusal::taken:
      return with_fields(error(ErrorCode::already_exists, "another record has this " + names + "."), "is taken")
          .with_reason("unique_violation");
    case Refusal::reference:
      return error(ErrorCode::reference_broken, "a reference names nothing that exists, or is still needed.")
          .with_reason("foreign_key_violation");
    case Refusal::missing: return with_fields(error(ErrorCode::invalid, "a value is required."), "is required");
    case Refusal::values: break;
  }
  return error(ErrorCode::invalid, "it cannot be done with these values.")
      .with_hint("look at the range and the form of each argument");
}

Error not_as_declared(const SavedQuery& query, const Field& column) {
  return Error(ErrorCode::internal, named(query) + " went wrong.")
      .with_detail("query " + query.name + ", column " + column.name + ": holds what is no " +
                   std::string(to_string(column.type)));
}

}  // namespace banyan::sql
