#pragma once

#include <chrono>
#include <string>

#include "failure/ledger.hpp"
#include "scenarios/server_process.hpp"
#include "tests/servers/postgres_server.hpp"
#include "tests/servers/tcp_proxy.hpp"

namespace banyan::scenarios {

/// A PostgreSQL server of its own, a proxy before it, and a Banyan that reaches it through the proxy.
class PostgresStage {
 public:
  /// `settings` is TOML that goes before the collection of the ledger.
  explicit PostgresStage(const std::string& settings = {}, testkit::PostgresSettings postgres = {});

  /// As many as `database.connections` allows by default.
  static constexpr int connections_max = 12;

  bool ready() const;
  /// How long from now until it is ready and a write is acknowledged. Throws when that takes too long.
  std::chrono::milliseconds time_until_it_serves(Ledger& ledger);
  /// Connections of Banyan that the server knows of.
  int connections() const;

  testkit::PostgresServer postgres;
  std::string database;
  testkit::TcpProxy proxy{postgres.address().port()};
  ServerProcess server;

 private:
  int asked_ = 0;
};

}  // namespace banyan::scenarios
