// The promises of every cache, kept by Redis.
#include "banyan/adapters/redis/shared_cache.hpp"

#include "banyan/adapters/redis/shared_cache_fixture.hpp"

namespace banyan::redis {
namespace {

using contracts::CacheWishes;

class Rig final : public contracts::CacheRig {
 public:
  Rig(const CacheWishes& wishes, bool own_copies) {
    shared_redis().run({"FLUSHALL"});
    instance_.emplace(CacheInstance::Wishes{.url = shared_redis().url(), .own_copies = own_copies, .cache = wishes});
    context_ = instance_->request();
  }
  Cache& cache() override { return **instance_; }
  const Context& context() override { return *context_; }
  void pass_time(Duration by) override { take_off_lifetimes(shared_redis(), by); }
  std::size_t bytes() override { return 0; }

 private:
  std::optional<CacheInstance> instance_;
  std::unique_ptr<Context> context_;
};

const contracts::CacheAdapter adapter{
    "redis", [](const CacheWishes& wishes) { return std::make_unique<Rig>(wishes, false); }, 4};

}  // namespace
}  // namespace banyan::redis

namespace banyan::contracts {
INSTANTIATE_TEST_SUITE_P(Redis, CacheContract, testing::Values(redis::adapter), cache_adapter_name);
}  // namespace banyan::contracts
