#include "banyan/observe/line_ring.hpp"

#include <stdexcept>

namespace banyan::observe {

// Invariants: head == tail says empty; after a wrap head < tail, and the bytes are [tail, wrap) and [0, head).
// The consumer reads wrap_ only after it saw a head below its tail, and the producer writes it next only after the
// consumer's tail came round, so that it needs no atomic of its own.

LineRing::LineRing(std::size_t bytes, std::size_t max_line_bytes)
    : size_(bytes), max_line_(max_line_bytes), bytes_(std::make_unique_for_overwrite<char[]>(bytes)) {
  if (max_line_bytes * 2 >= bytes) throw std::logic_error("a ring must be longer than two lines");
}

std::size_t LineRing::used(std::size_t head, std::size_t tail) const noexcept {
  return head >= tail ? head - tail : wrap_ - tail + head;
}

char* LineRing::reserve() noexcept {
  const std::size_t head = head_.load(std::memory_order_relaxed);
  const auto place = [&](std::size_t tail) -> char* {
    if (head >= tail) {
      if (size_ - head >= max_line_) return &bytes_[head];
      return tail > max_line_ ? bytes_.get() : nullptr;
    }
    return tail - head > max_line_ ? &bytes_[head] : nullptr;
  };
  if (char* const room = place(seen_tail_)) return room;
  seen_tail_ = tail_.load(std::memory_order_acquire);
  return place(seen_tail_);
}

bool LineRing::commit(std::size_t bytes) noexcept {
  std::size_t head = head_.load(std::memory_order_relaxed);
  if (head >= seen_tail_ && size_ - head < max_line_) {  // reserve() gave the beginning.
    wrap_ = head;
    head = 0;
  }
  head += bytes;
  lines_.store(lines_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  head_.store(head, std::memory_order_release);
  if (used(head, seen_tail_) <= size_ / 2) return false;
  seen_tail_ = tail_.load(std::memory_order_acquire);
  return used(head, seen_tail_) > size_ / 2;
}

std::string_view LineRing::readable() noexcept {
  const std::size_t head = head_.load(std::memory_order_acquire);
  std::size_t tail = tail_.load(std::memory_order_relaxed);
  if (head < tail && tail == wrap_) {
    tail = 0;
    tail_.store(0, std::memory_order_release);
  }
  const std::size_t end = head >= tail ? head : wrap_;
  return {&bytes_[tail], end - tail};
}

void LineRing::consume(std::size_t bytes) noexcept {
  const std::size_t tail = tail_.load(std::memory_order_relaxed) + bytes;
  tail_.store(tail, std::memory_order_release);
}

}  // namespace banyan::observe
