#include "banyan/adapters/memory/cache_shard.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace banyan::memory {
namespace {

constexpr std::uint8_t uses_max = 3;
constexpr std::size_t table_bytes_per_bucket = sizeof(void*) + 2;  // the pointer and its share of the metadata

// What the allocator takes for a block: a word of its own before it, in steps of 16 bytes.
constexpr std::size_t heap_bytes(std::size_t block) { return std::max<std::size_t>(32, (block + 8 + 15) / 16 * 16); }

std::size_t heap_bytes(const std::string& text) {
  const std::size_t inline_capacity = std::string().capacity();
  return text.capacity() <= inline_capacity ? 0 : heap_bytes(text.capacity() + 1);
}

std::size_t heap_bytes(const CachedRecordPtr& value) {
  if (!value) return 0;
  const std::size_t ends = value->field_ends.capacity() * sizeof(std::uint32_t);
  const std::size_t rule_values = value->rule_values.capacity() * sizeof(Value);
  const std::size_t reference_counts = 16;
  std::size_t bytes = heap_bytes(sizeof(CachedRecord) + reference_counts) + heap_bytes(value->body);
  if (ends != 0) bytes += heap_bytes(ends);
  if (rule_values != 0) bytes += heap_bytes(rule_values);
  for (const Value& each : value->rule_values)
    if (const auto* text = std::get_if<std::string>(&each)) bytes += heap_bytes(*text);
  return bytes;
}

std::uint32_t bytes_of(const CacheSlot& slot, const CachedRecordPtr& value) {
  const std::size_t bytes = heap_bytes(sizeof(CacheSlot)) + heap_bytes(slot.key) + heap_bytes(value);
  return static_cast<std::uint32_t>(std::min<std::size_t>(bytes, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

CacheShard::CacheShard(const Limits& limits, FillTicket first_ticket, FillTicket ticket_step, std::uint32_t seed)
    : values_(limits.bytes_max),
      limits_(limits),
      next_ticket_(first_ticket),
      ticket_step_(ticket_step),
      jitter_(seed) {}

CachedRecordPtr CacheShard::get(CacheKey key, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  CacheSlot* const slot = find_live(key, now);
  if (!slot || !slot->value) {
    ++stats_.misses;
    return nullptr;
  }
  if (slot->uses < uses_max) ++slot->uses;
  ++(slot->value->absent() ? stats_.negative_hits : stats_.hits);
  return slot->value;
}

banyan::Cache::Ticket CacheShard::take_ticket(CacheKey key, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  banyan::Cache::Ticket result;
  if (const CacheSlot* const slot = find_live(key, now)) {
    result.hit = slot->value;
    if (!result.hit) ++stats_.refused_tickets;
    return result;
  }
  forget_lapsed_tickets(now);
  if (tickets_held_ >= limits_.tickets_max) {
    ++stats_.refused_tickets;
    return result;
  }
  auto slot = std::make_unique<CacheSlot>();
  slot->key = key.text;
  slot->hash = key.hash;
  slot->expires = now + limits_.ticket_lifetime;
  slot->ticket = result.ticket = std::exchange(next_ticket_, next_ticket_ + ticket_step_);
  slot->bytes = bytes_of(*slot, nullptr);
  slot_bytes_ += slot->bytes;
  CacheSlot& placed = **table_.insert(std::move(slot)).first;
  tickets_.push_back(placed);
  ++tickets_held_;
  ++stats_.tickets;
  make_room();
  return result;
}

void CacheShard::fill(CacheKey key, FillTicket ticket, CachedRecordPtr value, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  CacheSlot* const slot = find_live(key, now);
  const bool mine = slot && !slot->value && slot->ticket == ticket;
  if (mine && value->version >= slot->floor) {
    ++stats_.fills;
    keep(*slot, std::move(value), now);
    return;
  }
  ++stats_.refused_fills;
  if (!slot) return;
  // "Absent" cannot say what it is newer than, so what another left here goes too; a version can, as a raise does.
  if (mine || value->absent()) return erase(*slot);
  const Version version = value->version;
  raise_slot(*slot, version, std::move(value), now);
}

void CacheShard::raise(CacheKey key, Version version, CachedRecordPtr value, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  ++stats_.raises;
  if (CacheSlot* const slot = find_live(key, now)) raise_slot(*slot, version, std::move(value), now);
}

void CacheShard::raise_slot(CacheSlot& slot, Version version, CachedRecordPtr value, SteadyTime now) {
  if (!slot.value) {
    slot.floor = std::max(slot.floor, version);
    return;
  }
  if (slot.value->version >= version) return;
  if (slot.value->absent() || !value || value->absent())
    erase(slot);
  else
    keep(slot, std::move(value), now);
}

// Puts the value into the slot, whether it held a ticket or an older value.
void CacheShard::keep(CacheSlot& slot, CachedRecordPtr value, SteadyTime now) {
  const std::uint32_t bytes = bytes_of(slot, value);
  if (bytes > limits_.bytes_max) return erase(slot);
  slot_bytes_ += std::size_t{bytes} - slot.bytes;
  slot.expires = expiry(*value, now);
  const bool held_ticket = !slot.value;
  slot.value.swap(value);
  if (held_ticket) {
    tickets_.erase(tickets_.iterator_to(slot));
    --tickets_held_;
    slot.bytes = bytes;
    values_.insert(slot);
  } else {
    values_.resize(slot, bytes);
  }
  make_room();
}

CacheSlot* CacheShard::find_live(CacheKey key, SteadyTime now) {
  const auto found = table_.find(key);
  if (found == table_.end()) return nullptr;
  CacheSlot* const slot = found->get();
  if (now < slot->expires) return slot;
  ++stats_.expirations;
  erase(*slot);
  return nullptr;
}

void CacheShard::erase(CacheSlot& slot) {
  if (slot.value) {
    values_.erase(slot);
  } else {
    tickets_.erase(tickets_.iterator_to(slot));
    --tickets_held_;
  }
  slot_bytes_ -= slot.bytes;
  table_.erase(table_.find(CacheKey{slot.key, slot.hash}));
}

void CacheShard::forget_lapsed_tickets(SteadyTime now) {
  while (!tickets_.empty() && tickets_.front().expires <= now) {
    ++stats_.expirations;
    erase(tickets_.front());
  }
}

void CacheShard::make_room() {
  while (bytes() > limits_.bytes_max) {
    CacheSlot* const victim = values_.evict(table_.size());
    if (!victim) break;
    ++stats_.evictions;
    slot_bytes_ -= victim->bytes;
    table_.erase(table_.find(CacheKey{victim->key, victim->hash}));
  }
  // Tickets alone fill the shard: forget the oldest. The ones who hold them will answer without filling.
  while (bytes() > limits_.bytes_max && !tickets_.empty()) erase(tickets_.front());
}

std::size_t CacheShard::bytes() const noexcept {
  return slot_bytes_ + table_.bucket_count() * table_bytes_per_bucket + values_.ghost_bytes();
}

SteadyTime CacheShard::expiry(const CachedRecord& value, SteadyTime now) {
  const Duration whole = value.absent() ? limits_.negative_ttl : limits_.ttl;
  const double part = limits_.ttl_jitter * std::uniform_real_distribution<>()(jitter_);
  return now + whole - std::chrono::duration_cast<Duration>(whole * part);
}

void CacheShard::clear() {
  Table gone;  // freed after the mutex
  const std::lock_guard lock(mutex_);
  values_.clear();
  tickets_.clear();
  tickets_held_ = 0;
  slot_bytes_ = 0;
  table_.swap(gone);
}

CacheStats CacheShard::stats() const {
  const std::lock_guard lock(mutex_);
  CacheStats result = stats_;
  result.entries = table_.size();
  result.bytes = bytes();
  return result;
}

}  // namespace banyan::memory
