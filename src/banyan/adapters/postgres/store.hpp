#pragma once

#include <memory>

#include "banyan/adapters/postgres/options.hpp"
#include "banyan/core/durable_store.hpp"

namespace banyan::postgres {

/// Records in a PostgreSQL database, 13 to 17, which other instances and programs may use as well.
///
/// One thread talks to the server. Finds of many requests go down a few pipelined connections; a list or a
/// transaction has a connection to itself; small writes of many requests share a transaction, and are tried again on
/// their own when it fails. A connection that breaks is made anew, with backoff and jitter. Reads that it took along
/// are asked again; writes are only where nothing can have happened, and `outcome_unknown` otherwise.
/// Thread safety and use: DurableStore.
class Store final : public DurableStore {
 public:
  /// Connects once, to say at once what is wrong. Blocks. Errors: those of connect().
  static Result<std::unique_ptr<Store>> open(Options options, Parts parts);

  ~Store() override;

  void on_foreign_change(std::function<void(const ForeignChange&)> call) override;
  Result<void> start() override;
  void stop() override;
  /// Null where positions are not kept.
  CacheAgreement* cache_agreement() override;

  Task<Result<Record>> find(const Context& context, const RecordKey& key, Source source) override;
  Task<Result<RecordPage>> list(const Context& context, Query query) override;
  Task<Result<Applied>> apply(const Context& context, WriteBatch batch) override;
  std::optional<std::string> unready_reason() const override;

  Result<SchemaPlan> plan() override;
  Result<void> apply_additive(const SchemaPlan& plan) override;
  Result<void> apply_planned(const SchemaPlan& plan) override;

 private:
  /// By a replica; nothing where the primary has to be asked.
  Task<std::optional<Result<Record>>> find_elsewhere(const Context& context, const RecordKey& key);
  Task<std::optional<Result<RecordPage>>> list_elsewhere(const Context& context, Query& query);

  struct State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace banyan::postgres
