#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace banyan {

enum class LogLevel : unsigned char { debug, info, warning, error };

using LogField = std::pair<std::string_view, std::string>;

/// What the operator reads: start, stop, and what went wrong. Not for every request; that is the access log.
/// Thread-safe; never blocks for long, never throws.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message,
                     std::initializer_list<LogField> fields = {}) noexcept = 0;

  void info(std::string_view message, std::initializer_list<LogField> fields = {}) noexcept {
    write(LogLevel::info, message, fields);
  }
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) noexcept {
    write(LogLevel::warning, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) noexcept {
    write(LogLevel::error, message, fields);
  }
};

/// Says nothing: for tools and tests.
class NullLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) noexcept override {}
};

}  // namespace banyan
