#include "banyan/http/timer_wheel.hpp"

#include <algorithm>

namespace banyan::http {
namespace {

std::uint64_t tick_number(SteadyTime time) noexcept {
  return static_cast<std::uint64_t>(time.time_since_epoch() / TimerWheel::tick);
}

}  // namespace

TimerWheel::TimerWheel(SteadyTime now) : current_(tick_number(now)) {}

void TimerWheel::add(Entry& entry) {
  entry.deadline_ = SteadyTime::max();
  link(entry);
  ++size_;
}

void TimerWheel::remove(Entry& entry) noexcept {
  unlink(entry);
  --size_;
}

void TimerWheel::move(Entry& entry) noexcept {
  unlink(entry);
  link(entry);
}

// Into the slot of the first tick at or after the deadline, within one turn of the wheel.
void TimerWheel::link(Entry& entry) noexcept {
  const std::uint64_t horizon = current_ + slot_count - 1;
  const std::uint64_t wanted = entry.deadline_ >= due_at(horizon) ? horizon : tick_number(entry.deadline_) + 1;
  entry.slot_tick_ = std::clamp(wanted, current_ + 1, horizon);
  Entry*& first = slots_[entry.slot_tick_ % slot_count].first;
  entry.previous_ = nullptr;
  entry.next_ = first;
  if (first) first->previous_ = &entry;
  first = &entry;
}

void TimerWheel::unlink(Entry& entry) noexcept {
  Entry*& first = slots_[entry.slot_tick_ % slot_count].first;
  if (entry.previous_) {
    entry.previous_->next_ = entry.next_;
  } else {
    first = entry.next_;
  }
  if (entry.next_) entry.next_->previous_ = entry.previous_;
}

void TimerWheel::advance(SteadyTime now) {
  const std::uint64_t target = tick_number(now);
  // After a long sleep one turn visits every slot.
  if (target > current_ + slot_count) current_ = target - slot_count;
  while (current_ < target) {
    ++current_;
    Entry*& first = slots_[current_ % slot_count].first;
    // Everything in this slot leaves it: a new place is at least one tick and less than one turn ahead.
    while (Entry* entry = first) {
      const bool due = entry->deadline_ <= now;
      if (due) entry->deadline_ = SteadyTime::max();
      move(*entry);
      if (due) entry->expire();
    }
  }
}

}  // namespace banyan::http
