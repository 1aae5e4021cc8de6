#include <algorithm>

#include "tests/contracts/record_store_contract.hpp"
#include "tests/contracts/record_store_random_source.hpp"

// What a random comparison lists: pages, trees, groups.
namespace banyan::contracts {
namespace {

constexpr std::uint32_t page_limits[] = {0, 1, 3, 10, 10, 100, 100, 100, 100, 1000};
constexpr std::uint64_t page_offsets[] = {0, 0, 0, 0, 0, 0, 0, 1, 5, 1000};
constexpr std::uint32_t embed_limits[] = {0, 1, 2, 5, 100, 100};
constexpr std::uint64_t embed_offsets[] = {0, 0, 0, 0, 1, 3};
constexpr Aggregate::Function functions[] = {Aggregate::Function::count, Aggregate::Function::sum,
                                             Aggregate::Function::avg, Aggregate::Function::min,
                                             Aggregate::Function::max};

/// Whether sums over it do not depend on their order.
bool sums_exactly(const Collection& collection, const Term& term) {
  if (storage_of(collection, term) == Field::Storage::integer)
    return term.function == Term::Function::length || collection.fields[term.field].type == FieldType::integer;
  return term.path.empty() && collection.fields[term.field].name == "rating";
}

}  // namespace

Query RandomSource::query() {
  const Collection& of = collection();
  return chance(60) ? tree(of, 3) : plain_query(of);
}

Query RandomSource::plain_query(const Collection& of) {
  Query made;
  made.collection = &of;
  made.filter = chance(20) ? Filter() : filter(of, 3);
  add_order(made, true);
  made.limit = pick(random_, page_limits);
  made.offset = pick(random_, page_offsets);
  return made;
}

Query RandomSource::tree(const Collection& of, unsigned depth) {
  Query made;
  made.collection = &of;
  made.filter = chance(40) ? Filter() : filter(of, depth);
  const bool is_top = depth == 3;
  made.limit = is_top ? pick(random_, page_limits) : pick(random_, embed_limits);
  made.offset = is_top ? pick(random_, page_offsets) : pick(random_, embed_offsets);
  if (is_top && chance(25)) made.counted = Counted::exact;
  if (chance(is_top ? 25 : 15)) {
    add_grouping(made);
  } else {
    add_order(made, false);
    add_embeds(made, depth);
  }
  return made;
}

void RandomSource::add_order(Query& query, bool only_plain) {
  const Collection& of = *query.collection;
  for (std::uint64_t terms = below(4); terms > 0; --terms) {
    OrderTerm made{.descending = chance(50), .nulls_first = chance(50)};
    const std::size_t field = below(of.fields.size());
    if (only_plain) {
      if (of.fields[field].type == FieldType::json) continue;  // has no order
      made.field = field;
    } else if (of.fields[field].type == FieldType::reference && chance(60)) {
      made.of_reference = field;
      made.field = ordered_term(schema_.collections[of.fields[field].reference_index]);
    } else {
      made.field = ordered_term(of);
    }
    query.order.push_back(std::move(made));
  }
}

void RandomSource::add_embeds(Query& query, unsigned depth) {
  if (depth == 0) return;
  for (std::uint64_t count = below(3); count > 0; --count) {
    Embed made{.relation = relation(*query.collection)};
    made.query = tree(*made.relation.target, depth - 1);
    if (made.relation.kind == Relation::Kind::through && chance(30))
      made.through_filter = filter(*made.relation.through, 1);
    query.embeds.push_back(std::move(made));
  }
}

void RandomSource::add_grouping(Query& query) {
  Grouping made;
  for (std::uint64_t count = below(3); count > 0; --count) made.by.push_back(ordered_term(*query.collection));
  for (std::uint64_t count = below(4); count > 0; --count)
    if (auto one = aggregate(*query.collection)) made.aggregates.push_back(std::move(*one));
  if (made.by.empty() && made.aggregates.empty()) made.aggregates.emplace_back();
  for (const Term& term : made.by)
    if (chance(40)) query.order.push_back({.field = term, .descending = chance(50), .nulls_first = chance(50)});
  query.grouping = std::move(made);
  query.limit = std::max(query.limit, 1U);  // of no rows at all a store need not see that a sum is too large
}

std::optional<Aggregate> RandomSource::aggregate(const Collection& of) {
  Aggregate made{.function = pick(random_, functions)};
  if (made.function == Aggregate::Function::count && chance(50)) return made;
  const Term wanted = term(of);
  const Kind kind = kind_of(schema_, of, wanted);
  const bool is_extreme = made.function == Aggregate::Function::min || made.function == Aggregate::Function::max;
  if (is_extreme && (kind == Kind::boolean || kind == Kind::json)) return std::nullopt;
  if (!is_extreme && made.function != Aggregate::Function::count && !sums_exactly(of, wanted)) return std::nullopt;
  made.term = wanted;
  return made;
}

Relation RandomSource::relation(const Collection& of) {
  const std::vector<Relation>& all = relations_[of.index];
  return all[below(all.size())];
}

}  // namespace banyan::contracts
