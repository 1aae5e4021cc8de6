#pragma once

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <string>

#include "banyan/base/clock.hpp"
#include "banyan/core/cache.hpp"

namespace banyan::memory {

/// What a key holds: a value, or (while `value` is null) a ticket to fill it.
/// Lifetime: owned by its shard's table, and in exactly one queue. Thread safety: its shard's mutex.
struct CacheSlot : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::normal_link>> {
  std::string key;
  std::size_t hash = 0;
  CachedRecordPtr value;
  SteadyTime expires;
  FillTicket ticket = 0;
  Version floor = 0;  ///< Of a ticket: a fill below it is refused.
  std::uint32_t bytes = 0;
  enum class Queue : unsigned char { tickets, small, main };
  Queue queue = Queue::tickets;
  std::uint8_t uses = 0;  ///< Since it came into its queue; counts to 3.
};

using CacheQueue = boost::intrusive::list<CacheSlot, boost::intrusive::constant_time_size<false>>;

}  // namespace banyan::memory
