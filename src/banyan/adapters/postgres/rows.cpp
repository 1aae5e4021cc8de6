#include "banyan/adapters/postgres/rows.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/base/numbers.hpp"
#include "banyan/core/json_text.hpp"
#include "banyan/core/timestamps.hpp"
#include "banyan/sql/batch.hpp"

namespace banyan::postgres {
namespace {

// Of pg_type.dat; they never change.
enum Type : Oid {
  type_jsonb = 3802,
  type_json = 114,
  type_timestamp = 1114,
  type_timestamptz = 1184,
};

std::optional<double> number_from(std::string_view digits) {
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (end != digits.data() + digits.size()) return std::nullopt;
  // Out of range is what comes too close to zero as well as what is too large; numeric holds both.
  if (error == std::errc::result_out_of_range)
    number = std::strtod(std::string(digits).c_str(), nullptr);
  else if (error != std::errc())
    return std::nullopt;
  if (!std::isfinite(number)) return std::nullopt;
  return number + 0.0;  // -0.0 becomes 0.0
}

/// `2026-11-23 18:17:05.1234+00`, or without the offset, as UTC. Canonical or nothing.
std::optional<std::string> timestamp_from(std::string_view given, bool has_offset) {
  std::string text(given);
  if (has_offset && text.ends_with("+00")) text.resize(text.size() - 3);
  const auto micros = parse_timestamp(text + "Z");
  if (!micros) return std::nullopt;
  return format_timestamp(*micros);
}

std::optional<std::string> text_from(std::string_view given, Oid type, const Field& field) {
  switch (field.type) {
    case FieldType::timestamp:
      if (type == type_timestamp || type == type_timestamptz) return timestamp_from(given, type == type_timestamptz);
      break;
    case FieldType::date:
      if (!is_valid_date(given)) return std::nullopt;
      break;
    case FieldType::json: {
      const auto parsed = parse_json(given);
      if (!parsed) return std::nullopt;
      auto canonical = canonical_json(*parsed);
      if (!canonical) return std::nullopt;
      return std::move(*canonical);
    }
    default: break;
  }
  return std::string(given);
}

}  // namespace

bool read_value(const PGresult* result, int row, int column, const Field& field, Value& value) {
  if (is_null(result, row, column)) return value = Null{}, true;
  const std::string_view given = text(result, row, column);
  switch (field.storage) {
    case Field::Storage::boolean: value = given == "t"; return given == "t" || given == "f";
    case Field::Storage::integer: {
      const auto integer = parse_whole<std::int64_t>(given);
      if (integer) value = *integer;
      return integer.has_value();
    }
    case Field::Storage::number: {
      const auto number = number_from(given);
      if (number) value = *number;
      return number.has_value();
    }
    case Field::Storage::text: {
      auto canonical = text_from(given, PQftype(result, column), field);
      if (canonical) value = std::move(*canonical);
      return canonical.has_value();
    }
  }
  return false;
}

bool read_record(const PGresult* result, int row, const Collection& collection, Record& record) {
  const std::size_t count = collection.fields.size();
  record.values.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    if (!read_value(result, row, static_cast<int>(i), collection.fields[i], record.values[i])) return false;
  const auto version = parse_whole<std::int64_t>(text(result, row, static_cast<int>(count)));
  if (!version || *version < 0) return false;
  record.version = static_cast<Version>(*version);
  return true;
}

Error damaged_record(const PGresult* result, int row, const Collection& collection) {
  std::string columns;
  for (std::size_t i = 0; i < collection.fields.size(); ++i) {
    Value value;
    if (!read_value(result, row, static_cast<int>(i), collection.fields[i], value))
      columns += (columns.empty() ? "" : ", ") + collection.fields[i].name;
  }
  if (columns.empty()) columns = "_version";
  return sql::damaged_record(collection)
      .with_detail("table " + collection.name + ", id " + std::string(text(result, row, 0)) + ", column " + columns +
                   ": written by another program?");
}

void Parameters::add(const Value& value) {
  const std::size_t begin = bytes_.size();
  values_.push_back({.begin = begin, .is_null = banyan::is_null(value)});
  if (const auto* given = std::get_if<std::string>(&value)) {
    bytes_ += *given;
  } else if (const auto* flag = std::get_if<bool>(&value)) {
    bytes_ += *flag ? 't' : 'f';
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    values_.pop_back();
    return add(*integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    char digits[32];
    bytes_.append(digits, std::to_chars(digits, digits + sizeof digits, *number).ptr);
  }
  bytes_ += '\0';
}

void Parameters::add(std::int64_t number) {
  values_.push_back({.begin = bytes_.size(), .is_null = false});
  char digits[24];
  bytes_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  bytes_ += '\0';
}

void Parameters::add_text(std::string_view text) {
  values_.push_back({.begin = bytes_.size(), .is_null = false});
  bytes_.append(text) += '\0';
}

const char* const* Parameters::values() {
  pointers_.clear();
  for (const Place& place : values_) pointers_.push_back(place.is_null ? nullptr : bytes_.data() + place.begin);
  return pointers_.data();
}

}  // namespace banyan::postgres
