#include "banyan/config/endpoints.hpp"

#include <algorithm>

#include "banyan/base/address_range.hpp"
#include "banyan/base/numbers.hpp"
#include "banyan/base/words.hpp"
#include "banyan/config/postgres_url.hpp"
#include "banyan/config/units.hpp"

namespace banyan::config {
namespace {

constexpr std::uint64_t cache_bytes_min = 1'000'000;
constexpr std::size_t host_name_bytes_max = 253;
constexpr std::uint64_t cache_bytes_max = 1'000'000'000'000;
constexpr const char* cache_hint =
    "\"memory:64MB\" keeps up to that much inside the process, \"redis://cache.internal\" in a Redis that instances "
    "share, \"off\" nothing.";

// Letters, digits, hyphens and dots, as DNS has them; what looks like a number would be a mistyped address.
bool is_host_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_part = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  return !text.empty() && text.size() <= host_name_bytes_max && std::ranges::all_of(text, is_part) &&
         std::ranges::any_of(text, is_letter) && text.front() != '-' && text.front() != '.';
}

// What stands before the first colon, if it can be a scheme. Only this much of a URL is ever repeated in a message: the
// rest may hold a password.
std::string_view scheme_of(std::string_view url) {
  const std::string_view scheme = url.substr(0, std::min(url.find(':'), url.size()));
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
  };
  const bool usable =
      url.find(':') != std::string_view::npos && scheme.size() <= 20 && std::ranges::all_of(scheme, is_part);
  return usable ? scheme : std::string_view();
}

Refusal wrong_scheme(std::string_view scheme, const std::string& meant, const std::string& why,
                     const std::string& hint) {
  return {"names the scheme '" + std::string(scheme) + "'" + (meant.empty() ? ": " + why : meant), hint};
}

std::optional<Refusal> set_sqlite_url(Database& database, std::string_view text) {
  const std::string hint = "For example \"sqlite:data/app.db\"; a relative path starts from the folder of the config.";
  std::string_view path = text.substr(text.find(':') + 1);
  if (path.starts_with("//")) path.remove_prefix(2);
  if (path.starts_with(":") || path == "memory")
    return Refusal{"must name a file: a database in memory would lose what it has acknowledged", hint};
  if (path.empty() || path.ends_with('/')) return Refusal{"must name a file", hint};
  if (path.find_first_of("?#%") != std::string_view::npos || path.find('\0') != std::string_view::npos)
    return Refusal{"must be a plain path after 'sqlite:', without '?', '#' or '%'", hint};
  database.kind = Database::Kind::sqlite;
  database.url = text;
  database.path = path;
  return std::nullopt;
}

std::optional<Refusal> set_postgres_url(Database& database, std::string_view text) {
  if (auto refusal = check_postgres_url(text)) return refusal;
  database.kind = Database::Kind::postgres;
  database.url = text;
  database.path.clear();
  return std::nullopt;
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_whole<std::uint16_t>(text.substr(colon + 1));
  std::string host(text.substr(0, colon));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool is_v6 = host.find(':') != std::string::npos;
  if (!port || bracketed != is_v6) return std::nullopt;
  if (!parse_address(host) && (is_v6 || !is_host_name(host))) return std::nullopt;
  return Endpoint{host, *port};
}

std::optional<Endpoint> parse_listen(std::string_view text) {
  auto endpoint = parse_endpoint(text);
  if (!endpoint) return std::nullopt;
  if (endpoint->host == "localhost") endpoint->host = "127.0.0.1";
  return parse_address(endpoint->host) ? endpoint : std::nullopt;
}

std::optional<Refusal> set_listen(Server& server, std::string_view text) {
  const auto endpoint = parse_listen(text);
  if (!endpoint)
    return Refusal{"must be an address and a port, for example \"127.0.0.1:8080\"",
                   "\"0.0.0.0:8080\" listens on every IPv4 address of the machine, \"[::]:8080\" on every one."};
  server.address = endpoint->host;
  server.port = endpoint->port;
  return std::nullopt;
}

std::optional<Refusal> set_port(Server& server, std::string_view text) {
  const auto port = parse_whole<std::uint16_t>(text);
  if (!port) return Refusal{"must be a port, 0 to 65535", ""};
  server.port = *port;
  return std::nullopt;
}

std::optional<Refusal> set_database_url(Database& database, std::string_view text) {
  const std::string hint =
      "For example \"sqlite:data/app.db\", or \"postgres://user:password@db.example.com:5432/shop\".";
  const std::string_view scheme = scheme_of(text);
  if (scheme == "sqlite") return set_sqlite_url(database, text);
  if (scheme == "postgres" || scheme == "postgresql") return set_postgres_url(database, text);
  if (scheme.empty()) return Refusal{"must be a URL that begins with 'sqlite:' or 'postgres:'", hint};
  constexpr std::string_view known[] = {"sqlite", "postgres", "postgresql"};
  return wrong_scheme(scheme, did_you_mean(scheme, known), "this version serves SQLite and PostgreSQL", hint);
}

namespace {

std::optional<Refusal> set_cache_memory(Cache& cache, std::string_view size) {
  const auto bytes = parse_size(size);
  if (!bytes) return Refusal{"must give a size with its unit after 'memory:', for example \"memory:64MB\"", cache_hint};
  if (*bytes < cache_bytes_min || *bytes > cache_bytes_max)
    return Refusal{"must be between 1MB and 1000GB", cache_hint};
  cache.bytes = *bytes;
  return std::nullopt;
}

// How it is understood in full is for the client of Redis to say; here what no client could take.
std::optional<Refusal> check_redis_url(std::string_view scheme, std::string_view text) {
  const std::string hint =
      "For example \"redis://:password@cache.internal:6379/0\", \"rediss://…\" with TLS, or "
      "\"unix:///run/redis.sock\".";
  std::string_view rest = text.substr(scheme.size() + 1);
  if (!rest.starts_with("//")) return Refusal{"must have '//' after its scheme", hint};
  rest.remove_prefix(2);
  const bool printable = std::ranges::all_of(rest, [](char c) { return c > ' ' && c < 0x7f; });
  if (!printable) return Refusal{"must have neither blanks nor what is not ASCII; percent-encode them", hint};
  if (scheme == "unix") return std::nullopt;
  std::string_view host = rest.substr(0, std::min(rest.find_first_of("/?"), rest.size()));
  host.remove_prefix(host.rfind('@') == std::string_view::npos ? 0 : host.rfind('@') + 1);
  if (host.empty() || host.starts_with(':')) return Refusal{"must name a host", hint};
  return std::nullopt;
}

}  // namespace

// What is wrong is told of the first only: its place in the list says which it is, never its text.
std::optional<Refusal> set_replicas(Database& database, std::vector<std::string> urls) {
  for (std::size_t place = 0; place < urls.size(); ++place) {
    const std::string_view scheme = scheme_of(urls[place]);
    std::optional<Refusal> refusal;
    if (scheme != "postgres" && scheme != "postgresql")
      refusal = Refusal{"must be a URL that begins with 'postgres:'",
                        "For example \"postgres://user:password@replica.example.com:5432/shop\"."};
    else
      refusal = check_postgres_url(urls[place]);
    if (!refusal && shown_postgres_url(urls[place]).contains(','))
      refusal = Refusal{"must name one host", "Give each replica a URL of its own: each is watched for itself."};
    if (!refusal) continue;
    refusal->message = "has at place " + std::to_string(place + 1) + " what it cannot take: it " + refusal->message;
    return refusal;
  }
  database.replicas = std::move(urls);
  return std::nullopt;
}

std::optional<Refusal> set_cache_url(Cache& cache, std::string_view text) {
  cache.url.clear();
  if (text == "off") return cache.enabled = false, std::nullopt;
  const std::string_view scheme = scheme_of(text);
  cache.enabled = true;
  if (scheme == "memory") return set_cache_memory(cache, text.substr(scheme.size() + 1));
  if (scheme == "redis" || scheme == "rediss" || scheme == "unix") {
    if (auto refusal = check_redis_url(scheme, text)) return refusal;
    cache.url = text;
    return std::nullopt;
  }
  constexpr std::string_view known[] = {"memory", "redis", "rediss", "unix", "off"};
  const std::string meant = did_you_mean(scheme.empty() ? text.substr(0, 20) : scheme, known);
  if (scheme.empty())
    return Refusal{"must be \"memory:64MB\" (any size), the URL of a Redis, or \"off\"" + meant, cache_hint};
  return wrong_scheme(scheme, meant, "this version caches in its own memory or in Redis", cache_hint);
}

std::optional<Refusal> set_cache_local(Cache& cache, std::string_view text) {
  const auto bytes = text == "off" ? std::optional<std::uint64_t>(0) : parse_size(text);
  if (!bytes || (*bytes != 0 && (*bytes < cache_bytes_min || *bytes > cache_bytes_max)))
    return Refusal{"must be a size between 1MB and 1000GB, or \"off\"",
                   "It is what an instance keeps of a shared cache in its own memory."};
  cache.local_bytes = *bytes;
  return std::nullopt;
}

std::string Database::shown() const { return kind == Kind::sqlite ? path.string() : shown_postgres_url(url); }

std::optional<Refusal> check_origin(std::string_view text) {
  if (text == "*") return std::nullopt;
  const Refusal refusal{"must be \"*\" or origins such as \"https://app.example.com\"",
                        "An origin is the scheme, the host and perhaps a port, in lower case, without a path."};
  const std::size_t start = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:[]").find(c) != std::string_view::npos;
  };
  const std::string_view host = text.substr(start);
  if (start == 0 || host.empty() || !std::ranges::all_of(host, is_part)) return refusal;
  return std::nullopt;
}

}  // namespace banyan::config
