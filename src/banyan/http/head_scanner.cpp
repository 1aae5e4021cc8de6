#include "banyan/http/head_scanner.hpp"

#include <bit>
#include <cstring>

namespace banyan::http {
namespace {

static_assert(std::endian::native == std::endian::little);

// The first byte below 0x20 at or after `from`, or the size. Eight bytes a step: a byte below 0x20 borrows into its
// own top bit ("Bit Twiddling Hacks", S. E. Anderson, hasless); the lowest such bit is exact.
std::size_t find_control(std::string_view data, std::size_t from) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t tops = ones * 0x80;
  for (; from + 8 <= data.size(); from += 8) {
    std::uint64_t word;
    std::memcpy(&word, data.data() + from, 8);
    const std::uint64_t hits = (word - ones * 0x20) & ~word & tops;
    if (hits) return from + static_cast<std::size_t>(std::countr_zero(hits)) / 8;
  }
  while (from < data.size() && static_cast<unsigned char>(data[from]) >= 0x20) ++from;
  return from;
}

Fault control_fault(char c) noexcept {
  switch (c) {
    case '\n': return Fault::bare_lf;
    case '\r': return Fault::bare_cr;
    case '\0': return Fault::nul;
    default: return Fault::control_character;
  }
}

}  // namespace

void HeadScanner::reset(Kind kind) noexcept {
  kind_ = kind;
  fault_ = Fault::none;
  skipped_ = 0;
  rest_begin_ = 0;
  line_begin_ = 0;
  scanned_ = 0;
  lines_.clear();
}

HeadScanner::State HeadScanner::refuse(Fault fault) noexcept {
  fault_ = fault;
  return State::refused;
}

// The offset of the last byte where the current line, or the end of the head, may still end.
std::size_t HeadScanner::bound(const Limits& limits) const noexcept {
  if (kind_ == Kind::request && lines_.empty()) return skipped_ + limits.request_line_bytes;
  return rest_begin_ + limits.header_bytes;
}

HeadScanner::State HeadScanner::scan(std::string_view data, const Limits& limits) {
  while (true) {
    const bool in_request_line = kind_ == Kind::request && lines_.empty();
    const std::size_t last = bound(limits);
    const std::size_t at = find_control(data, scanned_);
    if (at > last) {
      if (in_request_line) return refuse(Fault::request_line_too_long);
      return refuse(kind_ == Kind::trailers ? Fault::trailers_too_large : Fault::headers_too_large);
    }
    scanned_ = at;
    if (at == data.size()) return State::more;
    if (data[at] == '\t') {
      scanned_ = at + 1;
      continue;
    }
    if (data[at] != '\r') return refuse(control_fault(data[at]));
    if (at + 1 == data.size()) return State::more;
    if (data[at + 1] != '\n') return refuse(Fault::bare_cr);

    const bool empty_line = at == line_begin_;
    const std::size_t begin = line_begin_;
    scanned_ = line_begin_ = at + 2;
    if (empty_line) {
      if (!in_request_line) return State::complete;
      if (skipped_) return refuse(Fault::request_line);
      skipped_ = 2;
      continue;
    }
    if (in_request_line) rest_begin_ = static_cast<std::uint32_t>(line_begin_);
    lines_.push_back(Line{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at)});
    const std::size_t headers = lines_.size() - (kind_ == Kind::request ? 1 : 0);
    if (headers > limits.header_count) {
      return refuse(kind_ == Kind::trailers ? Fault::trailers_too_large : Fault::too_many_headers);
    }
  }
}

}  // namespace banyan::http
