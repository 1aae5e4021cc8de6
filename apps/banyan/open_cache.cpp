#include "open_cache.hpp"

#include <utility>

#include "banyan/adapters/memory/cache.hpp"
#include "banyan/adapters/redis/shared_cache.hpp"

namespace banyan::app {
namespace {

std::unique_ptr<Cache> open_memory(const config::Cache& settings, memory::Cache::Options options,
                                   const CacheParts& parts) {
  options.ttl = settings.ttl;
  options.negative_ttl = settings.negative_ttl;
  return memory::make_cache(options, {parts.clock, parts.random, parts.metrics});
}

redis::SharedCache::Settings shared_settings(const config::Cache& settings) {
  redis::SharedCache::Settings shared;
  shared.client.url = settings.url;
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
      .own = settings.local_bytes == 0 ? nullptr
                                       : open_memory(settings,
                                                     {.bytes_max = settings.local_bytes,
                                                      .ticket_lifetime = redis::SharedCache::own_ticket_lifetime},
                                                     parts),
      .changed = parts.changed};
  auto made = redis::SharedCache::make(shared_settings(settings), std::move(setting));
  if (!made) return std::unexpected(std::move(made.error()));
  redis::SharedCache* const shared = made->get();
  return OpenCache{std::move(*made), [shared] { shared->start(); }, [shared] { shared->stop(); }};
}

}  // namespace banyan::app
