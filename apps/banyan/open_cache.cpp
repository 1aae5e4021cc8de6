#include "open_cache.hpp"

#include <utility>

#include "banyan/adapters/memory/cache.hpp"
#include "banyan/adapters/redis/shared_cache.hpp"

namespace banyan::app {
namespace {

// A copy is on its way for as long as a reader waits for Redis; one that finds nothing there leaves its ticket.
constexpr std::chrono::milliseconds own_ticket_lifetime{300};

std::unique_ptr<Cache> open_memory(const config::Cache& settings, memory::Cache::Options options,
                                   const CacheParts& parts) {
  options.ttl = settings.ttl;
  options.negative_ttl = settings.negative_ttl;
  return memory::make_cache(options, {parts.clock, parts.random, parts.metrics});
}

redis::SharedCache::Settings shared_settings(const config::Cache& settings) {
  redis::SharedCache::Settings shared;
  shared.client.url = settings.url;
  // A server that is silent for longer than readers and writers can wait for is as good as dead.
  shared.client.silence_max = std::chrono::milliseconds(1'000);
  shared.client.ping_after = std::chrono::milliseconds(300);
  shared.ttl = settings.ttl;
  shared.negative_ttl = settings.negative_ttl;
  return shared;
}

}  // namespace

Result<OpenCache> open_cache(const config::Cache& settings, const CacheParts& parts) {
  const auto nothing = [] {};
  if (!settings.shared())
    return OpenCache{open_memory(settings, {.bytes_max = settings.enabled ? settings.bytes : 0}, parts), nothing,
                     nothing};
  redis::SharedCache::Setting setting{
      .parts = {.clock = parts.clock, .log = parts.log, .metrics = parts.metrics, .random = parts.random},
      .schema = parts.schema,
      .agreement = parts.agreement,
      .own = settings.local_bytes == 0
                 ? nullptr
                 : open_memory(settings, {.bytes_max = settings.local_bytes, .ticket_lifetime = own_ticket_lifetime},
                               parts),
      .changed = parts.changed};
  auto made = redis::SharedCache::make(shared_settings(settings), std::move(setting));
  if (!made) return std::unexpected(std::move(made.error()));
  redis::SharedCache* const shared = made->get();
  return OpenCache{std::move(*made), [shared] { shared->start(); }, [shared] { shared->stop(); }};
}

}  // namespace banyan::app
