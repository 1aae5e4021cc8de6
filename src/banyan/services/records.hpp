#pragma once

#include <boost/json/value.hpp>

#include <memory>
#include <optional>
#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/base/random.hpp"
#include "banyan/core/cache.hpp"
#include "banyan/core/durable_store.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/services/access.hpp"
#include "banyan/services/writes.hpp"

namespace banyan::services {

/// What Banyan does with records: checks who asks and what is given, reads through the cache, writes through the
/// store, and keeps the one honest with the other (docs/consistency.md).
///
/// Every function answers `unauthenticated` (an anonymous viewer) or `forbidden` (any other) where the collection's
/// policy denies it whatever the record, before the store is asked. Rules over records become part of every query and
/// write; a record that the viewer may not read is answered as one that does not exist. Nothing that is hidden from the
/// viewer leaves this class. Input problems are `invalid`, all of them at once, a FieldProblem each.
/// Thread-safe. Arguments given by reference must live until the task is done.
class Records {
 public:
  struct Parts {
    const Schema& schema;
    RecordStore& store;
    Cache& cache;
    const Clock& clock;
    Random& random;  ///< Thread-safe.
    Metrics& metrics;
  };
  struct Options {
    std::size_t batch_records_max;     ///< Of one create; more are `too_large`.
    std::size_t flight_followers_max;  ///< Readers that wait for one query; more are `overloaded`.
    bool cached;                       ///< False: the cache keeps nothing, so every read goes straight to the store.
  };
  static constexpr Options default_options{.batch_records_max = 1'000, .flight_followers_max = 100'000, .cached = true};

  explicit Records(Parts parts, Options options = default_options);
  ~Records();

  /// The record as the cache or the store has it; `not_found` when there is none.
  Task<Result<CachedRecordPtr>> find(const Context& context, const Collection& collection, Value id);

  /// One page, always from the store: what the viewer may see of it. The rules of every collection that the query
  /// touches are put into it; `hidden` says what is left out of which record, and its values are null. A query that
  /// looks at fields which may be hidden from the viewer is refused as the policy refuses.
  Task<Result<RecordPage>> list(const Context& context, Query query);

  /// Creates one record for a JSON object, or one for each of an array of objects, all or none.
  Task<Result<std::vector<Written>>> create(const Context& context, const Collection& collection,
                                            const boost::json::value& body, CreateOptions options = {});

  /// Sets the members of `body` (an object) and leaves the rest; the record as it is now.
  Task<Result<Written>> update(const Context& context, const Collection& collection, Value id,
                               const boost::json::value& body, std::optional<Version> expected);

  /// Makes the record what `body` says: what it does not name takes its default or null. `not_found` when there is
  /// none, for ids are made here; read-only fields and `created_at` keep their values.
  Task<Result<Written>> replace(const Context& context, const Collection& collection, Value id,
                                const boost::json::value& body, std::optional<Version> expected);

  /// Deletes the record, and what cascades from it.
  Task<Result<void>> remove(const Context& context, const Collection& collection, Value id,
                            std::optional<Version> expected);

  /// Sets the members of `body` in every record that the filter matches and the viewer may read and change; in the
  /// order of their ids. An empty object changes nothing.
  Task<Result<std::vector<Written>>> update_matches(const Context& context, const Collection& collection, Filter filter,
                                                    const boost::json::value& body, MatchOptions options = {});

  /// Deletes every record that the filter matches and the viewer may read and delete, and what cascades from them.
  Task<Result<std::vector<Written>>> remove_matches(const Context& context, const Collection& collection, Filter filter,
                                                    MatchOptions options = {});

  /// All of them, in their order, or none; what each has written. Problems name their place as "[i]" or "[i].field".
  Task<Result<std::vector<std::vector<Written>>>> apply(const Context& context, std::vector<Operation> operations,
                                                        bool rehearsal = false);

  /// Forgets what is kept of the records that somebody else has changed, and lets no reader share a query for them that
  /// has begun. An error: somebody may still be shown what was before, so a write must not be acknowledged.
  Task<Result<void>> forget(const Context& context, ForeignChange change);

  /// Whether a write of somebody else's making may begin, as Cache::before_write() says.
  Task<Result<void>> before_write(const Context& context) const;

  /// Lets no reader share a query for the key ("users:123") that has begun: the cache has heard that another instance
  /// changed it.
  void forget_readers(std::string_view key);

  struct State;  // what the parts of this class share: records_state.hpp

 private:
  std::unique_ptr<State> state_;
};

}  // namespace banyan::services
