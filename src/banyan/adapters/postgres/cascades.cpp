// The part of Transaction that keeps references whole.
#include <algorithm>
#include <unordered_set>

#include "banyan/adapters/postgres/errors.hpp"
#include "banyan/adapters/postgres/transaction.hpp"
#include "banyan/core/timestamps.hpp"

namespace banyan::postgres {
namespace {

/// Of one exchange.
constexpr std::size_t statements_max = 256;

Write removal(const RecordKey& key) {
  Write write;
  write.kind = Write::Kind::remove;
  write.collection = key.collection;
  write.id = key.id;
  return write;
}

Write clearance(const RecordKey& key, std::size_t field, UnixMicros now) {
  Write write;
  write.kind = Write::Kind::update;
  write.collection = key.collection;
  write.id = key.id;
  write.changes.push_back({field, Null{}});
  for (std::size_t i = 0; i < key.collection->fields.size(); ++i)
    if (key.collection->fields[i].role == FieldRole::updated_at) write.changes.push_back({i, format_timestamp(now)});
  return write;
}

}  // namespace

Task<Transaction::Failure> Transaction::remove(const Write& write) {
  const RecordKey key(write.collection, write.id);
  const bool begins = changes_.empty() && write_ == 0;
  statements_.add_select_version(session_, key, true);
  auto results = co_await ask();
  if (!results) co_return std::move(results.error());
  if (begins && !succeeded(results->front().get())) co_return failure_of(results->front().get(), *key.collection);
  const PGresult* const found = results->back().get();
  if (!succeeded(found)) co_return failure_of(found, *key.collection);
  const std::optional<Version> version = version_in(found);
  if (!version) co_return sql::no_such(key);
  if (write.expected_version && *write.expected_version != *version) co_return sql::stale(key);
  std::vector<RecordKey> deleted{key};
  if (Failure failure = co_await look_for_referring(deleted)) co_return failure;
  co_return co_await remove_all(deleted);
}

Task<Transaction::Failure> Transaction::look_for_referring(std::vector<RecordKey>& deleted) {
  std::unordered_set<std::string> known{to_string(deleted.front())};
  for (std::size_t i = 0; i < deleted.size(); ++i) {  // grows by what cascades
    const RecordKey gone = deleted[i];
    for (const sql::Incoming& from : statements_.incoming(*gone.collection)) {
      if (from.on_delete == OnDelete::restrict) continue;
      std::vector<RecordKey> found;
      if (Failure failure = co_await lock_referring(from, gone, found)) co_return failure;
      std::erase_if(found, [&](const RecordKey& key) { return known.contains(to_string(key)); });
      cascaded_ += found.size();
      if (cascaded_ > options_.cascade_rows_max) co_return sql::cascades_too_far(options_.cascade_rows_max);
      if (from.on_delete == OnDelete::set_null) {
        if (Failure failure = co_await clear(from, found)) co_return failure;
        continue;
      }
      for (RecordKey& key : found) {
        known.insert(to_string(key));
        deleted.push_back(std::move(key));
      }
    }
    checks_.push_back({.write = write_, .key = gone, .field = 0, .target = Null{}});
  }
  co_return std::nullopt;
}

Task<Transaction::Failure> Transaction::lock_referring(const sql::Incoming& from, const RecordKey& key,
                                                       std::vector<RecordKey>& found) {
  // Some of these may be known already, so as many as there may be in all.
  statements_.add_lock_referring(session_, from, key.id, options_.cascade_rows_max + 2);
  auto results = co_await ask();
  if (!results) co_return std::move(results.error());
  const PGresult* const result = results->front().get();
  if (!succeeded(result)) co_return failure_of(result, *from.collection);
  for (int row = 0; row < PQntuples(result); ++row) {
    RecordKey referring{from.collection, Null{}};
    if (!read_value(result, row, 0, from.collection->fields.front(), referring.id))
      co_return sql::damaged_record(*from.collection);
    found.push_back(std::move(referring));
  }
  co_return std::nullopt;
}

Task<Transaction::Failure> Transaction::clear(const sql::Incoming& from, const std::vector<RecordKey>& referring) {
  std::vector<Write> writes;
  for (const RecordKey& key : referring) writes.push_back(clearance(key, from.field, now_));
  std::size_t done = 0;
  while (done < writes.size()) {
    const std::size_t count = std::min(writes.size() - done, statements_max);
    for (std::size_t i = done; i < done + count; ++i) statements_.add(session_, writes[i], now_, false);
    auto results = co_await ask();
    if (!results) co_return std::move(results.error());
    for (std::size_t i = 0; i < count; ++i) {
      const PGresult* const result = (*results)[i].get();
      if (!succeeded(result)) co_return failure_of(result, *from.collection);
      auto changed = statements_.changed(writes[done + i], std::span<const ResultHandle>(*results).subspan(i, 1));
      if (!changed) co_return std::move(changed.error());
      if (*changed) caused_.push_back(std::move(**changed));
    }
    done += count;
  }
  co_return std::nullopt;
}

// From the leaves up. The first is the one that the request named.
Task<Transaction::Failure> Transaction::remove_all(const std::vector<RecordKey>& deleted) {
  std::vector<Changed> removed(deleted.size());
  for (std::size_t left = deleted.size(); left > 0;) {
    const std::size_t count = std::min(left, statements_max);
    std::vector<Write> writes;
    for (std::size_t i = left; i > left - count; --i) writes.push_back(removal(deleted[i - 1]));
    for (const Write& write : writes) statements_.add(session_, write, now_, false);
    auto results = co_await ask();
    if (!results) co_return std::move(results.error());
    for (std::size_t i = 0; i < count; ++i) {
      const PGresult* const result = (*results)[i].get();
      if (!succeeded(result)) co_return failure_of(result, *writes[i].collection);
      Changed& changed = removed[left - 1 - i];
      changed.key = deleted[left - 1 - i];
      changed.version = version_in(result).value_or(static_cast<Version>(now_));
    }
    left -= count;
  }
  changes_.push_back(std::move(removed.front()));
  caused_.insert(caused_.end(), std::make_move_iterator(removed.begin() + 1), std::make_move_iterator(removed.end()));
  co_return std::nullopt;
}

Task<Transaction::Failure> Transaction::check_references() {
  if (checks_.empty()) co_return std::nullopt;
  session_.add("SAVEPOINT banyan_check");
  session_.add("SET CONSTRAINTS ALL IMMEDIATE");
  auto results = co_await ask();
  if (!results) co_return std::move(results.error());
  const PGresult* const result = results->back().get();
  if (succeeded(result)) co_return std::nullopt;
  if (!sqlstate(result).starts_with("23")) co_return failure_of(result, *batch_.writes.front().collection);
  co_return co_await find_broken_reference();
}

Task<Transaction::Failure> Transaction::find_broken_reference() {
  session_.add("ROLLBACK TO banyan_check");
  if (auto done = co_await ask(); !done) co_return std::move(done.error());
  for (const sql::Check& check : checks_) {
    write_ = check.write;
    Failure failure = check.field == 0 ? co_await check_restricted(check.key) : co_await check_reference(check);
    if (failure) co_return failure;
  }
  // A foreign key that the config does not know; or what was wrong has been mended by somebody else meanwhile.
  write_ = checks_.front().write;
  co_return sql::unknown_reference(batch_.writes[write_]);
}

Task<Transaction::Failure> Transaction::check_reference(const sql::Check& check) {
  const Field& field = check.key.collection->fields[check.field];
  const RecordKey target(&statements_.schema().collections[field.reference_index], check.target);
  Result<bool> there = co_await exists(target);
  if (!there) co_return std::move(there.error());
  if (*there) co_return std::nullopt;
  // Only what still refers to it: a later write of the batch may have changed or deleted the record.
  statements_.add_select_naming(session_, check);
  auto results = co_await ask();
  if (!results) co_return std::move(results.error());
  const PGresult* const result = results->front().get();
  if (!succeeded(result)) co_return failure_of(result, *check.key.collection);
  if (PQntuples(result) == 0) co_return std::nullopt;
  co_return sql::names_nothing(field);
}

Task<Transaction::Failure> Transaction::check_restricted(const RecordKey& gone) {
  Result<bool> again = co_await exists(gone);
  if (!again) co_return std::move(again.error());
  if (*again) co_return std::nullopt;  // a later write made it again
  for (const sql::Incoming& from : statements_.incoming(*gone.collection)) {
    if (from.on_delete != OnDelete::restrict) continue;
    statements_.add_select_referring(session_, from, gone.id);
    auto results = co_await ask();
    if (!results) co_return std::move(results.error());
    const PGresult* const result = results->front().get();
    if (!succeeded(result)) co_return failure_of(result, *from.collection);
    if (PQntuples(result) > 0) co_return sql::still_referred_to(gone, from);
  }
  co_return std::nullopt;
}

}  // namespace banyan::postgres
