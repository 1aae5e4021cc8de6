#include "banyan/observe/access_line.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>

#include "banyan/observe/escape.hpp"

namespace banyan::observe {

namespace {

constexpr std::string_view cut_mark = "…";
constexpr std::size_t max_number_bytes = 20;

constexpr std::size_t max_text_bytes = max_logged_method_bytes + max_logged_target_bytes + max_logged_route_bytes +
                                       max_logged_request_id_bytes + max_logged_remote_bytes;
static_assert(max_text_bytes * max_escaped_bytes + 6 * max_number_bytes + 5 * cut_mark.size() + 256 <=
              max_access_line_bytes);

/// Writes on, with no check of room: max_access_line_bytes is enough for any line.
class Pen {
 public:
  explicit Pen(char* out) noexcept : start_(out), at_(out) {}

  template <std::size_t size>
  void literal(const char (&text)[size]) noexcept {
    std::memcpy(at_, text, size - 1);
    at_ += size - 1;
  }
  void plain(std::string_view text) noexcept {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void escaped(std::string_view text, std::size_t max_bytes) noexcept {
    at_ = append_escaped_ascii(at_, text.substr(0, max_bytes));
    if (text.size() > max_bytes) plain(cut_mark);
  }
  void number(std::uint64_t value) noexcept {
    if (value < 10) {
      *at_++ = static_cast<char>('0' + value);
    } else {
      at_ = std::to_chars(at_, at_ + max_number_bytes, value).ptr;
    }
  }
  /// Exactly three digits.
  void thousandths(std::uint64_t value) noexcept {
    at_[0] = static_cast<char>('0' + value / 100);
    at_[1] = static_cast<char>('0' + value / 10 % 10);
    at_[2] = static_cast<char>('0' + value % 10);
    at_ += 3;
  }
  void pad_to(std::size_t width, const char* since) noexcept {
    while (at_ - since < static_cast<std::ptrdiff_t>(width)) *at_++ = ' ';
  }
  const char* here() const noexcept { return at_; }
  std::size_t written() const noexcept { return static_cast<std::size_t>(at_ - start_); }

 private:
  char* start_;
  char* at_;
};

struct Instant {
  std::int64_t second = 0;
  std::uint64_t millisecond = 0;
};

// RFC 3339 has four digits for the year.
Instant instant_of(UnixMicros at) noexcept {
  constexpr UnixMicros last = 253'402'300'799'999'999;
  const auto micros = static_cast<std::uint64_t>(std::clamp<UnixMicros>(at, 0, last));
  return {static_cast<std::int64_t>(micros / 1'000'000), micros % 1'000'000 / 1'000};
}

void write_milliseconds(Pen& pen, std::uint64_t duration_us) noexcept {
  pen.number(duration_us / 1'000);
  pen.literal(".");
  pen.thousandths(duration_us % 1'000);
}

std::string_view colour_of(int status) noexcept {
  if (status >= 500) return "\033[31m";
  if (status >= 400) return "\033[33m";
  if (status >= 300) return "\033[36m";
  return "\033[32m";
}

}  // namespace

const char* SecondText::of(std::int64_t unix_second) noexcept {
  if (unix_second == second_) return text_;
  second_ = unix_second;
  using namespace std::chrono;
  const sys_seconds time{seconds(unix_second)};
  const sys_days day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  const auto two = [this](std::size_t at, unsigned value) {
    text_[at] = static_cast<char>('0' + value / 10 % 10);
    text_[at + 1] = static_cast<char>('0' + value % 10);
  };
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  std::memcpy(text_, "0000-00-00T00:00:00", sizeof text_);
  two(0, year / 100);
  two(2, year % 100);
  two(5, static_cast<unsigned>(date.month()));
  two(8, static_cast<unsigned>(date.day()));
  two(11, static_cast<unsigned>(clock.hours().count()));
  two(14, static_cast<unsigned>(clock.minutes().count()));
  two(17, static_cast<unsigned>(clock.seconds().count()));
  return text_;
}

std::size_t write_json_line(char* out, const AccessEntry& entry, SecondText& seconds) noexcept {
  const Instant at = instant_of(entry.at);
  Pen pen(out);
  pen.literal(R"({"ts":")");
  pen.plain({seconds.of(at.second), 19});
  pen.literal(".");
  pen.thousandths(at.millisecond);
  pen.literal(R"(Z","method":")");
  pen.escaped(entry.method, max_logged_method_bytes);
  pen.literal(R"(","target":")");
  pen.escaped(entry.target, max_logged_target_bytes);
  pen.literal(R"(","route":")");
  pen.escaped(entry.route, max_logged_route_bytes);
  pen.literal(R"(","status":)");
  pen.thousandths(static_cast<unsigned>(entry.status) % 1'000);
  pen.literal(R"(,"duration_ms":)");
  write_milliseconds(pen, entry.duration_us);
  pen.literal(R"(,"bytes_in":)");
  pen.number(entry.bytes_in);
  pen.literal(R"(,"bytes_out":)");
  pen.number(entry.bytes_out);
  pen.literal(R"(,"request_id":")");
  pen.escaped(entry.request_id, max_logged_request_id_bytes);
  pen.literal(R"(","remote":")");
  pen.escaped(entry.remote, max_logged_remote_bytes);
  pen.literal("\"}\n");
  return pen.written();
}

std::size_t write_text_line(char* out, const AccessEntry& entry, SecondText& seconds, bool colour) noexcept {
  const Instant at = instant_of(entry.at);
  Pen pen(out);
  pen.plain({seconds.of(at.second) + 11, 8});
  pen.literal(".");
  pen.thousandths(at.millisecond);
  pen.literal("  ");
  if (colour) pen.plain(colour_of(entry.status));
  pen.thousandths(static_cast<unsigned>(entry.status) % 1'000);
  if (colour) pen.literal("\033[0m");
  pen.literal("  ");
  const char* const column = pen.here();
  pen.escaped(entry.method, max_logged_method_bytes);
  pen.literal(" ");
  pen.escaped(entry.target, max_logged_target_bytes);
  pen.pad_to(40, column);
  pen.literal("  ");
  if (colour) pen.literal("\033[2m");
  write_milliseconds(pen, entry.duration_us);
  pen.literal(" ms  ");
  pen.number(entry.bytes_out);
  pen.literal(" B  ");
  pen.escaped(entry.remote, max_logged_remote_bytes);
  pen.literal("  ");
  pen.escaped(entry.request_id, max_logged_request_id_bytes);
  if (colour) pen.literal("\033[0m");
  pen.literal("\n");
  return pen.written();
}

}  // namespace banyan::observe
