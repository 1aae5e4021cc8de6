#include "open_store.hpp"

#include <algorithm>
#include <utility>

#include "banyan/adapters/postgres/bulk.hpp"
#include "banyan/adapters/postgres/saved_queries.hpp"
#include "banyan/adapters/postgres/store.hpp"
#include "banyan/adapters/sqlite/bulk.hpp"
#include "banyan/adapters/sqlite/saved_queries.hpp"
#include "banyan/adapters/sqlite/store.hpp"

namespace banyan::app {
namespace {

sqlite::Options sqlite_options(const config::Database& database) {
  sqlite::Options options;
  options.file = database.path;
  return options;
}

// Two are for small writes and for hearing of changes. Finds share theirs, so that few suffice.
postgres::Options postgres_options(const config::Database& database) {
  constexpr std::size_t others = 2;
  constexpr std::size_t find_connections_max = 8;
  const std::size_t connections = database.connections - others;
  postgres::Options options;
  options.url = database.url;
  options.positions = !database.replicas.empty();
  options.replicas = database.replicas;
  options.max_lag = database.max_lag;
  options.find_connections = std::clamp<std::size_t>(connections / 5, 1, find_connections_max);
  options.transaction_connections = (connections - options.find_connections) / 2;
  options.list_connections = connections - options.find_connections - options.transaction_connections;
  return options;
}

template <typename To, typename From>
Result<std::unique_ptr<To>> as(Result<std::unique_ptr<From>> opened) {
  if (!opened) return std::unexpected(std::move(opened.error()));
  return std::unique_ptr<To>(std::move(*opened));
}

template <typename To>
Result<std::unique_ptr<To>> open_postgres(const config::Database& database, const StoreParts& parts) {
  postgres::Options options = postgres_options(database);
  options.positions = options.positions || parts.positions;
  return as<To>(postgres::Store::open(std::move(options), {parts.schema, parts.clock, parts.log, parts.metrics}));
}

}  // namespace

Result<std::unique_ptr<DurableStore>> open_store(const config::Database& database, StoreParts parts) {
  if (database.kind == config::Database::Kind::postgres) return open_postgres<DurableStore>(database, parts);
  return as<DurableStore>(
      sqlite::Store::open(sqlite_options(database), {parts.schema, parts.clock, parts.log, parts.metrics}));
}

Result<std::unique_ptr<SchemaKeeper>> open_keeper(const config::Database& database, StoreParts parts) {
  if (database.kind == config::Database::Kind::postgres) return open_postgres<SchemaKeeper>(database, parts);
  return sqlite::Store::open_for_plan(sqlite_options(database), {parts.schema, parts.clock, parts.log, parts.metrics});
}

std::unique_ptr<SavedQueryRunner> open_saved_queries(const config::Database& database, const Schema& schema,
                                                     DurableStore& store) {
  if (database.kind == config::Database::Kind::postgres) {
    postgres::Options options = postgres_options(database);
    options.positions = store.cache_agreement() != nullptr;
    return std::make_unique<postgres::SavedQueries>(std::move(options), schema);
  }
  auto& file_store = dynamic_cast<sqlite::Store&>(store);
  return std::make_unique<sqlite::SavedQueries>(sqlite_options(database), [&file_store] { file_store.note_commit(); });
}

Result<std::unique_ptr<BulkSource>> open_source(const config::Database& database, const Schema& schema) {
  if (database.kind == config::Database::Kind::postgres)
    return postgres::open_source(postgres_options(database), schema);
  return sqlite::open_source(sqlite_options(database));
}

Result<std::unique_ptr<BulkSink>> open_sink(const config::Database& database, const Schema& schema,
                                            const Clock& clock) {
  if (database.kind == config::Database::Kind::postgres)
    return postgres::open_sink(postgres_options(database), schema, clock);
  return sqlite::open_sink(sqlite_options(database), schema, clock);
}

}  // namespace banyan::app
