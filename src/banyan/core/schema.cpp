#include "banyan/core/schema.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace banyan {
namespace {

// By the order of FieldType.
constexpr std::array<std::string_view, 12> type_words = {
    "text", "integer", "number", "boolean", "timestamp", "date", "json", "uuid", "email", "url", "enum", "reference"};

// First parts of paths that Banyan serves itself, today or by its plan. A collection of such a name would have to move
// on the day the feature comes, so none may have it. In order.
constexpr auto reserved_collections = std::to_array<std::string_view>(
    {"admin",    "api",    "assets",  "auth",   "banyan",    "batch",   "dashboard", "debug",
     "docs",     "events", "favicon", "files",  "functions", "graphql", "health",    "index",
     "internal", "jobs",   "metrics", "oauth",  "openapi",   "queries", "queues",    "realtime",
     "rest",     "robots", "rpc",     "schema", "sessions",  "static",  "storage",   "webhooks"});

// Words of the query grammar, in order. `id` is every collection's own.
constexpr auto reserved_fields =
    std::to_array<std::string_view>({"after", "and", "before", "columns", "count", "cursor", "id", "limit", "not",
                                     "offset", "on_conflict", "or", "order", "select"});

static_assert(std::ranges::is_sorted(reserved_collections) && std::ranges::is_sorted(reserved_fields));

constexpr std::size_t name_bytes_max = 63;

}  // namespace

std::string_view to_string(FieldType type) noexcept { return type_words[static_cast<std::size_t>(type)]; }

std::optional<FieldType> field_type_from(std::string_view word) noexcept {
  const auto found = std::ranges::find(type_words, word);
  if (found == type_words.end()) return std::nullopt;
  return static_cast<FieldType>(found - type_words.begin());
}

std::vector<std::string_view> field_type_words() { return {type_words.begin(), type_words.end()}; }

std::optional<std::size_t> Collection::find_field(std::string_view wanted) const noexcept {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == wanted) return i;
  return std::nullopt;
}

std::vector<std::string_view> Collection::field_names() const {
  std::vector<std::string_view> names;
  names.reserve(fields.size());
  for (const Field& field : fields) names.push_back(field.name);
  return names;
}

const Collection* Schema::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(collections, name, &Collection::name);
  return found == collections.end() ? nullptr : &*found;
}

std::vector<IncomingReference> Schema::references_to(std::size_t collection) const {
  std::vector<IncomingReference> incoming;
  for (std::size_t i = 0; i < collections.size(); ++i)
    for (std::size_t j = 0; j < collections[i].fields.size(); ++j) {
      const Field& field = collections[i].fields[j];
      if (field.type == FieldType::reference && field.reference_index == collection) incoming.push_back({i, j});
    }
  return incoming;
}

Field make_id_field(IdKind kind) {
  Field field;
  field.name = "id";
  field.type = kind == IdKind::integer ? FieldType::integer : FieldType::uuid;
  field.role = FieldRole::id;
  field.required = true;
  field.read_only = true;
  field.storage = kind == IdKind::integer ? Field::Storage::integer : Field::Storage::text;
  return field;
}

Field make_time_field(FieldRole role) {
  Field field;
  field.name = role == FieldRole::created_at ? "created_at" : "updated_at";
  field.type = FieldType::timestamp;
  field.role = role;
  field.read_only = true;
  return field;
}

bool is_reserved_collection_name(std::string_view name) noexcept {
  // SQLite and PostgreSQL keep these beginnings for themselves.
  if (name.starts_with("sqlite_") || name.starts_with("pg_")) return true;
  return std::ranges::binary_search(reserved_collections, name);
}

bool is_reserved_field_name(std::string_view name) noexcept {
  return std::ranges::binary_search(reserved_fields, name);
}

bool is_valid_name(std::string_view name) noexcept {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  if (name.empty() || name.size() > name_bytes_max || !is_lower(name.front())) return false;
  return std::ranges::all_of(name, [&](char c) { return is_lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace banyan
