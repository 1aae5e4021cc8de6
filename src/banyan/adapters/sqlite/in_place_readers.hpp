#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "banyan/adapters/sqlite/reader.hpp"
#include "banyan/base/metrics.hpp"

namespace banyan::sqlite {

/// Readers that any thread may borrow for a moment. A thread finds its own again and again, so that threads seldom
/// meet; there are never more than at the start. Thread-safe.
class InPlaceReaders {
  struct alignas(64) Slot {
    Slot(const Schema& schema, const ConnectionSettings& settings, std::size_t place_)
        : reader(schema, settings), place(place_) {}
    std::atomic<bool> taken{false};
    Reader reader;
    const std::size_t place;
  };

 public:
  /// A borrowed reader, or nothing; given back at the end of its life.
  class Lease {
   public:
    explicit Lease(Slot* slot) noexcept : slot_(slot) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      if (slot_ != nullptr) slot_->taken.store(false, std::memory_order_release);
    }
    explicit operator bool() const noexcept { return slot_ != nullptr; }
    Reader* operator->() const noexcept { return &slot_->reader; }
    /// For borrow_again().
    std::size_t place() const noexcept { return slot_->place; }

   private:
    Slot* slot_;
  };

  InPlaceReaders(const Schema& schema, const ConnectionSettings& settings, std::size_t readers) {
    for (std::size_t i = 0; i < readers; ++i) slots_.push_back(std::make_unique<Slot>(schema, settings, i));
  }

  Lease borrow() noexcept {
    const std::size_t home = metric_stripe();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      Slot* slot = slots_[(home + i) % slots_.size()].get();
      if (!slot->taken.exchange(true, std::memory_order_acquire)) return Lease(slot);
    }
    return Lease(nullptr);
  }

  /// The reader at that place, once it is free, for it is never held for more than a read; nothing after close().
  Lease borrow_again(std::size_t place) noexcept {
    Slot* slot = slots_[place].get();
    while (slot->taken.exchange(true, std::memory_order_acquire)) {
      if (closed_.load(std::memory_order_acquire)) return Lease(nullptr);
      std::this_thread::yield();
    }
    return Lease(slot);
  }

  /// Closes the connections, for good: nobody can borrow one any more.
  void close() {
    for (const auto& slot : slots_) {
      while (slot->taken.exchange(true, std::memory_order_acquire)) std::this_thread::yield();
      slot->reader.close();
    }
    closed_.store(true, std::memory_order_release);
  }

 private:
  std::atomic<bool> closed_{false};
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace banyan::sqlite
