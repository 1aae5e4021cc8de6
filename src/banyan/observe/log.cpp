#include "banyan/observe/log.hpp"

#include <pthread.h>
#include <signal.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "banyan/observe/access_line.hpp"
#include "banyan/observe/descriptor_writer.hpp"
#include "banyan/observe/escape.hpp"

namespace banyan::observe {

namespace {

/// Holds SIGPIPE back on the calling thread, so that a reader who went away is an error of write(2) and no more.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec now{};
    if (sigismember(&before_, SIGPIPE) == 0) sigtimedwait(&pipe_, nullptr, &now);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

/// Where spdlog's lines end: a descriptor that is never waited for longer than the operator's patience.
class DescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  DescriptorSink(const DescriptorWriter& writer, std::chrono::milliseconds patience, Counter& dropped)
      : spdlog::sinks::base_sink<std::mutex>(std::make_unique<spdlog::pattern_formatter>("%v")),
        writer_(writer),
        patience_(patience),
        dropped_(dropped) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const WithoutSigpipe quiet;
    // Only the first of many lines waits for a reader who takes nothing.
    const auto patience = stalled_ ? std::chrono::milliseconds(0) : patience_;
    stalled_ = writer_.write({line.data(), line.size()}, patience, [] { return false; }).failed;
    if (stalled_) dropped_.add();
  }
  void flush_() override {}

 private:
  DescriptorWriter writer_;
  const std::chrono::milliseconds patience_;
  Counter& dropped_;
  bool stalled_ = false;
};

constexpr std::array<std::string_view, 4> level_words{"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 4> level_colours{"\033[2m", "\033[32m", "\033[33m", "\033[31m"};

std::size_t index_of(LogLevel level) { return std::min<std::size_t>(static_cast<std::size_t>(level), 3); }

std::string timestamp(UnixMicros at) {
  const UnixMicros now = std::max<UnixMicros>(at, 0);
  SecondText second;
  const std::string millisecond = std::to_string(now % 1'000'000 / 1'000);
  return std::string(second.of(now / 1'000'000), 19) + "." + std::string(3 - millisecond.size(), '0') + millisecond +
         "Z";
}

std::string escaped(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return json_escaped(text);
  // Not in the middle of a character.
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xc0) == 0x80) --max_bytes;
  return json_escaped(text.substr(0, max_bytes)) + "…";
}

bool is_taken(std::string_view name) { return name == "ts" || name == "level" || name == "message"; }

bool is_bare_word(std::string_view text) {
  return !text.empty() && std::ranges::none_of(text, [](char c) { return c == ' ' || c == '=' || needs_escape(c); });
}

}  // namespace

OperatorLog::OperatorLog(OperatorLogOptions options, const Clock& clock, Metrics& metrics)
    : options_(options),
      clock_(clock),
      dropped_(metrics.counter("banyan_log_dropped_total", "Lines of the operator's log that could not be written.")) {
  const DescriptorWriter writer(options.descriptor);
  text_ = options.format == LogFormat::text || (options.format == LogFormat::automatic && writer.is_terminal());
  colour_ = text_ && writer.is_terminal();
  auto sink = std::make_shared<DescriptorSink>(writer, options.patience, dropped_);
  logger_ = std::make_unique<spdlog::logger>("banyan", std::move(sink));
  logger_->set_level(spdlog::level::trace);
  logger_->set_error_handler([](const std::string&) {});
}

OperatorLog::~OperatorLog() = default;

void OperatorLog::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) noexcept try {
  if (level < options_.level) return;
  const std::string line = text_ ? text_line(level, message, fields) : json_line(level, message, fields);
  logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
} catch (...) {
  dropped_.add();
}

std::string OperatorLog::json_line(LogLevel level, std::string_view message,
                                   std::initializer_list<LogField> fields) const {
  std::string line = R"({"ts":")" + timestamp(clock_.wall()) + R"(","level":")";
  line += level_words[index_of(level)];
  line += R"(","message":")" + escaped(message, options_.text_bytes_max) + '"';
  for (const auto& [name, value] : fields) {
    line += is_taken(name) ? ",\"_" : ",\"";
    line += escaped(name, options_.text_bytes_max) + R"(":")" + escaped(value, options_.text_bytes_max) + '"';
  }
  return line + '}';
}

std::string OperatorLog::text_line(LogLevel level, std::string_view message,
                                   std::initializer_list<LogField> fields) const {
  std::string line = timestamp(clock_.wall()).substr(11, 12) + "  ";
  if (colour_) line += level_colours[index_of(level)];
  std::string word(level_words[index_of(level)]);
  line += word.append(7 - word.size(), ' ');
  if (colour_) line += "\033[0m";
  line += "  " + escaped(message, options_.text_bytes_max);
  for (const auto& [name, value] : fields) {
    const std::string text = escaped(value, options_.text_bytes_max);
    line += "  " + escaped(name, options_.text_bytes_max) + '=';
    line += is_bare_word(value) ? text : '"' + text + '"';
  }
  return line;
}

}  // namespace banyan::observe
