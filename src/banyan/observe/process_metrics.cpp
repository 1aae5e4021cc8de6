#include "banyan/observe/process_metrics.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace banyan::observe {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::string read_file(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

double to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? static_cast<double>(value) : unknown;
}

/// The n-th word after the program's name in /proc/self/stat, numbered from 3 as proc(5) does. The name stands in
/// parentheses and may hold blanks and parentheses itself.
double stat_field(std::size_t field) {
  const std::string stat = read_file("/proc/self/stat");
  std::size_t at = stat.rfind(") ");
  if (at == std::string::npos) return unknown;
  at += 2;
  for (std::size_t i = 3; i < field; ++i) {
    at = stat.find(' ', at);
    if (at == std::string::npos) return unknown;
    ++at;
  }
  return to_number(std::string_view(stat).substr(at));
}

double boot_time_seconds() {
  const std::string stat = read_file("/proc/stat");
  const std::size_t at = stat.find("\nbtime ");
  return at == std::string::npos ? unknown : to_number(std::string_view(stat).substr(at + 7));
}

double ticks_per_second() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

double cpu_seconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return unknown;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
  const std::string statm = read_file("/proc/self/statm");  // size resident shared …, in pages
  const std::size_t blank = statm.find(' ');
  if (blank == std::string::npos) return unknown;
  return to_number(std::string_view(statm).substr(blank + 1)) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double walk_handles() {
  std::error_code error;
  double count = -1;  // The handle that reads the folder is in it, too.
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end; at.increment(error)) {
    ++count;
  }
  return error ? unknown : count;
}

/// Counts the open handles. Linux says how many there are since 6.2, as the folder's size; before, they are walked
/// through, at most once a second, for there may be tens of thousands and an event loop waits. Thread-safe.
class OpenHandles {
 public:
  double count() {
    struct stat folder{};
    if (::stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0) return static_cast<double>(folder.st_size);
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (!walked_at_ || now - *walked_at_ > std::chrono::seconds(1)) {
      count_ = walk_handles();
      walked_at_ = now;
    }
    return count_;
  }

 private:
  std::mutex mutex_;
  std::optional<std::chrono::steady_clock::time_point> walked_at_;
  double count_ = 0;
};

double max_handles() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : unknown;
}

}  // namespace

void add_process_metrics(Metrics& metrics, const BuildInfo& build) {
  using Kind = Metrics::SampleKind;
  metrics.sample("process_cpu_seconds_total", "User and system CPU time spent.", Kind::counter, cpu_seconds);
  metrics.sample("process_resident_memory_bytes", "Resident memory.", Kind::gauge, resident_bytes);
  metrics.sample("process_virtual_memory_bytes", "Virtual memory.", Kind::gauge, [] { return stat_field(23); });
  metrics.sample("process_open_fds", "Open file handles.", Kind::gauge,
                 [handles = std::make_shared<OpenHandles>()] { return handles->count(); });
  metrics.sample("process_max_fds", "File handles that may be open.", Kind::gauge, max_handles);
  metrics.sample("process_threads", "Threads.", Kind::gauge, [] { return stat_field(20); });
  const double started = boot_time_seconds() + stat_field(22) / ticks_per_second();
  metrics.sample("process_start_time_seconds", "When the process started, in seconds since 1970.", Kind::gauge,
                 [started] { return started; });
  metrics
      .gauge("banyan_build_info", "Always 1; the labels say what is running.",
             {{"version", build.version}, {"compiler", build.compiler}})
      .set(1);
}

}  // namespace banyan::observe
