#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace banyan::http {

/// Bytes on their way in or out: filled at the end, taken from the front. Empty-handed until it has a block.
class Buffer {
 public:
  static constexpr std::size_t block_bytes = 16 * 1024;

  Buffer() = default;
  explicit Buffer(std::size_t capacity)
      : data_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(static_cast<std::uint32_t>(capacity)) {}
  Buffer(Buffer&& other) noexcept
      : data_(std::move(other.data_)),
        capacity_(std::exchange(other.capacity_, 0)),
        begin_(std::exchange(other.begin_, 0)),
        end_(std::exchange(other.end_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    data_ = std::move(other.data_);
    capacity_ = std::exchange(other.capacity_, 0);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    return *this;
  }

  void adopt(std::unique_ptr<char[]> block, std::size_t capacity) noexcept {
    data_ = std::move(block);
    capacity_ = static_cast<std::uint32_t>(capacity);
    clear();
  }
  /// Leaves it empty-handed.
  std::unique_ptr<char[]> surrender() noexcept {
    capacity_ = 0;
    clear();
    return std::move(data_);
  }

  bool has_block() const noexcept { return capacity_ != 0; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return begin_ == end_; }
  std::string_view bytes() const noexcept { return std::string_view(data_.get() + begin_, end_ - begin_); }

  char* room() noexcept { return data_.get() + end_; }
  std::size_t room_bytes() const noexcept { return capacity_ - end_; }
  void added(std::size_t bytes) noexcept { end_ += static_cast<std::uint32_t>(bytes); }
  void add(std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(room(), text.data(), text.size());
    added(text.size());
  }
  /// Takes bytes off the front; what is left stays where it is.
  void consume(std::size_t bytes) noexcept { begin_ += static_cast<std::uint32_t>(bytes); }
  void clear() noexcept { begin_ = end_ = 0; }

  /// Makes sure of `bytes` of room, at most 1 GB; moves what it holds.
  void reserve(std::size_t bytes) {
    if (room_bytes() < bytes) make_room(bytes);
  }

 private:
  void make_room(std::size_t bytes) {
    const std::size_t held = end_ - begin_;
    if (capacity_ - held >= bytes) {
      std::memmove(data_.get(), data_.get() + begin_, held);
    } else {
      Buffer larger(std::max<std::size_t>(held + bytes, 2 * std::size_t{capacity_}));
      if (held) std::memcpy(larger.data_.get(), data_.get() + begin_, held);
      data_ = std::move(larger.data_);
      capacity_ = larger.capacity_;
    }
    begin_ = 0;
    end_ = static_cast<std::uint32_t>(held);
  }

  std::unique_ptr<char[]> data_;
  std::uint32_t capacity_ = 0;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
};

/// A loop's spare blocks, so that idle connections hold none. Thread safety: none.
class BufferPool {
 public:
  /// Gives `buffer`, which has none, a block.
  void lend(Buffer& buffer) {
    if (spare_count_ == 0) {
      buffer = Buffer(Buffer::block_bytes);
    } else {
      buffer.adopt(std::move(spare_[--spare_count_]), Buffer::block_bytes);
    }
  }
  void take_back(Buffer& buffer) noexcept {
    const bool standard = buffer.capacity() == Buffer::block_bytes;
    std::unique_ptr<char[]> block = buffer.surrender();
    if (standard && spare_count_ < spare_max) spare_[spare_count_++] = std::move(block);
  }

 private:
  static constexpr std::size_t spare_max = 64;
  std::array<std::unique_ptr<char[]>, spare_max> spare_;
  std::size_t spare_count_ = 0;
};

}  // namespace banyan::http
