#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace banyan {

using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// Microseconds since 1970-01-01T00:00:00Z.
using UnixMicros = std::int64_t;

/// Time, passed in so that tests can hold it still. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Never goes back; for deadlines and durations.
  virtual SteadyTime steady() const = 0;
  /// The wall clock; may jump. For timestamps and versions.
  virtual UnixMicros wall() const = 0;
};

class SystemClock final : public Clock {
 public:
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  UnixMicros wall() const override {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

/// A clock that moves only when it is told to.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UnixMicros wall = 1'700'000'000'000'000) : wall_(wall) {}
  SteadyTime steady() const override { return SteadyTime(Duration(steady_.load())); }
  UnixMicros wall() const override { return wall_.load(); }
  void advance(Duration by) {
    steady_ += by.count();
    wall_ += std::chrono::duration_cast<std::chrono::microseconds>(by).count();
  }
  void set_wall(UnixMicros wall) { wall_ = wall; }

 private:
  std::atomic<Duration::rep> steady_{1'000'000'000};
  std::atomic<UnixMicros> wall_;
};

}  // namespace banyan
