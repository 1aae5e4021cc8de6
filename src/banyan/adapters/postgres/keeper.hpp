#pragma once

#include <functional>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/core/schema_plan.hpp"

namespace banyan::postgres {

/// Makes room for a schema. Several may be at it at once, from any number of processes: they take turns, and whoever
/// comes later finds made what is made. Readers and writers of the tables wait for moments at most.
/// Thread safety and lifetime: those of the connection.
class Keeper final : public SchemaKeeper {
 public:
  /// With `cache_use`, also for the row on which instances agree on a shared cache.
  Keeper(const Schema& schema, const Clock& clock, Connection& connection, bool cache_use = false)
      : schema_(schema), clock_(clock), connection_(connection), cache_use_(cache_use) {}

  Result<SchemaPlan> plan() override;
  Result<void> apply_additive(const SchemaPlan& plan) override;
  Result<void> apply_planned(const SchemaPlan& plan) override;

 private:
  Result<void> in_turn(const std::function<Result<void>()>& work);
  Result<void> take_turn();
  /// What of `wanted` still differs now; somebody else may have made the rest meanwhile.
  Result<SchemaPlan> still_wanted(const SchemaPlan& wanted);
  Result<void> make(const SchemaPlan& wanted);
  Result<void> make_one(const SchemaDifference& difference);
  /// Statements for what Banyan itself needs, whatever the schema.
  Result<std::vector<std::string>> missing_own();
  /// The statement, where the table is not there.
  Result<void> add_missing(std::vector<std::string>& missing, const char* table, const char* statement);
  Result<void> make_together(const std::vector<std::string>& own, const SchemaPlan& current);
  /// In a transaction that gives way to others, again and again for a while.
  Result<void> briefly(const std::function<Result<void>()>& change);
  Result<void> make_apart(const SchemaPlan& current);
  Result<void> run(const SchemaDifference& difference);

  const Schema& schema_;
  const Clock& clock_;
  Connection& connection_;
  bool cache_use_;
};

}  // namespace banyan::postgres
