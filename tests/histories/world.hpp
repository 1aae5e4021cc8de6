#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "banyan/adapters/memory/cache.hpp"
#include "banyan/adapters/redis/shared_cache.hpp"
#include "banyan/core/durable_store.hpp"
#include "banyan/services/records.hpp"
#include "banyan/services/testing_rig.hpp"
#include "tests/histories/stepped.hpp"
#include "tests/servers/redis_server.hpp"
#include "tests/servers/tcp_proxy.hpp"

namespace banyan::histories {

/// What a test puts around a part of an instance, to take an ingredient of the protocol away; null: nothing.
template <typename T>
using Around = std::function<std::unique_ptr<T>(T& behind)>;

struct InstanceSettings {
  bool own_copies = false;
  bool hears = false;  ///< Of changes from the database, too: most histories do without this second messenger.
  std::chrono::milliseconds ticket_patience{250};
  std::chrono::milliseconds write_patience{10'000};
  redis::CacheScripts scripts = {};
  Around<CacheAgreement> around_agreement = {};
  Around<RecordStore> around_store = {};
  Around<Cache> around_cache = {};
  std::function<std::unique_ptr<Cache>(Cache& behind, Steps& steps)> around_own_copies = {};
};

/// One instance: a store, its part of the shared cache, the service of records on an event loop of its own.
class Instance {
 public:
  struct Parts {
    const Schema& schema;
    std::string database_url;
    std::string cache_url;
    Steps& steps;
    Commits& commits;
  };
  Instance(const Parts& parts, const InstanceSettings& settings);
  ~Instance();

  services::Records& records() { return *records_; }
  services::testing::Loop& loop() { return loop_; }
  const Clock& clock() const { return clock_; }
  CacheAgreement& agreement() { return *agreement_; }
  std::uint64_t finds() const { return stepped_store_->finds(); }
  std::uint64_t own_hits() const { return own_ == nullptr ? 0 : own_->stats().hits; }
  std::uint64_t count(std::string_view name) { return metrics_.counter(name, "").value(); }
  /// Changes that are committed are not acknowledged from here on.
  void die() { stepped_cache_->die(); }

 private:
  void open_store(const Parts& parts);
  void open_cache(const Parts& parts, const InstanceSettings& settings);
  Task<void> forget(ForeignChange change);

  SystemClock clock_;
  SystemRandom random_;
  NullLog log_;
  UnseenMetrics metrics_;
  services::testing::Loop loop_;
  std::unique_ptr<DurableStore> store_;
  CacheAgreement* agreement_ = nullptr;
  memory::Cache* own_ = nullptr;
  std::unique_ptr<Cache> own_behind_;
  std::unique_ptr<CacheAgreement> around_agreement_;
  std::unique_ptr<RecordStore> around_store_;
  std::unique_ptr<SteppedStore> stepped_store_;
  std::unique_ptr<redis::SharedCache> cache_;
  std::unique_ptr<Cache> around_cache_;
  std::unique_ptr<SteppedCache> stepped_cache_;
  std::unique_ptr<services::Records> records_;
};

/// Instances on one PostgreSQL and one Redis, each with a way of its own to Redis.
class World {
 public:
  static constexpr std::size_t instances = 3;

  /// `settings` one for all instances, or one each.
  World(Steps& steps, std::vector<InstanceSettings> settings);
  ~World();

  const Schema& schema() const { return schema_; }
  const Collection& notes() const { return schema_.collections.front(); }
  const std::string& database_url() const { return database_url_; }
  testkit::RedisServer& redis() { return redis_; }
  testkit::TcpProxy& way(std::size_t instance) { return *ways_[instance]; }
  Commits& commits() { return commits_; }

  /// Holds the instance in place while it is used.
  struct Use {
    std::shared_lock<std::shared_mutex> lock;
    Instance& instance;
  };
  Use use(std::size_t instance);
  /// The instance dies: what it has committed and not made known it never does, and nobody hears of it. Another takes
  /// its place.
  void replace(std::size_t instance);
  /// Forgets all slots and tickets.
  void evict();
  /// Summed over the instances of now.
  std::uint64_t count(std::string_view name);
  std::uint64_t own_hits();
  std::uint64_t finds();

 private:
  struct Place {
    std::shared_mutex mutex;
    std::unique_ptr<Instance> instance;
  };
  void make_database();
  std::unique_ptr<Instance> make(std::size_t instance);

  Steps& steps_;
  std::vector<InstanceSettings> settings_;
  Schema schema_;
  Commits commits_;
  std::string database_url_;
  testkit::RedisServer redis_;
  std::vector<std::unique_ptr<testkit::TcpProxy>> ways_;
  std::vector<Place> places_{instances};
};

}  // namespace banyan::histories
