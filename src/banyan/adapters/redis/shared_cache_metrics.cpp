#include "banyan/adapters/redis/shared_cache_metrics.hpp"

namespace banyan::redis {

SharedCacheMetrics::SharedCacheMetrics(Metrics& metrics)
    : hits(metrics.counter("banyan_shared_cache_hits_total", "Reads answered from the shared cache.")),
      misses(metrics.counter("banyan_shared_cache_misses_total", "Reads that the shared cache had nothing for.")),
      unlicensed(metrics.counter("banyan_shared_cache_bypassed_total",
                                 "Reads that could not ask the shared cache: out of use, or older than the reader.")),
      waits(metrics.counter("banyan_shared_cache_waits_total", "Misses that waited for another reader's fill.")),
      fills(metrics.counter("banyan_shared_cache_fills_total", "Records kept after a miss.")),
      refused_fills(metrics.counter("banyan_shared_cache_refused_fills_total",
                                    "Fills dropped because a write came first or the ticket was gone.")),
      raises(metrics.counter("banyan_shared_cache_raises_total", "Keys that writes have gone over.")),
      repeated_raises(metrics.counter("banyan_shared_cache_repeated_raises_total",
                                      "Tries to go over the keys of a write that were not confirmed.")),
      in_use(metrics.gauge("banyan_shared_cache_in_use", "1 while this instance may answer from the shared cache.")) {}

}  // namespace banyan::redis
