#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "banyan/adapters/sqlite/reader.hpp"
#include "banyan/base/metrics.hpp"

namespace banyan::sqlite {

/// Readers that any thread may borrow for a moment. A thread finds its own again and again, so that threads seldom
/// meet; there are never more than at the start. Thread-safe.
class InPlaceReaders {
  struct alignas(64) Slot {
    explicit Slot(const Schema& schema, const ConnectionSettings& settings) : reader(schema, settings) {}
    std::atomic<bool> taken{false};
    Reader reader;
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

   private:
    Slot* slot_;
  };

  InPlaceReaders(const Schema& schema, const ConnectionSettings& settings, std::size_t readers) {
    for (std::size_t i = 0; i < readers; ++i) slots_.push_back(std::make_unique<Slot>(schema, settings));
  }

  Lease borrow() noexcept {
    const std::size_t home = metric_stripe();
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      Slot* slot = slots_[(home + i) % slots_.size()].get();
      if (!slot->taken.exchange(true, std::memory_order_acquire)) return Lease(slot);
    }
    return Lease(nullptr);
  }

  /// Closes the connections; no lease may be out.
  void close() { slots_.clear(); }

 private:
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace banyan::sqlite
