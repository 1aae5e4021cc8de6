#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::postgres {

/// How the store uses a server.
struct Options {
  /// As libpq takes it:
  /// `postgres://user:password@host:5432,other:5432/name?sslmode=verify-full&target_session_attrs=…`. Without
  /// target_session_attrs, `read-write` is meant: of several hosts, the one that takes writes.
  std::string url;

  /// Whether any server of the URL will do without target_session_attrs.
  bool any_server = false;
  /// URLs of standbys of that database, each of one server: they answer reads that need not be answered by the primary.
  /// Needs `positions`.
  std::vector<std::string> replicas = {};
  std::chrono::milliseconds max_lag{10'000};  ///< By which a replica may be behind that is read from.

  // Connections, at most; one more hears of other programs' changes.
  std::size_t find_connections = 2;         ///< Finds of many requests share each.
  std::size_t list_connections = 4;         ///< A list has one to itself.
  std::size_t transaction_connections = 4;  ///< A transaction has one to itself.
  // and one on which small writes share transactions.

  /// Whether answers say how far the database is, and instances agree on the use of a shared cache. Costs a statement
  /// an exchange.
  bool positions = false;

  std::size_t queue_max = 4096;                        ///< Requests that wait, of each kind; more are `overloaded`.
  std::size_t page_bytes_max = std::size_t{64} << 20;  ///< Of the texts of a page, or of what one write changes.
  /// Of what comes over the wire for that, bounded as it comes: a little wider than what counts.
  std::size_t wire_bytes_max() const noexcept { return 2 * page_bytes_max; }
  std::size_t cascade_rows_max = 10'000;

  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds statement_timeout{60'000};  ///< Of any statement, whatever the deadline.
  std::chrono::milliseconds lock_timeout{10'000};       ///< Of a transaction's wait for one lock.
};

/// What a store is built from; all of it outlives the store.
struct Parts {
  const Schema& schema;
  const Clock& clock;
  Log& log;
  Metrics& metrics;
};

}  // namespace banyan::postgres
