#include "banyan/adapters/postgres/pull_types.hpp"

#include <array>
#include <charconv>

#include "banyan/adapters/postgres/dialect.hpp"

namespace banyan::postgres {

std::optional<FieldType> field_type_of(std::string_view type) {
  using Storage = Field::Storage;
  struct Candidate {
    FieldType type;
    Storage storage;
  };
  constexpr std::array candidates{
      Candidate{FieldType::boolean, Storage::boolean}, Candidate{FieldType::integer, Storage::integer},
      Candidate{FieldType::number, Storage::number},   Candidate{FieldType::timestamp, Storage::text},
      Candidate{FieldType::date, Storage::text},       Candidate{FieldType::json, Storage::text},
      Candidate{FieldType::uuid, Storage::text},       Candidate{FieldType::text, Storage::text},
      Candidate{FieldType::enumeration, Storage::text}};
  constexpr std::int64_t digits_max = 18;
  for (const Candidate& candidate : candidates) {
    Field field;
    field.type = candidate.type;
    field.storage = candidate.storage;
    if (!PostgresDialect().holds(field, type)) continue;
    if (candidate.type == FieldType::integer && type.starts_with("numeric") && length_of(type) > digits_max) continue;
    return candidate.type;
  }
  return std::nullopt;
}

std::optional<IdKind> id_kind_of(const sql::ColumnShape& column) {
  if (column.type == "smallint" || column.type == "integer" || column.type == "bigint") return IdKind::integer;
  if (column.type == "uuid") return IdKind::uuid;
  return std::nullopt;
}

std::optional<std::int64_t> length_of(std::string_view type) {
  const std::size_t open = type.find('(');
  const bool has_length = type.starts_with("character") || type.starts_with("numeric");
  if (!has_length || open == std::string_view::npos) return std::nullopt;
  std::int64_t length = 0;
  std::from_chars(type.data() + open + 1, type.data() + type.size(), length);
  return length;
}

}  // namespace banyan::postgres
