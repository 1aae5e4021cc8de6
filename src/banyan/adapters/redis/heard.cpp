#include "banyan/adapters/redis/heard.hpp"

#include <boost/container_hash/hash.hpp>

#include <algorithm>

namespace banyan::redis {
namespace {

std::uint64_t hash_of(std::string_view key) { return boost::hash<std::string_view>()(key) | 1U; }

}  // namespace

void Heard::note(std::string_view key, Version version, std::uint64_t sequence) {
  const std::uint64_t hash = hash_of(key);
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[(hash >> 8) % entries_count];
  if (entry.key == hash && entry.version >= version) return;
  entry = {.key = hash, .version = version, .sequence = sequence};
}

std::optional<std::uint64_t> Heard::find(std::string_view key, Version version) const {
  const std::uint64_t hash = hash_of(key);
  const std::lock_guard lock(mutex_);
  const Entry& entry = entries_[(hash >> 8) % entries_count];
  if (entry.key != hash || entry.version < version) return std::nullopt;
  return entry.sequence;
}

void Heard::clear() {
  const std::lock_guard lock(mutex_);
  std::ranges::fill(entries_, Entry());
}

}  // namespace banyan::redis
