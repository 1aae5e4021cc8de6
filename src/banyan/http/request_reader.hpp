#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/http/chunk_decoder.hpp"
#include "banyan/http/fault.hpp"
#include "banyan/http/head_parser.hpp"
#include "banyan/http/head_scanner.hpp"
#include "banyan/http/request.hpp"

namespace banyan::http {

/// Turns the bytes of one request into a Request. Knows no sockets.
/// Invariant: the outcome depends on the bytes alone, never on how they were split.
/// Thread safety: none.
class RequestReader {
 public:
  enum class State : std::uint8_t { more, complete, refused };
  struct Step {
    State state;
    std::size_t consumed;  ///< So many bytes of `data` are dealt with: do not bring them again.
  };

  /// Forgets the last request; keeps some memory for the next.
  void reset();

  /// `data` is all that arrived and was not consumed. It may move between calls as long as it is not consumed. From
  /// the call that completes the head on, the bytes consumed so far must stay where they are until the next reset(),
  /// for `request()` points there.
  Step advance(std::string_view data, const Limits& limits);

  /// Whether the head is complete, and well-formed.
  bool has_head() const noexcept { return phase_ != Phase::head; }
  const Head& head() const noexcept { return head_; }
  Request& request() noexcept { return request_; }
  Fault fault() const noexcept { return fault_; }
  /// What it keeps of a body that did not come along with its head.
  std::size_t held_body_bytes() const noexcept { return body_.size(); }

 private:
  enum class Phase : std::uint8_t { head, fixed_body, chunked_body, complete };
  Step refuse(Fault fault) noexcept;
  Step complete(std::size_t consumed, std::string_view body) noexcept;
  Step read_head(std::string_view data, const Limits& limits);
  Step read_fixed_body(std::string_view data);
  Step read_chunked_body(std::string_view data, const Limits& limits);

  Phase phase_ = Phase::head;
  Fault fault_ = Fault::none;
  HeadScanner scanner_;
  Head head_;
  Request request_;
  std::string body_;
  ChunkDecoder chunks_;
};

}  // namespace banyan::http
