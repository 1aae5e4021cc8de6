#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "banyan/http/fault.hpp"
#include "banyan/http/server.hpp"

namespace banyan::http {

/// Finds the lines of a message's head, or of a trailer section, while its bytes arrive. Refuses at once a line that
/// ends with LF alone, which two readers could take differently, and what is too large. What a line holds is looked at
/// by parse_head(), which refuses any CR that is left in it.
/// Invariant: what it says depends on the bytes alone, never on how they were split.
class HeadScanner {
 public:
  enum class Kind : std::uint8_t { request, trailers };
  enum class State : std::uint8_t { more, complete, refused };

  /// A line without its CR LF, as offsets.
  struct Line {
    std::uint32_t begin;
    std::uint32_t end;
  };

  void reset(Kind kind) noexcept;

  /// `data` is all that has arrived since the reset, at most 4 GB; it may have moved since the last call.
  State scan(std::string_view data, const Limits& limits);

  Fault fault() const noexcept { return fault_; }
  /// The lines, without the empty one at the end; the request line first.
  std::span<const Line> lines() const noexcept { return lines_; }
  /// The bytes up to the end of the empty line. One empty line before a request (RFC 9112, section 2.2) counts too.
  std::size_t bytes() const noexcept { return line_begin_; }

 private:
  State refuse(Fault fault) noexcept;
  std::size_t bound(const Limits& limits) const noexcept;
  Fault too_large() const noexcept;
  bool in_request_line() const noexcept { return kind_ == Kind::request && lines_.empty(); }

  Kind kind_ = Kind::request;
  Fault fault_ = Fault::none;
  std::uint32_t skipped_ = 0;
  std::uint32_t rest_begin_ = 0;
  std::size_t line_begin_ = 0;
  std::size_t scanned_ = 0;
  std::vector<Line> lines_;
};

}  // namespace banyan::http
