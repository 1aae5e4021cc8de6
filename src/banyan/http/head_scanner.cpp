#include "banyan/http/head_scanner.hpp"

#include <cstring>

namespace banyan::http {
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

// The offset of the last byte where the CR of the current line, or of the empty one at the end, may stand.
std::size_t HeadScanner::bound(const Limits& limits) const noexcept {
  if (in_request_line()) return skipped_ + limits.request_line_bytes;
  return rest_begin_ + limits.header_bytes;
}

HeadScanner::State HeadScanner::scan(std::string_view data, const Limits& limits) {
  std::size_t last = bound(limits);
  const std::size_t lines_max = limits.header_count + (kind_ == Kind::request ? 1 : 0);
  while (true) {
    const void* const found = std::memchr(data.data() + scanned_, '\n', data.size() - scanned_);
    if (!found) {
      scanned_ = data.size();
      return scanned_ > last + 1 ? refuse(too_large()) : State::more;
    }
    const auto lf = static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
    const std::size_t begin = line_begin_;
    if (lf > last + 1) return refuse(too_large());
    if (lf == begin || data[lf - 1] != '\r') return refuse(Fault::bare_lf);
    scanned_ = line_begin_ = lf + 1;
    if (lf == begin + 1) {
      if (!in_request_line()) return State::complete;
      if (skipped_) return refuse(Fault::request_line);
      skipped_ = 2;
      last += 2;
      continue;
    }
    if (in_request_line()) {
      rest_begin_ = static_cast<std::uint32_t>(line_begin_);
      last = line_begin_ + limits.header_bytes;
    }
    lines_.push_back(Line{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(lf - 1)});
    if (lines_.size() > lines_max) {
      return refuse(kind_ == Kind::trailers ? Fault::trailers_too_large : Fault::too_many_headers);
    }
  }
}

Fault HeadScanner::too_large() const noexcept {
  if (kind_ == Kind::trailers) return Fault::trailers_too_large;
  return in_request_line() ? Fault::request_line_too_long : Fault::headers_too_large;
}

}  // namespace banyan::http
