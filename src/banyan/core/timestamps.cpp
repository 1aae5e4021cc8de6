#include "banyan/core/timestamps.hpp"

#include <chrono>

namespace banyan {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t micros_per_day = 86'400 * micros_per_second;
constexpr UnixMicros first_micros =
    sys_days(year_month_day(std::chrono::year(1), std::chrono::month(1), std::chrono::day(1)))
        .time_since_epoch()
        .count() *
    micros_per_day;
constexpr UnixMicros last_micros =
    (sys_days(year_month_day(std::chrono::year(9999), std::chrono::month(12), std::chrono::day(31)))
         .time_since_epoch()
         .count() +
     1) *
        micros_per_day -
    1;

void put_digits(char* at, unsigned value, int count) {
  for (int i = count - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

void put_date(char* at, year_month_day date) {
  put_digits(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  at[4] = at[7] = '-';
  put_digits(at + 5, static_cast<unsigned>(date.month()), 2);
  put_digits(at + 8, static_cast<unsigned>(date.day()), 2);
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes parts off the front of a text; after the first that is not there, `ok` stays false.
struct Scanner {
  std::string_view rest;
  bool ok = true;

  int digits(std::size_t count) {
    if (rest.size() < count) return ok = false, 0;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest[i])) return ok = false, 0;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
  char one_of(std::string_view allowed) {
    if (rest.empty() || allowed.find(rest.front()) == std::string_view::npos) return ok = false, '\0';
    const char c = rest.front();
    rest.remove_prefix(1);
    return c;
  }
};

std::optional<sys_days> scan_date(Scanner& scanner) {
  const int year = scanner.digits(4);
  scanner.one_of("-");
  const int month = scanner.digits(2);
  scanner.one_of("-");
  const int day = scanner.digits(2);
  const year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day)));
  if (!scanner.ok || year < 1 || !date.ok()) return std::nullopt;
  return sys_days(date);
}

// The fraction's first six digits, as microseconds.
std::int64_t scan_fraction(Scanner& scanner) {
  if (!scanner.rest.starts_with('.')) return 0;
  scanner.rest.remove_prefix(1);
  if (scanner.rest.empty() || !is_digit(scanner.rest.front())) return scanner.ok = false, 0;
  std::int64_t micros = 0;
  std::int64_t unit = micros_per_second / 10;
  for (; !scanner.rest.empty() && is_digit(scanner.rest.front()); scanner.rest.remove_prefix(1), unit /= 10)
    micros += unit * (scanner.rest.front() - '0');
  return micros;
}

// What is to be taken from the local time to get UTC.
std::int64_t scan_offset_micros(Scanner& scanner) {
  const char sign = scanner.one_of("Zz+-");
  if (!scanner.ok || sign == 'Z' || sign == 'z') return 0;
  const int hours = scanner.digits(2);
  scanner.one_of(":");
  const int minutes = scanner.digits(2);
  if (hours > 23 || minutes > 59) scanner.ok = false;
  const std::int64_t micros = (hours * 60 + minutes) * 60 * micros_per_second;
  return sign == '-' ? -micros : micros;
}

}  // namespace

std::string format_timestamp(UnixMicros micros) {
  const auto day = std::chrono::floor<days>(microseconds(micros));
  const auto in_day = micros - std::chrono::duration_cast<microseconds>(day).count();
  const auto seconds = static_cast<unsigned>(in_day / micros_per_second);
  std::string text = "0000-00-00T00:00:00.000000Z";
  put_date(text.data(), year_month_day(sys_days(day)));
  put_digits(text.data() + 11, seconds / 3600, 2);
  put_digits(text.data() + 14, seconds / 60 % 60, 2);
  put_digits(text.data() + 17, seconds % 60, 2);
  put_digits(text.data() + 20, static_cast<unsigned>(in_day % micros_per_second), 6);
  return text;
}

std::string format_date(UnixMicros micros) {
  std::string text = "0000-00-00";
  put_date(text.data(), year_month_day(sys_days(std::chrono::floor<days>(microseconds(micros)))));
  return text;
}

std::optional<UnixMicros> parse_timestamp(std::string_view text) {
  Scanner scanner{text};
  const auto date = scan_date(scanner);
  if (!date) return std::nullopt;
  scanner.one_of("Tt ");
  const int hours = scanner.digits(2);
  scanner.one_of(":");
  const int minutes = scanner.digits(2);
  scanner.one_of(":");
  const int seconds = scanner.digits(2);
  const std::int64_t fraction = scan_fraction(scanner);
  const std::int64_t offset = scan_offset_micros(scanner);
  if (!scanner.ok || !scanner.rest.empty() || hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
  const std::int64_t in_day = ((hours * 60 + minutes) * 60 + seconds) * micros_per_second + fraction;
  const UnixMicros micros = date->time_since_epoch().count() * micros_per_day + in_day - offset;
  if (micros < first_micros || micros > last_micros) return std::nullopt;
  return micros;
}

bool is_valid_date(std::string_view text) {
  Scanner scanner{text};
  return scan_date(scanner).has_value() && scanner.rest.empty();
}

}  // namespace banyan
