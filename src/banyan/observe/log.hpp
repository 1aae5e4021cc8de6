#pragma once

#include <memory>
#include <string>

#include "banyan/base/clock.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/observe/access_log.hpp"

namespace spdlog {
class logger;
}

namespace banyan::observe {

struct OperatorLogOptions {
  int descriptor = 2;  ///< Not owned.
  LogFormat format = LogFormat::automatic;
  LogLevel level = LogLevel::info;          ///< What is below is not written.
  std::size_t text_bytes_max = 4096;        ///< A longer message or value is cut, and ends in "…".
  std::chrono::milliseconds patience{100};  ///< How long a line waits for a reader that takes nothing.
};

/// The operator's log: JSON lines ({"ts","level","message",…fields}) or text, one line an event, whatever the message
/// holds. A field named like one of the first three gets an underscore before its name.
/// Thread-safe. A line that cannot be written within `patience` is dropped and counted in `banyan_log_dropped_total`.
class OperatorLog final : public Log {
 public:
  /// `clock` and `metrics` outlive it.
  OperatorLog(OperatorLogOptions options, const Clock& clock, Metrics& metrics);
  ~OperatorLog() override;

  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) noexcept override;

 private:
  std::string json_line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;
  std::string text_line(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;

  const OperatorLogOptions options_;
  const Clock& clock_;
  Counter& dropped_;
  bool text_ = false;
  bool colour_ = false;
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace banyan::observe
