// The part of Transaction that keeps references whole.
#include <algorithm>
#include <unordered_set>

#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/transaction.hpp"
#include "banyan/adapters/postgres/write_texts.hpp"

namespace banyan::postgres {

Task<Transaction::Failure> Transaction::remove(const Write& write) {
  auto ids = co_await lock(write);
  if (!ids) co_return std::move(ids.error());
  if (ids->empty()) {
    applied_.counts.push_back(0);
    co_return std::nullopt;
  }
  std::vector<std::vector<Group>> levels;
  levels.push_back({Group(write.collection, std::move(*ids))});
  if (Failure failure = co_await look_for_referring(levels)) co_return failure;
  co_return co_await remove_all(levels);
}

/// The records that a deletion means, so that nobody changes them, or refers to them anew.
Task<Result<std::vector<Value>>> Transaction::lock(const Write& write) {
  if (write.kind != Write::Kind::remove) co_return co_await lock_matches(write);
  const Collection& collection = *write.collection;
  const bool apart = asks_others(write);
  Failure failure;
  if (apart) failure = statements_.add(session_, lock_text(statements_.composer(), write));
  if (!failure) failure = statements_.add(session_, look_text(statements_.composer(), write, true));
  if (failure && !apart) co_return fail(std::move(*failure));
  auto results = co_await ask(collection);
  if (failure) co_return fail(std::move(*failure));
  if (!results) co_return fail(std::move(results.error()));
  for (const ResultHandle& result : *results)
    if (!succeeded(result.get())) co_return fail(*failure_of(result.get(), collection));
  if (Failure missing = missed(write, results->back().get())) co_return fail(std::move(*missing));
  co_return std::vector{write.id};
}

/// Those that a write of matches means, at most matches_max. Where its filter asks others, it is asked again of those
/// that are locked: nothing can change about them then.
Task<Result<std::vector<Value>>> Transaction::lock_matches(const Write& write) {
  const Collection& collection = *write.collection;
  std::optional<std::vector<Value>> locked;
  for (const bool again : {false, true}) {
    if (again && (locked->empty() || !asks_others(write))) break;
    if (Failure failure =
            statements_.add(session_, lock_matches_text(statements_.composer(), write, again ? &*locked : nullptr)))
      co_return fail(std::move(*failure));
    auto results = co_await ask(collection);
    if (!results) co_return fail(std::move(results.error()));
    const PGresult* const found = results->front().get();
    if (!succeeded(found)) co_return fail(*failure_of(found, collection));
    auto ids = statements_.ids(collection, found);
    if (!ids) co_return ids;
    if (ids->size() > write.matches_max) co_return fail(sql::too_many_matches(write.matches_max));
    locked = std::move(*ids);
  }
  co_return std::move(*locked);
}

// What cascades before what is cleared, so that nothing is cleared that goes with its level.
Task<Transaction::Failure> Transaction::look_for_referring(std::vector<std::vector<Group>>& levels) {
  std::unordered_set<std::string> known;
  for (const Value& id : levels.front().front().ids) known.insert(to_string({levels.front().front().collection, id}));
  while (!levels.back().empty()) {
    std::vector<const sql::Incoming*> asked;
    for (const OnDelete wanted : {OnDelete::cascade, OnDelete::set_null}) {
      for (const Group& group : levels.back()) {
        for (const sql::Incoming& from : statements_.incoming(*group.collection)) {
          if (from.on_delete != wanted) continue;
          // Some may be known already, so as many as there may be in all, and one more.
          const std::size_t rows_max = options_.cascade_rows_max + known.size() + 1;
          if (Failure failure =
                  statements_.add(session_, lock_referring_text(statements_.composer(), from, group.ids, rows_max)))
            co_return failure;
          asked.push_back(&from);
        }
      }
    }
    std::vector<Group> next;
    if (!asked.empty()) {
      auto results = co_await ask(*asked.front()->collection);
      if (!results) co_return std::move(results.error());
      if (Failure failure = co_await take_referring(asked, *results, known, next)) co_return failure;
    }
    levels.push_back(std::move(next));
  }
  co_return std::nullopt;
}

Task<Transaction::Failure> Transaction::take_referring(const std::vector<const sql::Incoming*>& asked,
                                                       const Results& results, std::unordered_set<std::string>& known,
                                                       std::vector<Group>& next) {
  std::vector<const sql::Incoming*> cleared;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Collection& collection = *asked[i]->collection;
    if (!succeeded(results[i].get())) co_return failure_of(results[i].get(), collection);
    auto found = statements_.ids(collection, results[i].get());
    if (!found) co_return std::move(found.error());
    std::erase_if(*found, [&](const Value& id) { return known.contains(to_string({&collection, id})); });
    cascaded_ += found->size();
    if (cascaded_ > options_.cascade_rows_max) co_return sql::cascades_too_far(options_.cascade_rows_max);
    if (found->empty()) continue;
    if (asked[i]->on_delete == OnDelete::set_null) {
      if (Failure failure = statements_.add(session_, clear_text(statements_.composer(), *asked[i], *found, now_)))
        co_return failure;
      cleared.push_back(asked[i]);
      continue;
    }
    for (const Value& id : *found) known.insert(to_string({&collection, id}));
    next.emplace_back(&collection, std::move(*found));
  }
  co_return cleared.empty() ? std::nullopt : co_await take_cleared(cleared);
}

Task<Transaction::Failure> Transaction::take_cleared(const std::vector<const sql::Incoming*>& from) {
  auto results = co_await ask(*from.front()->collection);
  if (!results) co_return std::move(results.error());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Collection& collection = *from[i]->collection;
    if (!succeeded((*results)[i].get())) co_return failure_of((*results)[i].get(), collection);
    auto cleared = statements_.changed(collection, (*results)[i].get());
    if (!cleared) co_return std::move(cleared.error());
    std::ranges::move(*cleared, std::back_inserter(caused_));
  }
  co_return std::nullopt;
}

// From the leaves up. The first level is what the request named.
Task<Transaction::Failure> Transaction::remove_all(const std::vector<std::vector<Group>>& levels) {
  std::vector<const Group*> groups;
  for (const std::vector<Group>& level : levels)
    for (const Group& group : level) groups.push_back(&group);
  std::ranges::reverse(groups);
  for (const Group* group : groups) {
    checks_.push_back({.write = write_, .collection = group->collection, .ids = group->ids, .field = 0, .target = {}});
    if (Failure failure =
            statements_.add(session_, remove_text(statements_.composer(), *group->collection, group->ids, now_)))
      co_return failure;
  }
  auto results = co_await ask(*groups.back()->collection);
  if (!results) co_return std::move(results.error());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const PGresult* const result = (*results)[i].get();
    if (!succeeded(result)) co_return failure_of(result, *groups[i]->collection);
    auto removed = statements_.removed(*groups[i]->collection, result);
    if (!removed) co_return std::move(removed.error());
    if (i + 1 == groups.size()) co_return keep(std::move(*removed));
    for (Changed& change : *removed) {
      change.before.reset();
      caused_.push_back(std::move(change));
    }
  }
  co_return std::nullopt;
}

void Transaction::add_checks(const Write& write, const std::vector<Changed>& changes) {
  if (changes.empty()) return;
  const bool met = write.kind == Write::Kind::upsert && !changes.front().created;
  for (const FieldChange& change : met ? write.on_conflict : write.changes) {
    if (write.collection->fields[change.field].type != FieldType::reference || is_null(change.value)) continue;
    ReferenceCheck check{
        .write = write_, .collection = write.collection, .ids = {}, .field = change.field, .target = change.value};
    for (const Changed& changed : changes) check.ids.push_back(changed.key.id);
    checks_.push_back(std::move(check));
  }
}

Task<Transaction::Failure> Transaction::check_references() {
  if (checks_.empty() && !batch_.rehearsal) co_return std::nullopt;
  session_.add("SAVEPOINT banyan_check");
  session_.add("SET CONSTRAINTS ALL IMMEDIATE");
  const Collection& any = *batch_.writes.front().collection;
  auto results = co_await ask(any);
  if (!results) co_return std::move(results.error());
  const PGresult* const result = results->back().get();
  if (succeeded(result)) co_return std::nullopt;
  if (!sqlstate(result).starts_with("23")) co_return failure_of(result, any);
  session_.add("ROLLBACK TO banyan_check");
  if (auto done = co_await ask(any); !done) co_return std::move(done.error());
  co_return co_await find_broken_reference();
}

Task<Transaction::Failure> Transaction::find_broken_reference() {
  for (const ReferenceCheck& check : checks_) {
    write_ = check.write;
    Failure failure = check.field == 0 ? co_await check_restricted(check) : co_await check_reference(check);
    if (failure) co_return failure;
  }
  // A foreign key that the config does not know; or what was wrong has been mended by somebody else meanwhile.
  write_ = checks_.empty() ? batch_.writes.size() - 1 : checks_.front().write;
  co_return sql::unknown_reference(batch_.writes[write_]);
}

// Of those that still refer to it: a later write of the batch may have changed or deleted a record.
Task<Transaction::Failure> Transaction::check_reference(const ReferenceCheck& check) {
  if (Failure failure =
          statements_.add(session_, names_nothing_text(statements_.composer(), statements_.schema(), check)))
    co_return failure;
  auto results = co_await ask(*check.collection);
  if (!results) co_return std::move(results.error());
  const PGresult* const result = results->front().get();
  if (!succeeded(result)) co_return failure_of(result, *check.collection);
  if (PQntuples(result) == 0) co_return std::nullopt;
  co_return sql::names_nothing(check.collection->fields[check.field]);
}

// Of those that no later write has made again.
Task<Transaction::Failure> Transaction::check_restricted(const ReferenceCheck& check) {
  for (const sql::Incoming& from : statements_.incoming(*check.collection)) {
    if (from.on_delete != OnDelete::restrict) continue;
    if (Failure failure = statements_.add(session_, still_referred_text(statements_.composer(), check, from)))
      co_return failure;
    auto results = co_await ask(*from.collection);
    if (!results) co_return std::move(results.error());
    const PGresult* const result = results->front().get();
    if (!succeeded(result)) co_return failure_of(result, *from.collection);
    if (PQntuples(result) == 0) continue;
    RecordKey gone(check.collection, Null{});
    if (!read_value(result, 0, 0, from.collection->fields[from.field], gone.id))
      co_return sql::damaged_record(*from.collection);
    co_return sql::still_referred_to(gone, from);
  }
  co_return std::nullopt;
}

}  // namespace banyan::postgres
