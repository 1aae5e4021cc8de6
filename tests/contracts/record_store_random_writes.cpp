#include <algorithm>

#include "tests/contracts/record_store_random_source.hpp"

// What a random comparison writes.
namespace banyan::contracts {
namespace {

constexpr std::size_t living_max = 60;  ///< A collection; past it deletions win.
constexpr std::size_t matches_max[] = {0, 1, 3, 10'000, 10'000, 10'000};

}  // namespace

WriteBatch RandomSource::batch() {
  planned_uuids_.clear();
  WriteBatch made;
  const std::uint64_t count = chance(70) ? 1 : 1 + below(6);
  for (std::uint64_t i = 0; i < count; ++i) {
    Write next = write();
    if (!leaves_ids_open(made, next)) made.writes.push_back(std::move(next));
  }
  made.rehearsal = chance(5);
  return made;
}

bool RandomSource::leaves_ids_open(const WriteBatch& batch, const Write& next) const {
  if (next.collection->id_kind == IdKind::uuid) return false;
  const auto makes = [&](const Write& write) {
    return write.collection == next.collection &&
           (write.kind == Write::Kind::create || write.kind == Write::Kind::upsert);
  };
  if (!makes(next)) return false;
  return std::ranges::any_of(batch.writes, [&](const Write& before) {
    return makes(before) && (before.kind == Write::Kind::upsert || next.kind == Write::Kind::upsert);
  });
}

Write RandomSource::write() {
  const Collection& into = collection();
  const std::size_t living = populations_[into.index].living.size();
  const std::uint64_t draw = below(100);
  Write made;
  if (chance(10)) {
    made = upsert(into);
  } else if (living == 0 || (draw < 50 && living < living_max)) {
    made = create(into);
  } else if (chance(15)) {
    made = matches(into);
  } else {
    made = draw < 82 ? update(into) : remove(into);
  }
  add_conditions(made);
  return made;
}

Write RandomSource::create(const Collection& into) {
  Write made{.kind = Write::Kind::create, .collection = &into};
  for (std::size_t i = into.id_kind == IdKind::integer ? 1 : 0; i < into.fields.size(); ++i) {
    made.changes.push_back({i, i == 0 ? new_uuid(into) : value_or_null(into.fields[i])});
  }
  return made;
}

std::vector<FieldChange> RandomSource::changes(const Collection& of, unsigned percent) {
  std::vector<FieldChange> made;
  for (std::size_t i = 1; i < of.fields.size(); ++i)
    if (chance(percent)) made.push_back({i, value_or_null(of.fields[i])});
  return made;
}

Write RandomSource::update(const Collection& of) {
  Write made{.kind = Write::Kind::update, .collection = &of, .id = id_of(of, 93), .changes = changes(of, 25)};
  made.expected_version = expectation(made);
  return made;
}

Write RandomSource::remove(const Collection& of) {
  Write made{.kind = Write::Kind::remove, .collection = &of, .id = id_of(of, 93)};
  made.expected_version = expectation(made);
  return made;
}

Filter RandomSource::narrow_filter(const Collection& of) {
  std::vector<Value> some;
  for (std::uint64_t count = below(5); count > 0; --count) some.push_back(id_of(of, 95));
  return Filter::both(Filter::compare(0, CompareOp::in, std::move(some)), chance(50) ? filter(of, 2) : Filter());
}

Write RandomSource::matches(const Collection& of) {
  Write made{.kind = Write::Kind::update_matches, .collection = &of};
  made.filter = chance(80) ? narrow_filter(of) : filter(of, 2);
  if (chance(40)) {
    made.kind = Write::Kind::remove_matches;
  } else {
    made.changes = changes(of, 12);
  }
  made.matches_max = pick(random_, matches_max);
  return made;
}

Write RandomSource::upsert(const Collection& into) {
  Write made = create(into);
  made.kind = Write::Kind::upsert;
  std::vector<std::vector<std::size_t>> targets{{0}};
  for (std::size_t i = 1; i < into.fields.size(); ++i)
    if (into.fields[i].unique) targets.push_back({i});
  for (const Index& index : into.indexes)
    if (index.unique) targets.push_back(index.fields);
  made.conflict = targets[below(targets.size())];
  if (made.conflict.front() == 0) {
    if (into.id_kind == IdKind::integer) {
      made.changes.insert(made.changes.begin(), FieldChange{0, chance(90) ? id_of(into, 90) : Value()});
    } else if (chance(60)) {
      made.changes.front().value = id_of(into, 90);
    }
  }
  if (chance(75)) {
    made.on_conflict = changes(into, 25);
    if (made.on_conflict.empty()) made.on_conflict.push_back({1, value(into.fields[1])});
  }
  return made;
}

void RandomSource::add_conditions(Write& write) {
  const bool is_one = write.kind == Write::Kind::update || write.kind == Write::Kind::remove ||
                      (write.kind == Write::Kind::upsert && !write.on_conflict.empty());
  if (is_one && chance(15)) write.filter = filter(*write.collection, 2);
  if (write.kind == Write::Kind::remove || write.kind == Write::Kind::remove_matches) return;
  if (chance(10)) write.check = filter(*write.collection, 2);
  if (write.kind == Write::Kind::upsert && chance(15)) write.conflict_check = filter(*write.collection, 2);
}

std::optional<Version> RandomSource::expectation(const Write& write) {
  if (chance(70)) return std::nullopt;
  const auto& living = populations_[write.collection->index].living;
  const auto found = living.find(write.id);
  const Version right = found == living.end() ? 1 : found->second;
  return chance(80) ? right : right + 1 - below(3);
}

}  // namespace banyan::contracts
