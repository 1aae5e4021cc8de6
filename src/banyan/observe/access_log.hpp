#pragma once

#include <semaphore.h>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "banyan/base/access_log.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/observe/access_line.hpp"
#include "banyan/observe/descriptor_writer.hpp"
#include "banyan/observe/line_ring.hpp"

namespace banyan::observe {

enum class LogFormat : unsigned char {
  automatic,  ///< Text on a terminal, JSON lines elsewhere.
  json,
  text,
};

struct AccessLogOptions {
  int descriptor = 1;  ///< Not owned.
  LogFormat format = LogFormat::automatic;
  std::size_t rings = 0;                        ///< 0: one a core, at least 2, at most 64.
  std::size_t ring_bytes = 256 * 1024;          ///< More than two longest lines (13 KB).
  std::chrono::milliseconds interval{50};       ///< How long a line waits to be written, at most, when all goes well.
  std::chrono::milliseconds flush_time{1'000};  ///< How long the destructor waits for a reader that takes nothing.
};

/// An access log that costs its caller some hundred instructions: record() builds the line in a ring of the calling
/// thread's own, and one background thread writes the rings out. Lines of one thread keep their order; those of
/// different threads need not. What does not fit, and what could not be written, is counted in
/// `banyan_access_log_dropped_total`; what was written in `banyan_access_log_lines_total`.
/// Thread-safe. The destructor writes what is left; nobody may be recording then. `metrics` outlives it.
class BackgroundAccessLog final : public AccessLog {
 public:
  BackgroundAccessLog(AccessLogOptions options, Metrics& metrics);
  ~BackgroundAccessLog() override;
  BackgroundAccessLog(const BackgroundAccessLog&) = delete;
  BackgroundAccessLog& operator=(const BackgroundAccessLog&) = delete;

  void record(const AccessEntry& entry) noexcept override;

 private:
  struct Stripe {
    explicit Stripe(std::size_t bytes) : ring(bytes, max_access_line_bytes) {}
    LineRing ring;
    SecondText seconds;            ///< Guarded by the ring's lock.
    std::uint64_t lines_seen = 0;  ///< The background thread's.
  };

  Stripe* lock_stripe() noexcept;
  void wake() noexcept;
  void run();
  void wait() noexcept;
  void drain();
  void drain(Stripe& stripe);
  bool go_on() const;

  const AccessLogOptions options_;
  DescriptorWriter writer_;
  const bool text_;
  const bool colour_;
  Counter& lines_;
  Counter& dropped_;
  std::vector<std::unique_ptr<Stripe>> stripes_;
  std::atomic<bool> woken_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<std::chrono::steady_clock::rep> flush_until_{0};
  sem_t wake_up_;
  std::thread thread_;
};

/// The access log switched off.
class NullAccessLog final : public AccessLog {
 public:
  void record(const AccessEntry&) noexcept override {}
};

}  // namespace banyan::observe
