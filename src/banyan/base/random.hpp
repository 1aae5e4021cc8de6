#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace banyan {

/// Randomness, passed in so that a seed can reproduce a run.
/// Thread safety: SystemRandom is thread-safe; SeededRandom is not.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;
  /// Uniform over all 64-bit values.
  std::uint64_t next();
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
};

/// The operating system's generator (getrandom): fit for keys and tokens.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override;
};

/// The same sequence for the same seed; for tests and simulations, never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::byte> bytes) override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace banyan
