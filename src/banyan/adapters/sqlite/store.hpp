#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "banyan/adapters/sqlite/options.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/core/durable_store.hpp"

namespace banyan::sqlite {

/// What a store is built from; all of it outlives the store.
struct Parts {
  const Schema& schema;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
};

/// Records in one SQLite file that one process owns.
///
/// Writes go through one thread that drains its queue into one transaction and acknowledges after its commit is on
/// disk (write-ahead log, synchronous=FULL). Finds run on the calling thread while they take the time of memory, else
/// on the reader threads, where lists always run; readers never wait for the writer. A list is interrupted at its
/// deadline; a write that began is not.
///
/// Use: open(), plan(), apply_additive(), start(); the destructor finishes what is queued and closes the file.
/// Thread safety: RecordStore's functions, plan() and unready_reason() from any thread after start(); the rest from
/// one thread. Executors of requests under way must outlive the store.
class Store final : public DurableStore {
 public:
  /// Opens or creates the file and takes ownership of it. Blocks. Errors: unavailable (another process owns it, no
  /// permission, read-only, locked), invalid (not a database, a directory), internal (damaged), storage_full,
  /// unsupported (written by a newer Banyan).
  static Result<std::unique_ptr<Store>> open(Options options, Parts parts);

  /// Looks at the file without owning it, also while a server runs; a missing file counts as an empty database.
  /// apply_additive() of what it answers is `unsupported`.
  static Result<std::unique_ptr<SchemaKeeper>> open_for_plan(Options options, Parts parts);

  ~Store() override;

  void on_foreign_change(std::function<void(const ForeignChange&)> call) override;
  Result<void> start() override;
  void stop() override;
  CacheAgreement* cache_agreement() override { return nullptr; }

  Task<Result<Record>> find(const Context& context, const RecordKey& key, Source source) override;
  Task<Result<RecordPage>> list(const Context& context, Query query) override;
  Task<Result<Applied>> apply(const Context& context, WriteBatch batch) override;
  std::optional<std::string> unready_reason() const override;

  /// Another connection of this process has committed: snapshots from before are no longer the latest.
  void note_commit() noexcept;

  Result<SchemaPlan> plan() override;
  Result<void> apply_additive(const SchemaPlan& plan) override;
  Result<void> apply_planned(const SchemaPlan& plan) override;

 private:
  struct State;
  /// Nothing where the reader threads are to do it.
  std::optional<Result<Record>> find_in_place(const Context& context, const RecordKey& key, SteadyTime began_at);
  Task<Result<Record>> find_in_pool(const Context& context, RecordKey key);
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banyan::sqlite
