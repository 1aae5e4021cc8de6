#pragma once

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/base/clock.hpp"
#include "banyan/core/schema_plan.hpp"

namespace banyan::sqlite {

/// Compares a database with a schema and makes what is missing. Thread safety: one thread at a time.
class Keeper final : public SchemaKeeper {
 public:
  Keeper(const Schema& schema, const Clock& clock, Connection connection, bool may_change)
      : schema_(schema), clock_(clock), connection_(std::move(connection)), may_change_(may_change) {}

  Result<SchemaPlan> plan() override;
  /// `unsupported` unless it may change the database.
  Result<void> apply_additive(const SchemaPlan& plan) override;
  Result<void> apply_planned(const SchemaPlan& plan) override;

  /// The connection, for further use; the keeper is done.
  Connection release() { return std::move(connection_); }

 private:
  Result<void> make_together(const SchemaPlan& wanted, bool additive_only);
  Result<void> make(const SchemaPlan& wanted, bool additive_only);

  const Schema& schema_;
  const Clock& clock_;
  Connection connection_;
  bool may_change_;
};

}  // namespace banyan::sqlite
