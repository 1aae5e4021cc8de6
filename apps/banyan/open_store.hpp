#pragma once

#include <memory>

#include "banyan/base/clock.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/config/config.hpp"
#include "banyan/core/durable_store.hpp"

namespace banyan::app {

/// What a store is built from; all of it outlives the store.
struct StoreParts {
  const Schema& schema;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
};

/// The store that `database.url` names, not started yet. Errors say what to do.
Result<std::unique_ptr<DurableStore>> open_store(const config::Database& database, StoreParts parts);

/// Only to look at the schema, also while a server runs: nothing is made or owned.
Result<std::unique_ptr<SchemaKeeper>> open_keeper(const config::Database& database, StoreParts parts);

}  // namespace banyan::app
