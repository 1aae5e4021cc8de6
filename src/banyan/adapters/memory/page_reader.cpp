#include "banyan/adapters/memory/page_reader.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "banyan/core/aggregation.hpp"

namespace banyan::memory {
namespace {

using Row = std::vector<Value>;

Result<Row> row_of(const Grouping& grouping, Row group, const std::vector<const Record*>& members) {
  for (const Aggregate& aggregate : grouping.aggregates) {
    Aggregation aggregation(aggregate.function);
    for (const Record* member : members) aggregation.add(aggregate.term ? value_of(*aggregate.term, *member) : true);
    Result<Value> value = aggregation.result();
    if (!value) return fail(std::move(value.error()));
    group.push_back(std::move(*value));
  }
  return group;
}

/// Whether row `a` comes before row `b`: by the order, then by the groups' values.
bool row_comes_before(const Query& query, const Row& a, const Row& b) {
  const std::vector<Term>& by = query.grouping->by;
  for (const OrderTerm& term : query.order) {
    const auto place = static_cast<std::size_t>(std::ranges::find(by, term.field) - by.begin());
    if (const int order = compare_in_order(term, a[place], b[place])) return order < 0;
  }
  for (std::size_t i = 0; i < by.size(); ++i)
    if (const int order = compare_in_order(OrderTerm(), a[i], b[i])) return order < 0;
  return false;
}

/// What limit and offset leave of `items`, behind what is in `into`.
template <typename Items, typename Take>
void cut(const Query& query, Items& items, Take take) {
  const std::size_t begin = std::min<std::uint64_t>(query.offset, items.size());
  const std::size_t count = std::min<std::size_t>(query.limit, items.size() - begin);
  for (std::size_t i = begin; i < begin + count; ++i) take(items[i]);
}

Error too_many_embedded() {
  return Error(ErrorCode::too_large,
               "more than " + std::to_string(embedded_records_max) + " records belong to those of this page")
      .with_reason("too_many_embedded")
      .with_hint("ask for fewer records, or give what is embedded a limit");
}

std::size_t size_of(const RecordPage& page) { return page.records.size() + page.rows.size(); }

}  // namespace

Result<RecordPage> PageReader::read(const Query& query) {
  Found all;
  for (const auto& [id, record] : tables_[query.collection->index].records) all.push_back(&record);
  RecordPage page;
  const Result<std::size_t> count = append(query, all, page);
  if (!count) return fail(count.error());
  if (query.counted != Counted::no) page.count = *count;
  if (Result<void> added = add_embeds(query, page); !added) return fail(std::move(added.error()));
  return page;
}

Result<std::size_t> PageReader::append(const Query& query, const Found& candidates, RecordPage& page) const {
  Found matching;
  for (const Record* candidate : candidates)
    if (matches(query.filter, *candidate, &related_)) matching.push_back(candidate);
  if (query.grouping) {
    Result<std::vector<Row>> rows = groups(query, matching);
    if (!rows) return fail(std::move(rows.error()));
    cut(query, *rows, [&](Row& row) { page.rows.push_back(std::move(row)); });
    return rows->size();
  }
  sort(query, matching);
  cut(query, matching, [&](const Record* record) { page.records.push_back(*record); });
  return matching.size();
}

Result<std::vector<Row>> PageReader::groups(const Query& query, const Found& matching) const {
  std::map<Row, Found> members;
  if (query.grouping->by.empty()) members[{}];
  for (const Record* record : matching) {
    Row group;
    for (const Term& term : query.grouping->by) group.push_back(value_of(term, *record));
    members[std::move(group)].push_back(record);
  }
  std::vector<Row> rows;
  for (const auto& [group, records] : members) {
    if (query.limit == 0) {  // a row that nobody is shown is counted, and nothing of it is added up
      rows.push_back(group);
      continue;
    }
    Result<Row> row = row_of(*query.grouping, group, records);
    if (!row) return fail(std::move(row.error()));
    rows.push_back(std::move(*row));
  }
  std::ranges::sort(rows, [&](const Row& a, const Row& b) { return row_comes_before(query, a, b); });
  return rows;
}

void PageReader::sort(const Query& query, Found& matching) const {
  struct Keyed {
    Row keys;
    const Record* record;
  };
  std::vector<Keyed> keyed;
  for (const Record* record : matching) {
    Keyed& each = keyed.emplace_back(Row(), record);
    for (const OrderTerm& term : query.order) each.keys.push_back(order_value(*query.collection, term, *record));
  }
  std::ranges::sort(keyed, [&](const Keyed& a, const Keyed& b) {
    for (std::size_t i = 0; i < query.order.size(); ++i)
      if (const int order = compare_in_order(query.order[i], a.keys[i], b.keys[i])) return order < 0;
    return compare_values(a.record->values.front(), b.record->values.front()) < 0;
  });
  std::ranges::transform(keyed, matching.begin(), &Keyed::record);
}

Value PageReader::order_value(const Collection& collection, const OrderTerm& term, const Record& record) const {
  if (!term.of_reference) return value_of(term.field, record);
  const Value& named = record.values[*term.of_reference];
  if (is_null(named)) return Null();
  return value_of(term.field, tables_[collection.fields[*term.of_reference].reference_index].records.at(named));
}

Result<void> PageReader::add_embeds(const Query& query, RecordPage& page) {
  for (const Embed& embed : query.embeds) {
    Result<EmbeddedPage> made = embedded(embed, page.records);
    if (!made) return fail(std::move(made.error()));
    page.embeds.push_back(std::move(*made));
  }
  return {};
}

Result<EmbeddedPage> PageReader::embedded(const Embed& embed, const std::vector<Record>& records) {
  EmbeddedPage made;
  for (const Record& record : records) {
    const std::size_t begin = size_of(made.page);
    if (Result<std::size_t> added = append(embed.query, belonging(embed, record), made.page); !added)
      return fail(std::move(added.error()));
    const std::size_t end = size_of(made.page);
    made.spans.push_back({.begin = begin, .end = end});
    embedded_ += end - begin;
    if (embedded_ > embedded_records_max) return fail(too_many_embedded());
  }
  if (Result<void> added = add_embeds(embed.query, made.page); !added) return fail(std::move(added.error()));
  return made;
}

PageReader::Found PageReader::belonging(const Embed& embed, const Record& record) const {
  const Relation& relation = embed.relation;
  switch (relation.kind) {
    case Relation::Kind::to_one: return related_.find(*relation.target, 0, record.values[relation.field]);
    case Relation::Kind::to_many: return related_.find(*relation.target, relation.field, record.values.front());
    case Relation::Kind::through: break;
  }
  Found found;
  for (const Record* between : related_.find(*relation.through, relation.field, record.values.front())) {
    if (!matches(embed.through_filter, *between, &related_)) continue;
    for (const Record* target : related_.find(*relation.target, 0, between->values[relation.through_field]))
      if (std::ranges::find(found, target) == found.end()) found.push_back(target);
  }
  return found;
}

}  // namespace banyan::memory
