#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "banyan/base/clock.hpp"

namespace banyan::http {

/// Coarse timeouts for very many entries ("Hashed and Hierarchical Timing Wheels", Varghese and Lauck 1987, scheme 6).
/// Setting a deadline later than the last costs two stores: the entry stays in its slot and moves on when the slot
/// comes up. An entry expires at most two ticks after its deadline, never before it.
/// Thread safety: none.
class TimerWheel {
 public:
  static constexpr Duration tick = std::chrono::milliseconds(100);

  class Entry {
   public:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    /// The deadline has passed. The entry stays in the wheel, without a deadline. May remove entries.
    virtual void expire() = 0;

   protected:
    ~Entry() = default;

   private:
    friend class TimerWheel;
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
    std::uint64_t slot_tick_ = 0;
    SteadyTime deadline_ = SteadyTime::max();
  };

  explicit TimerWheel(SteadyTime now);

  /// Puts an entry in, without a deadline.
  void add(Entry& entry);
  void remove(Entry& entry) noexcept;
  void set_deadline(Entry& entry, SteadyTime deadline) noexcept {
    entry.deadline_ = deadline;
    if (deadline < due_at(entry.slot_tick_ - 1)) move(entry);
  }
  void clear_deadline(Entry& entry) noexcept { entry.deadline_ = SteadyTime::max(); }

  /// Expires what is due.
  void advance(SteadyTime now);
  std::size_t size() const noexcept { return size_; }

  /// Calls `visit` for each entry; it must not add or remove any.
  template <typename Visit>
  void for_each(Visit visit) {
    for (Link& slot : slots_) {
      for (Entry* entry = slot.first; entry;) {
        Entry* next = entry->next_;
        visit(*entry);
        entry = next;
      }
    }
  }

 private:
  static constexpr std::size_t slot_count = 1024;
  struct Link {
    Entry* first = nullptr;
  };
  static SteadyTime due_at(std::uint64_t tick_number) noexcept {
    return SteadyTime(tick * static_cast<Duration::rep>(tick_number));
  }
  void move(Entry& entry) noexcept;
  void link(Entry& entry) noexcept;
  void unlink(Entry& entry) noexcept;

  std::array<Link, slot_count> slots_{};
  std::uint64_t current_;  // the last tick that advance() has dealt with
  std::size_t size_ = 0;
};

}  // namespace banyan::http
