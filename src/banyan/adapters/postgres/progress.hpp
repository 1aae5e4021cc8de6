#pragma once

#include <cstdint>
#include <deque>

#include "banyan/base/clock.hpp"

namespace banyan::postgres {

/// When the primary's log was how far, as it was seen. Thread safety: none.
class Progress {
 public:
  /// Told apart are delays up to `horizon`; to a hundredth of it, or as closely as it is noted.
  explicit Progress(Duration horizon) : horizon_(horizon) {}

  void note(SteadyTime at, std::uint64_t lsn);
  /// For another log.
  void forget() noexcept { samples_.clear(), last_ = {}; }

  /// How far it is.
  /// For how long it had been further than that when it was noted last. Nothing for what is as far as it.
  Duration behind(std::uint64_t lsn) const noexcept;

 private:
  struct Sample {
    SteadyTime at;
    std::uint64_t lsn = 0;
  };

  Duration horizon_;
  std::deque<Sample> samples_;  ///< Growing in both.
  Sample last_;
};

}  // namespace banyan::postgres
