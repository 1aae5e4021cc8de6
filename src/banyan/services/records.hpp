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

namespace banyan::services {

/// Why the policy turns the viewer away whatever the record (`unauthenticated` or `forbidden`); nothing for whom it
/// lets in, or for whom it depends on the record.
std::optional<Error> refusal(const Context& context, const Collection& collection, Action action);

/// One record that a write has made, changed or deleted.
struct Written {
  Value id;             ///< Null, as the version is 0, where the viewer may not know which record it was.
  Version version = 0;  ///< Of a removal: that of the deletion.
  bool created = false;
  /// As it is now (of a removal: as it was), without the members that the viewer may not see; null where the viewer may
  /// not read it.
  CachedRecordPtr record;
};

struct CreateOptions {
  /// The members that count; others are ignored, whatever they are. Nothing: every member counts.
  std::optional<std::vector<std::size_t>> columns = std::nullopt;
  /// What those become that a record does not name: their default, or else null. Fields outside `columns` take their
  /// default always.
  bool missing_is_default = true;
  struct Upsert {
    /// The id, a unique field, or the fields of a unique index. A record that has the same values in them is changed.
    std::vector<std::size_t> conflict = {0};
    bool ignore_duplicates = false;  ///< It stays as it is instead, and is in no answer.
  };
  std::optional<Upsert> upsert = std::nullopt;
  bool rehearsal = false;  ///< Everything is done and undone: the answer is what would be.
};

struct MatchOptions {
  std::size_t matches_max = 10'000;  ///< More are `too_large` with the reason `too_many_matches`.
  bool rehearsal = false;
};

/// One of several writes that happen together. Lifetime: collection and body outlive the task.
struct Operation {
  enum class Kind : unsigned char { create, update, replace, remove, update_matches, remove_matches };
  Kind kind = Kind::create;
  const Collection* collection = nullptr;
  Value id = {};                                         ///< update, replace, remove.
  Filter filter = {};                                    ///< *_matches.
  const boost::json::value* body = nullptr;              ///< All but remove and remove_matches.
  std::optional<Version> expected = std::nullopt;        ///< update, replace, remove.
  CreateOptions create = {};                             ///< create, upserts among them; its rehearsal means nothing.
  std::size_t matches_max = MatchOptions{}.matches_max;  ///< *_matches.
};

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
  /// has begun.
  Task<void> forget(ForeignChange change);

  struct State;  // what the parts of this class share: records_state.hpp

 private:
  std::unique_ptr<State> state_;
};

}  // namespace banyan::services
