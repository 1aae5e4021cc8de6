#pragma once

#include <functional>
#include <vector>

#include "banyan/core/record_store.hpp"
#include "banyan/core/schema_plan.hpp"

namespace banyan {

/// Somebody else changed the database: what was read before may be stale.
struct ForeignChange {
  struct Key {
    RecordKey key;
    Version version = 0;  ///< At which it is now, or was deleted.
  };
  std::vector<Key> keys;    ///< Those that changed …
  bool everything = false;  ///< … or any may have.
};

/// A store that an application is served from: its records, its tables, and its life.
///
/// Use: plan(), apply_additive(), on_foreign_change(), start(), then RecordStore's functions from any thread; stop()
/// or the destructor at the end. Executors of requests under way must outlive the store.
class DurableStore : public RecordStore, public SchemaKeeper {
 public:
  /// Called on a thread of the store. Set it before start().
  virtual void on_foreign_change(std::function<void(const ForeignChange&)> call) = 0;

  /// Begins to serve. The database must have room for the schema (apply_additive). Errors: `unavailable` and others,
  /// which say what to do.
  virtual Result<void> start() = 0;

  /// Finishes what is queued and refuses what comes afterwards (`unavailable`). The destructor does it otherwise; do
  /// it first where coroutines that the store completes use what is destroyed before it.
  virtual void stop() = 0;

  /// Where the instances that share this store agree on their cache; null where no other instance can share it.
  virtual CacheAgreement* cache_agreement() = 0;
};

}  // namespace banyan
