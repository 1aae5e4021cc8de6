#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

namespace banyan::observe {

/// Writes bytes to a file descriptor that it does not own, and never longer than it is told: where a write could wait
/// (a pipe, a socket, a terminal) it asks poll(2) first and writes no more than is sure to fit. A pipe that other
/// processes fill at the same moment is the exception.
/// What is written is lines: after a write that failed inside one, the next begins on a line of its own.
/// One thread at a time. That thread has SIGPIPE blocked or ignored.
class DescriptorWriter {
 public:
  explicit DescriptorWriter(int descriptor);

  /// True says go on waiting for a reader that takes nothing; asked every `patience`.
  using GoOn = std::function<bool()>;

  struct Outcome {
    std::size_t written = 0;
    bool failed = false;  ///< Nobody reads any more, the disk is full, or `go_on` said no.
  };
  Outcome write(std::string_view bytes, std::chrono::milliseconds patience, const GoOn& go_on);

  bool is_terminal() const noexcept { return terminal_; }

 private:
  bool wait_writable(std::chrono::milliseconds patience) const;
  Outcome write_some(std::string_view bytes, std::chrono::milliseconds patience, const GoOn& go_on) const;

  int descriptor_;
  bool may_wait_ = true;
  bool socket_ = false;
  bool terminal_ = false;
  bool torn_ = false;  ///< The last byte written was not the end of a line.
};

}  // namespace banyan::observe
