#include "banyan/sql/tree.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_map>

namespace banyan::sql {
namespace {

const Value& key_of(const Record& record, const Relation& relation) {
  return record.values[relation.kind == Relation::Kind::to_one ? relation.field : 0];
}

struct KeyHash {
  std::size_t operator()(const Value& key) const noexcept {
    if (const auto* text = std::get_if<std::string>(&key)) return std::hash<std::string>()(*text);
    const auto* integer = std::get_if<std::int64_t>(&key);
    return integer == nullptr ? 0 : std::hash<std::int64_t>()(*integer);
  }
};

/// What aggregates say of no record.
std::vector<Value> row_of_nothing(const Grouping& grouping) {
  std::vector<Value> row;
  for (const Aggregate& aggregate : grouping.aggregates)
    row.push_back(aggregate.function == Aggregate::Function::count ? Value(std::int64_t{0}) : Value(Null{}));
  return row;
}

}  // namespace

const Field& key_field(const Relation& relation) noexcept {
  switch (relation.kind) {
    case Relation::Kind::to_one: return relation.target->fields.front();
    case Relation::Kind::to_many: return relation.target->fields[relation.field];
    case Relation::Kind::through: break;
  }
  return relation.through->fields[relation.field];
}

Field::Storage key_storage(const Relation& relation) noexcept { return key_field(relation).storage; }

std::vector<Value> keys_of(std::span<const Record> around, const Relation& relation) {
  std::vector<Value> keys;
  for (const Record& record : around) {
    const Value& key = key_of(record, relation);
    if (!is_null(key)) keys.push_back(key);
  }
  std::ranges::sort(keys, [](const Value& a, const Value& b) { return compare_values(a, b) < 0; });
  const auto twice = std::ranges::unique(keys);
  keys.erase(twice.begin(), twice.end());
  return keys;
}

EmbeddedPage placed(EmbeddedRows rows, std::span<const Record> around, const Embed& embed) {
  std::unordered_map<Value, EmbeddedPage::Span, KeyHash> spans;
  for (std::size_t i = 0; i < rows.keys.size(); ++i) {
    const auto [span, is_new] = spans.try_emplace(std::move(rows.keys[i]), i, i + 1);
    span->second.end = i + 1;
  }
  EmbeddedPage embedded{.page = std::move(rows.page), .spans = {}};
  const Query& query = embed.query;
  EmbeddedPage::Span none;
  if (query.grouping && query.grouping->by.empty() && query.limit > 0 && query.offset == 0) {
    none = {embedded.page.rows.size(), embedded.page.rows.size() + 1};
    embedded.page.rows.push_back(row_of_nothing(*query.grouping));
  }
  embedded.spans.reserve(around.size());
  for (const Record& record : around) {
    const auto found = spans.find(key_of(record, embed.relation));
    embedded.spans.push_back(found == spans.end() ? none : found->second);
  }
  return embedded;
}

Error too_many_embedded() {
  return Error(ErrorCode::too_large,
               "more than " + std::to_string(embedded_records_max) + " records belong to those of this page")
      .with_reason("too_many_embedded")
      .with_hint("ask for fewer records, or give what is embedded a limit");
}

}  // namespace banyan::sql
