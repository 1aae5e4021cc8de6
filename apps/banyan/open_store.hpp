#pragma once

#include <memory>

#include "banyan/base/clock.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/config/config.hpp"
#include "banyan/core/bulk.hpp"
#include "banyan/core/durable_store.hpp"
#include "banyan/core/saved_query.hpp"

namespace banyan::app {

/// What a store is built from; all of it outlives the store.
struct StoreParts {
  const Schema& schema;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
  /// Whether PostgreSQL says how far it is also where there are no replicas: for a cache that instances share.
  bool positions = false;
};

/// The store that `database.url` names, not started yet. Errors say what to do.
Result<std::unique_ptr<DurableStore>> open_store(const config::Database& database, StoreParts parts);

/// Only to look at the schema, also while a server runs: nothing is made or owned.
Result<std::unique_ptr<SchemaKeeper>> open_keeper(const config::Database& database, StoreParts parts);

/// Where saved queries of that store run, which open_store() made and which outlives it.
std::unique_ptr<SavedQueryRunner> open_saved_queries(const config::Database& database, const Schema& schema,
                                                     DurableStore& store);

/// Both ends of a copy.
Result<std::unique_ptr<BulkSource>> open_source(const config::Database& database, const Schema& schema);
Result<std::unique_ptr<BulkSink>> open_sink(const config::Database& database, const Schema& schema, const Clock& clock);

}  // namespace banyan::app
