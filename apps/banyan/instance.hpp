#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "banyan/api/anonymous_key.hpp"
#include "banyan/api/application.hpp"
#include "banyan/api/position_header.hpp"
#include "banyan/api/rest/face.hpp"
#include "banyan/base/clock.hpp"
#include "banyan/base/random.hpp"
#include "banyan/config/config.hpp"
#include "banyan/core/cache.hpp"
#include "banyan/core/durable_store.hpp"
#include "banyan/http/server.hpp"
#include "banyan/observe/access_log.hpp"
#include "banyan/observe/log.hpp"
#include "banyan/observe/metrics_registry.hpp"
#include "banyan/services/records.hpp"
#include "banyan/services/saved_queries.hpp"
#include "composition.hpp"
#include "open_cache.hpp"

namespace banyan::app {

/// One running Banyan: every part, built from a configuration in the order in which they rest on each other.
/// Thread safety: stop() from any thread; the rest from one.
class Instance {
 public:
  /// Both outlive it.
  Instance(const config::Config& config, const Composition& composition);
  ~Instance();

  /// Takes the address, opens the database, makes what is missing in it, listens. Errors say what to do.
  Result<void> start();
  /// Serves until stop().
  void run();
  void stop();

  Log& log() { return log_; }

 private:
  Result<void> open_database();
  Result<void> open_queries();
  Result<std::string> known_service_key() const;
  Result<std::string> new_service_key();
  Result<void> listen(http::ReservedAddress address, std::string key);
  Task<void> forget(ForeignChange change);
  std::vector<std::string> unready_reasons() const;

  const config::Config& config_;
  const Composition& composition_;
  SystemClock clock_;
  SystemRandom random_;
  observe::MetricsRegistry metrics_;
  observe::OperatorLog log_;
  std::unique_ptr<AccessLog> access_log_;
  OpenCache cache_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<DurableStore> store_;
  std::unique_ptr<services::Records> records_;
  std::unique_ptr<api::ViewerSource> known_viewers_;
  std::unique_ptr<SavedQueryRunner> query_runner_;
  std::unique_ptr<services::SavedQueries> queries_;
  std::unique_ptr<api::ViewerSource> viewers_;
  std::unique_ptr<api::Application> application_;
  std::unique_ptr<api::rest::Face> rest_;
  std::unique_ptr<api::PositionHeader> positions_;  ///< Null where the store keeps none.
  http::Router router_;
  std::atomic<bool> listening_ = false;
};

}  // namespace banyan::app
