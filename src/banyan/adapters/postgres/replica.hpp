#pragma once

#include <functional>
#include <string>

#include "banyan/adapters/postgres/finds.hpp"
#include "banyan/adapters/postgres/lists.hpp"
#include "banyan/adapters/postgres/replica_metrics.hpp"
#include "banyan/adapters/postgres/store_metrics.hpp"
#include "banyan/adapters/postgres/watch.hpp"

namespace banyan::postgres {

/// One standby: where it stands, and the sessions on which it is asked for records and pages.
/// Thread safety: none; it belongs to the thread of `io`.
class Replica {
 public:
  struct Parts {
    boost::asio::io_context& io;
    const postgres::Parts& store;
    const PostgresDialect& dialect;
    StoreMetrics& metrics;
    std::function<void()> told;  ///< It is known anew where it stands.
  };
  Replica(const Parts& parts, const Options& options, std::string url);

  void start() { connector_.start(), watch_.look(); }
  void stop() { connector_.stop(); }

  /// What it has replayed, as far as that can be compared with `primary`, the log that counts: nothing where it does
  /// not answer, is no standby any more, or follows another log.
  std::optional<Position> standing(const Position& primary) const;
  /// Why that is nothing, for the operator.
  std::string trouble(const Position& primary) const;

  void submit(FindRequest& request) { finds_.desk().submit(&request); }
  void submit(ListRequest& request) { lists_.desk().submit(&request); }
  void pump();
  /// Requests that it has to do with.
  std::size_t load() const noexcept { return finds_.desk().load() + lists_.desk().load(); }

  void look() { watch_.look(); }
  void look_at_time(SteadyTime now);
  void close(const Error& error);

  const std::string& name() const noexcept { return name_; }  ///< `host:port/database`
  ReplicaMetrics& metrics() noexcept { return metrics_; }

 private:
  void take(const std::optional<Extent>& extent);

  Options options_;
  std::string name_;
  std::function<void()> told_;
  ReplicaMetrics metrics_;
  Statements statements_;
  Connector connector_;
  SessionPool::Parts pool_parts_;
  Standing standing_;
  bool in_touch_ = false;
  Finds finds_;
  Lists lists_;
  Watch watch_;
};

}  // namespace banyan::postgres
