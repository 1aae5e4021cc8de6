#include "banyan/services/verdict.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "banyan/services/surroundings.hpp"

namespace banyan::services {
namespace {

/// Of a write of matches. More cannot all be given a value that no two may have, so what it is told is not news.
constexpr std::uint32_t looked_at_max = 1'000;

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

void change(Record& record, std::span<const FieldChange> changes) {
  for (const FieldChange& each : changes) record.values[each.field] = each.value;
}

Record new_record(const Write& write) {
  Record record{.version = 0, .values = std::vector<Value>(write.collection->fields.size())};
  change(record, write.changes);
  return record;
}

/// The writes that name a record by its id.
class Naming {
 public:
  explicit Naming(std::span<const Write> writes) : writes_(writes) {
    for (std::size_t i = 0; i < writes.size(); ++i) {
      const Value id = makes(writes[i]) ? given_id(writes[i]) : writes[i].id;
      if (!is_null(id)) places_[{writes[i].collection->index, id}].push_back(i);
    }
  }

  /// What those before `end` leave of the record.
  std::optional<Record> after(std::size_t end, const Collection& in, const Value& id,
                              std::optional<Record> record) const {
    const auto named = places_.find({in.index, id});
    if (named == places_.end()) return record;
    for (const std::size_t place : named->second) {
      if (place >= end) break;
      const Write& write = writes_[place];
      if (makes(write) && !record) record = new_record(write);
      if (write.kind == Write::Kind::update && record) change(*record, write.changes);
      if (write.kind == Write::Kind::remove) record.reset();
    }
    return record;
  }

 private:
  static bool makes(const Write& write) {
    return write.kind == Write::Kind::create || write.kind == Write::Kind::upsert;
  }
  static Value given_id(const Write& write) {
    const auto given = std::ranges::find(write.changes, std::size_t{0}, &FieldChange::field);
    return given == write.changes.end() ? Value() : given->value;
  }

  std::span<const Write> writes_;
  std::map<std::pair<std::size_t, Value>, std::vector<std::size_t>> places_;  ///< By collection and id, ascending.
};

/// What one write would make.
struct Outcome {
  std::size_t place;
  const Filter* check;
  std::vector<Record> records;
};

class Judge {
 public:
  Judge(Records::State& state, const Context& context, std::span<const Write> writes, const Naming& naming)
      : state_(state), context_(context), writes_(writes), naming_(naming) {}

  Task<Result<Outcome>> outcome_of(std::size_t place) const {
    const Write& write = writes_[place];
    Outcome outcome{.place = place, .check = &write.check, .records = {}};
    switch (write.kind) {
      case Write::Kind::create: outcome.records.push_back(new_record(write)); break;
      case Write::Kind::upsert: {
        Result<std::vector<Record>> met = co_await meets(write);
        if (!met) co_return fail(std::move(met.error()));
        outcome.records = std::move(*met);
        if (outcome.records.empty()) {
          outcome.records.push_back(new_record(write));
        } else {
          outcome.check = &write.conflict_check;
          change(outcome.records.front(), write.on_conflict);
        }
        break;
      }
      case Write::Kind::update: {
        Result<Record> found =
            co_await state_.parts.store.find(context_, {write.collection, write.id}, Source::primary);
        if (!found && found.error().code != ErrorCode::not_found) co_return fail(std::move(found.error()));
        std::optional<Record> record =
            naming_.after(place, *write.collection, write.id, found ? std::optional(std::move(*found)) : std::nullopt);
        if (record) outcome.records.push_back(std::move(*record));
        break;
      }
      case Write::Kind::update_matches: {
        Result<std::vector<Record>> found = co_await all(write, write.filter, looked_at_max);
        if (!found) co_return fail(std::move(found.error()));
        outcome.records = std::move(*found);
        break;
      }
      case Write::Kind::remove:
      case Write::Kind::remove_matches: break;
    }
    if (write.kind == Write::Kind::update || write.kind == Write::Kind::update_matches)
      for (Record& record : outcome.records) change(record, write.changes);
    co_return outcome;
  }

 private:
  Task<Result<std::vector<Record>>> all(const Write& write, Filter filter, std::uint32_t limit) const {
    Query query;
    query.collection = write.collection;
    query.filter = std::move(filter);
    query.limit = limit;
    query.source = Source::primary;
    Result<RecordPage> page = co_await state_.parts.store.list(context_, std::move(query));
    if (!page) co_return fail(std::move(page.error()));
    co_return std::move(page->records);
  }

  // One that skips others is judged as if it met none: whether it does is what must not be told.
  Task<Result<std::vector<Record>>> meets(const Write& write) const {
    const Record given = new_record(write);
    Filter same;
    for (const std::size_t field : write.conflict) {
      if (skips_others(write) || is_null(given.values[field])) co_return std::vector<Record>();
      same = Filter::both(std::move(same), Filter::compare(field, CompareOp::eq, {given.values[field]}));
    }
    co_return co_await all(write, std::move(same), 1);
  }

  Records::State& state_;
  const Context& context_;
  std::span<const Write> writes_;
  const Naming& naming_;
};

void want(Surroundings& surroundings, const Filter& filter, const Record& record) {
  if (filter.kind == Filter::Kind::related)
    return surroundings.want(*filter.relation.target, record.values[filter.relation.field]);
  for (const Filter& child : filter.children) want(surroundings, child, record);
}

/// What rules find behind references, by ids alone, after some writes.
class Behind final : public RelatedRecords {
 public:
  Behind(const Surroundings& surroundings, const Naming& naming, std::size_t end)
      : surroundings_(surroundings), naming_(naming), end_(end) {}

  std::vector<const Record*> find(const Collection& in, std::size_t, const Value& value) const override {
    const Record* const before = surroundings_.find(in, value);
    std::optional<Record> now =
        naming_.after(end_, in, value, before == nullptr ? std::nullopt : std::optional(*before));
    if (!now) return {};
    return {&kept_.emplace_back(std::move(*now))};
  }

 private:
  const Surroundings& surroundings_;
  const Naming& naming_;
  std::size_t end_;
  mutable std::deque<Record> kept_;
};

}  // namespace

Filter of_new_record(const Collection& collection, Filter check) {
  return collection.id_kind == IdKind::integer ? without_id(std::move(check), false) : check;
}

bool has_rules(const Write& write) noexcept { return !write.check.is_all() || !write.conflict_check.is_all(); }

bool skips_others(const Write& write) noexcept {
  return write.kind == Write::Kind::upsert && write.on_conflict.empty();
}

Task<Result<std::optional<std::size_t>>> first_refused(Records::State& state, const Context& context,
                                                       std::span<const Write> writes,
                                                       std::span<const std::size_t> places) {
  const Naming naming(writes);
  const Judge judge(state, context, writes, naming);
  std::vector<Outcome> outcomes;
  Surroundings surroundings;
  for (const std::size_t place : places) {
    Result<Outcome> outcome = co_await judge.outcome_of(place);
    if (!outcome) co_return fail(std::move(outcome.error()));
    for (const Record& record : outcome->records) want(surroundings, *outcome->check, record);
    outcomes.push_back(std::move(*outcome));
  }
  if (Result<void> done = co_await surroundings.gather(state, context, Source::primary); !done)
    co_return fail(std::move(done.error()));
  for (const Outcome& outcome : outcomes) {
    const Behind behind(surroundings, naming, outcome.place);
    if (std::ranges::any_of(outcome.records,
                            [&](const Record& record) { return !matches(*outcome.check, record, &behind); }))
      co_return outcome.place;
  }
  co_return std::nullopt;
}

}  // namespace banyan::services
