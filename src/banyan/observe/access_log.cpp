#include "banyan/observe/access_log.hpp"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <ctime>

namespace banyan::observe {

namespace {

std::size_t ring_count(std::size_t wanted) {
  if (wanted > 0) return wanted;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 64);
}

/// Numbers the threads that record, so that each has a ring of its own while there are enough.
std::size_t thread_number() noexcept {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t number = next.fetch_add(1, std::memory_order_relaxed);
  return number;
}

std::uint64_t count_lines(std::string_view bytes) {
  return static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
}

}  // namespace

BackgroundAccessLog::BackgroundAccessLog(AccessLogOptions options, Metrics& metrics)
    : options_(options),
      writer_(options.descriptor),
      text_(options.format == LogFormat::text || (options.format == LogFormat::automatic && writer_.is_terminal())),
      colour_(text_ && writer_.is_terminal()),
      lines_(metrics.counter("banyan_access_log_lines_total", "Lines of the access log that were written.")),
      dropped_(metrics.counter("banyan_access_log_dropped_total",
                               "Lines of the access log that were dropped, for lack of room or of a reader.")) {
  for (std::size_t i = 0; i < ring_count(options.rings); ++i) {
    stripes_.push_back(std::make_unique<Stripe>(options.ring_bytes));
  }
  sem_init(&wake_up_, 0, 0);
  // The new thread inherits the mask: signals are for others, and a broken pipe is an error here, not a signal.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

BackgroundAccessLog::~BackgroundAccessLog() {
  flush_until_ = (std::chrono::steady_clock::now() + options_.flush_time).time_since_epoch().count();
  stopping_ = true;
  sem_post(&wake_up_);
  thread_.join();
  sem_destroy(&wake_up_);
}

BackgroundAccessLog::Stripe* BackgroundAccessLog::lock_stripe() noexcept {
  const std::size_t count = stripes_.size();
  std::size_t at = thread_number() % count;
  for (std::size_t tries = 0; tries < count; ++tries) {
    if (stripes_[at]->ring.try_lock()) return stripes_[at].get();
    if (++at == count) at = 0;
  }
  return nullptr;
}

void BackgroundAccessLog::record(const AccessEntry& entry) noexcept {
  Stripe* const stripe = lock_stripe();
  if (!stripe) return dropped_.add();
  char* const room = stripe->ring.reserve();
  bool is_filling = true;
  if (room) {
    is_filling = stripe->ring.commit(text_ ? write_text_line(room, entry, stripe->seconds, colour_)
                                           : write_json_line(room, entry, stripe->seconds));
  }
  stripe->ring.unlock();
  if (!room) dropped_.add();
  if (is_filling) wake();
}

void BackgroundAccessLog::wake() noexcept {
  if (woken_.load(std::memory_order_relaxed) || woken_.exchange(true)) return;
  sem_post(&wake_up_);
}

void BackgroundAccessLog::wait() noexcept {
  timespec until{};
  clock_gettime(CLOCK_MONOTONIC, &until);
  const auto at = std::chrono::nanoseconds(until.tv_nsec) + options_.interval;
  until.tv_sec += static_cast<time_t>(at / std::chrono::seconds(1));
  until.tv_nsec = static_cast<long>((at % std::chrono::seconds(1)).count());
  sem_clockwait(&wake_up_, CLOCK_MONOTONIC, &until);
  woken_ = false;
}

void BackgroundAccessLog::run() {
  pthread_setname_np(pthread_self(), "access-log");
  while (!stopping_) {
    wait();
    drain();
  }
  drain();
}

void BackgroundAccessLog::drain() {
  for (const auto& stripe : stripes_) drain(*stripe);
}

bool BackgroundAccessLog::go_on() const {
  return !stopping_ || std::chrono::steady_clock::now().time_since_epoch().count() < flush_until_;
}

// Twice, because a ring that has come round holds two pieces.
void BackgroundAccessLog::drain(Stripe& stripe) {
  for (int piece = 0; piece < 2; ++piece) {
    const std::string_view bytes = stripe.ring.readable();
    if (bytes.empty()) break;
    const auto still_wanted = [this] { return go_on(); };
    const DescriptorWriter::Outcome outcome = writer_.write(bytes, options_.interval, still_wanted);
    if (outcome.failed) {
      const std::uint64_t lost = count_lines(bytes.substr(outcome.written));
      dropped_.add(lost);
      stripe.lines_seen += lost;
    }
    stripe.ring.consume(bytes.size());
  }
  // A line committed a moment ago may be counted before it is written; at rest the figure is exact.
  const std::uint64_t lines = stripe.ring.lines();
  if (lines > stripe.lines_seen) {
    lines_.add(lines - stripe.lines_seen);
    stripe.lines_seen = lines;
  }
}

}  // namespace banyan::observe
