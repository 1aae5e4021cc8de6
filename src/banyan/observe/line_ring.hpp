#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace banyan::observe {

/// A bounded ring of lines between threads that write them and one that takes them away. A line is built in place and
/// never wraps round (a "bip buffer", S. Cooke 2003): what is left at the end is skipped when a line may not fit.
///
/// Thread safety: producers hold try_lock(), so one at a time; readable() and consume() on one consumer's thread.
/// Nobody ever waits for anybody.
class LineRing {
 public:
  /// `max_line_bytes` bounds a line; it must be less than half of `bytes`.
  LineRing(std::size_t bytes, std::size_t max_line_bytes);

  bool try_lock() noexcept { return !locked_.exchange(true, std::memory_order_acquire); }
  void unlock() noexcept { locked_.store(false, std::memory_order_release); }

  /// Room for one line of any length up to the bound; null when there is none. With the lock.
  char* reserve() noexcept;
  /// Hands over what was written into the room. With the lock. True when the ring is more than half full.
  bool commit(std::size_t bytes) noexcept;

  /// The oldest bytes not yet consumed, whole lines; empty when there are none.
  std::string_view readable() noexcept;
  void consume(std::size_t bytes) noexcept;

  /// How many lines were ever committed. Any thread.
  std::uint64_t lines() const noexcept { return lines_.load(std::memory_order_acquire); }

 private:
  std::size_t used(std::size_t head, std::size_t tail) const noexcept;

  const std::size_t size_;
  const std::size_t max_line_;
  std::unique_ptr<char[]> bytes_;

  // The producer's cache line.
  alignas(64) std::atomic<bool> locked_{false};
  std::atomic<std::size_t> head_{0};
  std::atomic<std::uint64_t> lines_{0};
  std::size_t seen_tail_ = 0;  ///< The tail as the producer last saw it: spares it the consumer's cache line.
  std::size_t wrap_ = 0;       ///< Where the bytes before the last wrap end; handed over by head_.

  alignas(64) std::atomic<std::size_t> tail_{0};
};

}  // namespace banyan::observe
