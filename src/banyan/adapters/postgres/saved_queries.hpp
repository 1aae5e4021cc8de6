#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "banyan/adapters/postgres/options.hpp"
#include "banyan/adapters/postgres/server_identity.hpp"
#include "banyan/core/saved_query.hpp"
#include "banyan/sql/saved_statement.hpp"
#include "banyan/sql/workers.hpp"

namespace banyan::postgres {

class Connection;

/// Saved queries on threads and connections of their own, which open when the first one runs. Those that only read run
/// in transactions that are READ ONLY. Those that write do so as another program would: triggers, where tables have
/// them, give rows their next version; every instance is told to forget what it has cached. Thread-safe.
class SavedQueries final : public SavedQueryRunner {
 public:
  SavedQueries(Options options, const Schema& schema);
  ~SavedQueries() override;

  Result<void> check(const SavedQuery& query) override;
  Task<Result<SavedRows>> run(const Context& context, const SavedQuery& query, std::vector<Value> arguments) override;
  void stop() override;

 private:
  Result<SavedRows> run_now(std::size_t thread, const Context& context, const SavedQuery& query,
                            const std::vector<Value>& arguments, Position& reached);
  /// How far the primary is now, where positions are kept: after what was read in its transaction, or committed.
  Result<void> measure(std::size_t thread, Position& reached);
  /// The thread's connection in a transaction that has just begun; made anew where the old one is no more.
  Result<Connection*> begin(std::size_t thread, const Context& context, bool writes);
  Result<Connection> open();
  Result<void> commit(Connection& connection, const SavedQuery& query);

  Options options_;
  std::string forget_;  ///< What tells all instances to forget what they have cached.
  std::atomic<bool> give_up_ = false;
  std::vector<std::unique_ptr<Connection>> connections_;  ///< One a thread.
  std::vector<ServerIdentity> identities_;                ///< Of their servers.
  sql::Workers workers_;
};

}  // namespace banyan::postgres
