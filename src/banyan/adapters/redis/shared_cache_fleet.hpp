#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "banyan/adapters/redis/shared_cache_fixture.hpp"
#include "tests/servers/tcp_proxy.hpp"

namespace banyan::redis {

inline const std::string users_1 = "users:1";

inline void unplug(testkit::TcpProxy& proxy) {
  proxy.refuse(true);
  proxy.cut_all();
}

/// A Redis of its own, since it is killed and frozen here; two instances, the second through a proxy.
class SharedCacheFleet : public testing::Test {
 protected:
  void SetUp() override { start(false); }

  void start(bool own_copies) {
    second_.reset();
    first_.reset();
    redis_.run({"FLUSHALL"});
    first_.emplace(CacheInstance::Wishes{.url = redis_.url(), .agreement = &agreement_, .own_copies = own_copies});
    second_.emplace(CacheInstance::Wishes{
        .url = redis_.url_through(proxy_.port()), .agreement = &agreement_, .own_copies = own_copies});
    ASSERT_TRUE(in_use());
  }

  /// Both serve hits.
  bool in_use() {
    return becomes_true([&] {
      probe_ = "probe:" + std::to_string(++probes_);
      first_->put(probe_, contracts::record_at(1));
      return first_->hits(probe_) && second_->hits(probe_);
    });
  }
  std::optional<Position> raise(CacheInstance& by, Version version) {
    return by.raise(users_1, version, agreement_.use());
  }

  testkit::RedisServer redis_;
  testkit::TcpProxy proxy_{redis_.port()};
  AgreementInMemory agreement_;
  std::optional<CacheInstance> first_, second_;
  std::string probe_;
  int probes_ = 0;
};

}  // namespace banyan::redis
