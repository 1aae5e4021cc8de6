#include "banyan/services/new_records.hpp"

#include <utility>
#include <vector>

#include "banyan/services/surroundings.hpp"

namespace banyan::services {
namespace {

bool compares_id(const Filter& filter, bool near) {
  if (filter.kind != Filter::Kind::comparison) return false;
  if (!near && filter.term.field == 0) return true;
  return filter.other && filter.other->field == 0 && filter.other_is_near == near;
}

// A comparison with null does not hold, and neither does its negation: rules ask for null beside it.
Filter without_id(Filter filter, bool near) {
  if (compares_id(filter, near)) return filter.op == CompareOp::is_null ? Filter() : Filter::nothing();
  if (filter.kind == Filter::Kind::negation && compares_id(filter.children.front(), near)) return Filter::nothing();
  const bool behind = filter.kind == Filter::Kind::related;
  if (near && behind) return filter;  // rules follow one reference
  for (Filter& child : filter.children) child = without_id(std::move(child), near || behind);
  return filter;
}

void want(Surroundings& surroundings, const Filter& filter, const Record& record) {
  if (filter.kind == Filter::Kind::related)
    return surroundings.want(*filter.relation.target, record.values[filter.relation.field]);
  for (const Filter& child : filter.children) want(surroundings, child, record);
}

/// Rules look at others by their ids alone.
class ById final : public RelatedRecords {
 public:
  explicit ById(const Surroundings& surroundings) : surroundings_(surroundings) {}

  std::vector<const Record*> find(const Collection& in, std::size_t, const Value& value) const override {
    const Record* const found = surroundings_.find(in, value);
    return found == nullptr ? std::vector<const Record*>() : std::vector{found};
  }

 private:
  const Surroundings& surroundings_;
};

Task<Result<bool>> meets_another(Records::State& state, const Context& context, const NewRecord& made) {
  if (made.conflict.empty()) co_return false;
  Query query;
  query.collection = made.collection;
  query.limit = 1;
  for (const FieldChange& change : made.conflict) {
    if (is_null(change.value)) co_return false;
    query.filter = Filter::both(std::move(query.filter), Filter::compare(change.field, CompareOp::eq, {change.value}));
  }
  const Result<RecordPage> page = co_await state.parts.store.list(context, std::move(query));
  if (!page) co_return fail(page.error());
  co_return !page->records.empty();
}

}  // namespace

Filter of_new_record(const Collection& collection, Filter check) {
  return collection.id_kind == IdKind::integer ? without_id(std::move(check), false) : check;
}

std::optional<NewRecord> new_record_of(const Write& write) {
  if (write.check.is_all()) return std::nullopt;
  NewRecord made{.collection = write.collection,
                 .record = {.version = 0, .values = std::vector<Value>(write.collection->fields.size())},
                 .check = write.check};
  for (const FieldChange& change : write.changes) made.record.values[change.field] = change.value;
  for (const std::size_t field : write.conflict) made.conflict.push_back({field, made.record.values[field]});
  made.skips_others = write.kind == Write::Kind::upsert && write.on_conflict.empty();
  return made;
}

Task<Result<std::optional<std::size_t>>> first_not_to_be_made(Records::State& state, const Context& context,
                                                              std::span<const NewRecord* const> all) {
  Surroundings surroundings;
  for (const NewRecord* made : all) want(surroundings, made->check, made->record);
  if (Result<void> done = co_await surroundings.gather(state, context); !done) co_return fail(std::move(done.error()));
  const ById by_id(surroundings);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (matches(all[i]->check, all[i]->record, &by_id)) continue;
    if (!all[i]->skips_others) {
      const Result<bool> met = co_await meets_another(state, context, *all[i]);
      if (!met) co_return fail(met.error());
      if (*met) continue;
    }
    co_return i;
  }
  co_return std::nullopt;
}

}  // namespace banyan::services
