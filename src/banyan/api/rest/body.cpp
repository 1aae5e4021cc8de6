#include "banyan/api/rest/body.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "banyan/api/query/scanner.hpp"
#include "banyan/api/request_body.hpp"
#include "banyan/api/rest/csv.hpp"
#include "banyan/api/rest/media_type.hpp"
#include "banyan/base/words.hpp"
#include "banyan/core/json_text.hpp"

namespace banyan::api::rest {
namespace {

namespace json = boost::json;

Error malformed(std::string message, std::string_view reason) {
  return Error(ErrorCode::invalid, std::move(message)).with_reason(std::string(reason));
}

// What a text of a cell or of a form means for a field: JSON where the field takes no string. What cannot be read stays
// text, and is refused as such with the rest.
json::value value_of_text(const Field* field, const std::string& text) {
  const bool is_text = field == nullptr || (field->storage == Field::Storage::text && field->type != FieldType::json);
  if (is_text) return json::value(text);
  Result<json::value> parsed = parse_json(text, json_depth_max);
  return parsed ? std::move(*parsed) : json::value(text);
}

Result<json::value> records_of_csv(std::string_view text, const Collection& collection, std::size_t records_max) {
  const Result<CsvTable> table = parse_csv(text, records_max);
  if (!table) return std::unexpected(table.error());
  std::vector<const Field*> fields;
  for (const std::string& name : table->columns) {
    const auto place = collection.find_field(name);
    fields.push_back(place ? &collection.fields[*place] : nullptr);
  }
  json::array records;
  records.reserve(table->rows.size());
  for (const auto& row : table->rows) {
    json::object record;
    for (std::size_t i = 0; i < row.size(); ++i)
      record[table->columns[i]] = row[i] ? value_of_text(fields[i], *row[i]) : json::value(nullptr);
    records.push_back(std::move(record));
  }
  return json::value(std::move(records));
}

Result<json::value> record_of_form(std::string_view text, const Collection& collection) {
  const auto parameters = http::parse_query(text);
  if (!parameters) return fail(malformed("The form is not properly percent-encoded UTF-8.", "malformed_form"));
  json::object record;
  for (const http::QueryParameter& parameter : *parameters) {
    const auto place = collection.find_field(parameter.name);
    if (record.contains(parameter.name)) return fail(malformed("The form names a field twice.", "malformed_form"));
    record[parameter.name] = value_of_text(place ? &collection.fields[*place] : nullptr, parameter.value);
  }
  return json::value(std::move(record));
}

bool have_same_members(const json::object& a, const json::object& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const auto& member) { return b.contains(member.key()); });
}

Result<void> check_members(const json::array& records) {
  const auto same = [&](const json::value& record) {
    return record.is_object() && have_same_members(record.get_object(), records.front().get_object());
  };
  if (records.empty() || (records.front().is_object() && std::ranges::all_of(records, same))) return {};
  return fail(malformed("All object keys must match", "malformed_json")
                  .with_hint("Name the fields in 'columns': what a record leaves out is null then, or its default "
                             "with 'Prefer: missing=default'."));
}

std::string_view unquoted(std::string_view name) {
  if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) return name.substr(1, name.size() - 2);
  return name;
}

}  // namespace

Result<json::value> records_of(const http::Request& request, const Collection& collection,
                               const std::optional<std::vector<std::size_t>>& columns, std::size_t records_max) {
  const Result<BodyType> type = body_type_of(request);
  if (!type) return std::unexpected(type.error());
  if (*type == BodyType::csv) return records_of_csv(request.body, collection, records_max);
  if (*type == BodyType::form) return record_of_form(request.body, collection);
  Result<json::value> body = json_body_of(request);
  if (!body || columns || !body->is_array()) return body;
  if (Result<void> checked = check_members(body->get_array()); !checked)
    return std::unexpected(std::move(checked.error()));
  return body;
}

Result<std::vector<std::size_t>> field_list(const Collection& collection, std::string_view parameter,
                                            std::string_view text) {
  std::vector<std::size_t> places;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view name = unquoted(trimmed(text.substr(0, comma)));
    const auto place = collection.find_field(name);
    if (!place) {
      const std::string shown(name.substr(0, 64));
      const std::vector<std::string_view> names = collection.field_names();
      return fail(Error(ErrorCode::invalid,
                        "Could not find the '" + shown + "' column of '" + collection.name + "' in the schema cache")
                      .with_reason("unknown_field")
                      .with_hint(std::string(parameter) + " takes names of fields with commas between" +
                                 did_you_mean(name, names)));
    }
    if (std::ranges::find(places, *place) == places.end()) places.push_back(*place);
    if (comma == text.size()) return places;
    text.remove_prefix(comma + 1);
  }
}

Result<json::value> changes_of(json::value body, const Collection& collection,
                               const std::optional<std::vector<std::size_t>>& columns) {
  if (body.is_array()) {
    json::array& records = body.get_array();
    if (records.size() > 1)
      return fail(Error(ErrorCode::unsupported, "A PATCH takes one object.").with_hint("Send what is to be set once."));
    json::value only = records.empty() ? json::value(json::object()) : std::move(records.front());
    body = std::move(only);
  }
  if (!columns || !body.is_object()) return body;
  json::object kept;
  for (const std::size_t place : *columns) {
    const std::string& name = collection.fields[place].name;
    json::value* given = body.get_object().if_contains(name);
    kept[name] = given != nullptr ? std::move(*given) : json::value(nullptr);
  }
  return json::value(std::move(kept));
}

}  // namespace banyan::api::rest
