#include "banyan/config/postgres_url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "banyan/base/numbers.hpp"
#include "banyan/base/words.hpp"

namespace banyan::config {
namespace {

constexpr std::size_t url_bytes_max = 4096;

// Of libpq 15 to 17; without those that would change what Banyan relies on (replication, client_encoding).
constexpr std::string_view parameter_words[] = {"application_name",
                                                "channel_binding",
                                                "connect_timeout",
                                                "dbname",
                                                "gssencmode",
                                                "gsslib",
                                                "host",
                                                "hostaddr",
                                                "keepalives",
                                                "keepalives_count",
                                                "keepalives_idle",
                                                "keepalives_interval",
                                                "krbsrvname",
                                                "load_balance_hosts",
                                                "options",
                                                "passfile",
                                                "password",
                                                "port",
                                                "require_auth",
                                                "requirepeer",
                                                "service",
                                                "ssl_max_protocol_version",
                                                "ssl_min_protocol_version",
                                                "sslcert",
                                                "sslcertmode",
                                                "sslcrl",
                                                "sslcrldir",
                                                "sslkey",
                                                "sslmode",
                                                "sslnegotiation",
                                                "sslpassword",
                                                "sslrootcert",
                                                "sslsni",
                                                "target_session_attrs",
                                                "tcp_user_timeout",
                                                "user"};

constexpr std::string_view sslmode_words[] = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};
constexpr std::string_view session_words[] = {"any", "read-write", "read-only", "primary", "prefer-standby", "standby"};

constexpr const char* example = "For example \"postgres://user:password@db.example.com:5432/shop\".";

struct Parts {
  std::string_view user_info;  ///< Without the `@`.
  std::string_view hosts;
  std::string_view database;
  std::string_view parameters;  ///< Without the `?`.
};

// Takes what stands before the first `end` off the text, and that character too.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const bool last = text.find(separator) == std::string_view::npos;
    parts.push_back(take_until(text, separator));
    if (last) return parts;
  }
}

// `url` begins with its scheme and `//`.
Parts parts_of(std::string_view url) {
  Parts parts;
  std::string_view rest = url.substr(url.find("//") + 2);
  std::string_view before_parameters = take_until(rest, '?');
  parts.parameters = rest;
  // The last `@` before the path: a password may hold what a host cannot, and check_user_info() tells of it.
  const std::size_t at = before_parameters.substr(0, before_parameters.find('/')).rfind('@');
  if (at != std::string_view::npos) {
    parts.user_info = before_parameters.substr(0, at);
    before_parameters.remove_prefix(at + 1);
  }
  parts.hosts = take_until(before_parameters, '/');
  parts.database = before_parameters;
  return parts;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::optional<Refusal> check_characters(std::string_view url) {
  if (url.size() > url_bytes_max) return Refusal{"must have at most " + std::to_string(url_bytes_max) + " bytes", ""};
  if (std::ranges::any_of(url, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }))
    return Refusal{"must not hold spaces or control characters", "A space is written as %20."};
  for (std::size_t at = url.find('%'); at != std::string_view::npos; at = url.find('%', at + 1)) {
    const bool encodes = at + 2 < url.size() && is_hex(url[at + 1]) && is_hex(url[at + 2]);
    if (!encodes || url.substr(at, 3) == "%00")
      return Refusal{"has a '%' that two hexadecimal digits do not follow",
                     "In a user, a password or a name, '%' is written as %25."};
  }
  return std::nullopt;
}

std::optional<Refusal> check_port(std::string_view text) {
  if (parse_whole<std::uint16_t>(text).value_or(0) > 0) return std::nullopt;
  return Refusal{"has a port that is none: it must be 1 to 65535",
                 "If that is part of the password: '/', ':', '@', '?' and '#' are written as %2F, %3A, %40, %3F, %23."};
}

// `host`, `host:port`, `[::1]:port`, `%2Frun%2Fpostgresql`.
std::optional<Refusal> check_host(std::string_view text) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    const std::string address(text.substr(1, close == std::string_view::npos ? close : close - 1));
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (close == std::string_view::npos || inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1)
      return Refusal{"must have an IPv6 address between '[' and ']'", ""};
    host = {};
    port = text.substr(close + 1);
    if (!port.empty() && port.front() != ':') return Refusal{"must have ':' and a port after ']', or nothing", ""};
  } else {
    host = text.substr(0, text.find(':'));
    port = text.substr(host.size());
    if (std::ranges::count(text, ':') > 1 && host.find('@') == std::string_view::npos)
      return Refusal{"must have an IPv6 address in brackets, and ':' only before the port",
                     "For example \"postgres://[::1]:5432/shop\"."};
  }
  if (host.find_first_of("#\\\"'<>@[]") != std::string_view::npos)
    return Refusal{
        "has a host that is none",
        "If that is part of the password: '/', ':', '@', '?' and '#' are written as %2F, %3A, %40, %3F, %23."};
  return port.size() <= 1 ? std::nullopt : check_port(port.substr(1));
}

std::optional<Refusal> check_word(std::string_view name, std::string_view word,
                                  std::span<const std::string_view> words) {
  if (std::ranges::find(words, word) != words.end()) return std::nullopt;
  std::string listed;
  for (const auto known : words) listed += (listed.empty() ? "" : ", ") + std::string(known);
  return Refusal{"has an unknown " + std::string(name) + ": it must be one of " + listed, ""};
}

std::optional<Refusal> check_parameter(std::string_view text) {
  std::string_view value = text;
  const std::string_view name = take_until(value, '=');
  if (name.size() == text.size())  // there is no '='
    return Refusal{"must have parameters as name=value, with '&' between",
                   "If the '?' is part of the password, it is written as %3F."};
  // What stands there may be the rest of a password.
  const bool is_word =
      name.size() <= 40 && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  if (!is_word) return Refusal{"has a parameter whose name is none", ""};
  if (std::ranges::find(parameter_words, name) == std::end(parameter_words))
    return Refusal{"has the unknown parameter '" + std::string(name) + "'" + did_you_mean(name, parameter_words),
                   "Parameters are those of libpq: sslmode, sslrootcert, target_session_attrs, application_name …"};
  if (name == "sslmode") return check_word(name, value, sslmode_words);
  if (name == "target_session_attrs") return check_word(name, value, session_words);
  return std::nullopt;
}

// Whether a parameter of that name is given, and not as nothing.
bool has_parameter(std::string_view parameters, std::string_view name) {
  const auto is_it = [&](std::string_view text) {
    return text.starts_with(name) && text.size() > name.size() + 1 && text[name.size()] == '=';
  };
  return std::ranges::any_of(split(parameters, '&'), is_it);
}

}  // namespace

std::optional<Refusal> check_postgres_url(std::string_view url) {
  if (const auto refusal = check_characters(url)) return refusal;
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || !url.substr(colon).starts_with("://"))
    return Refusal{"must have '//' after 'postgres:'", example};
  const Parts parts = parts_of(url);
  if (parts.user_info.find('@') != std::string_view::npos)
    return Refusal{"has more than one '@' before the host", "In a user or a password, '@' is written as %40."};
  for (const std::string_view host : split(parts.hosts, ','))
    if (const auto refusal = check_host(host)) return refusal;
  if (parts.database.find_first_of("/@#") != std::string_view::npos)
    return Refusal{
        "must name one database after the host",
        "If that is part of the password: '/', ':', '@', '?' and '#' are written as %2F, %3A, %40, %3F, %23."};
  const bool names_database = !parts.database.empty() || has_parameter(parts.parameters, "dbname") ||
                              has_parameter(parts.parameters, "service");
  if (!names_database) return Refusal{"must name a database after the host", example};
  if (!parts.parameters.empty())
    for (const std::string_view parameter : split(parts.parameters, '&'))
      if (const auto refusal = check_parameter(parameter)) return refusal;
  return std::nullopt;
}

std::string shown_postgres_url(std::string_view url) {
  const Parts parts = parts_of(url);
  return "postgres://" + std::string(parts.hosts) + "/" + std::string(parts.database);
}

}  // namespace banyan::config
