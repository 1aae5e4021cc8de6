#include "banyan/adapters/redis/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace banyan::redis {
namespace {

constexpr auto form =
    "write redis://user:password@host:6379/0, with what is special in user and password percent-encoded";

std::unexpected<Error> wrong(std::string what, std::string remedy) {
  return fail(Error(ErrorCode::invalid, "the URL of Redis: " + std::move(what)).with_hint(std::move(remedy)));
}

template <typename Number>
bool read_number(std::string_view digits, Number& number) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return error == std::errc() && end == digits.data() + digits.size();
}

Result<void> read_user(const boost::urls::url_view& url, Endpoint& endpoint) {
  endpoint.user = url.user();
  endpoint.password = url.password();
  if (!endpoint.user.empty() && endpoint.password.empty())
    return wrong("it has a user without a password", "write user:password@, or :password@ for the default user");
  return {};
}

Result<void> read_database(std::string_view text, Endpoint& endpoint) {
  if (text.empty() || read_number(text, endpoint.database)) return {};
  return wrong("its database is not a number", "databases are numbers from 0 on, as in redis://host:6379/0");
}

/// Takes all hosts but the first out of the URL, so that what is left is one as others know it.
std::vector<std::string> take_more_hosts(std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.rfind('@', end);
  const std::size_t hosts = at == std::string::npos || at < begin ? begin : at + 1;
  std::size_t comma = url.find(',', hosts);
  if (comma >= end) return {};
  std::vector<std::string> more;
  for (std::size_t next = comma; next < end; next = std::min(url.find(',', next + 1), end))
    more.push_back(url.substr(next + 1, std::min(url.find(',', next + 1), end) - next - 1));
  url.erase(comma, end - comma);
  return more;
}

Result<void> read_host(const boost::urls::url_view& url, Endpoint& endpoint) {
  endpoint.host = url.host_address();
  if (endpoint.host.empty()) return wrong("it has no host", form);
  if (url.has_query()) return wrong("nothing is known that could stand after its '?'", form);
  if (url.has_port() && (!read_number(std::string_view(url.port()), endpoint.port) || endpoint.port == 0))
    return wrong("its port is not a number from 1 to 65535", "leave it out for 6379");
  std::string path = url.path();
  if (path.starts_with('/')) path.erase(0, 1);
  return read_database(path, endpoint);
}

Result<void> read_socket(const boost::urls::url_view& url, Endpoint& endpoint) {
  constexpr std::size_t path_max = 107;  // what the kernel takes
  constexpr auto socket_form = "write unix:///path/of/redis.sock, or unix:///path/of/redis.sock?db=1";
  endpoint.socket = url.path();
  if (!url.host_address().empty() || endpoint.socket.size() < 2)
    return wrong("it has no path of a socket", socket_form);
  if (endpoint.socket.size() > path_max)
    return wrong("its path is longer than " + std::to_string(path_max) + " bytes", "move the socket");
  const std::string query = url.query();
  if (query.empty()) return {};
  if (!query.starts_with("db=")) return wrong("only db may stand after its '?'", socket_form);
  return read_database(std::string_view(query).substr(3), endpoint);
}

}  // namespace

Result<Endpoint> parse_url(std::string_view text) {
  if (text.find("://") == std::string_view::npos) return wrong("it does not begin with redis://", form);
  std::string first(text);
  const std::vector<std::string> more = text.starts_with("unix:") ? std::vector<std::string>() : take_more_hosts(first);
  const auto parsed = boost::urls::parse_uri(first);
  if (!parsed) return wrong("it is not one", form);
  const boost::urls::url_view& url = *parsed;
  if (url.has_fragment()) return wrong("it has a '#'", "percent-encode it as %23");
  const std::string_view scheme = url.scheme();
  Endpoint endpoint;
  endpoint.tls = scheme == "rediss";
  if (const auto user = read_user(url, endpoint); !user) return fail(user.error());
  if (scheme != "unix" && scheme != "redis" && scheme != "rediss")
    return wrong("its scheme is unknown", "write redis://, rediss:// (TLS) or unix://");
  const auto place = scheme == "unix" ? read_socket(url, endpoint) : read_host(url, endpoint);
  if (!place) return fail(place.error());
  if (more.size() >= nodes_max)
    return wrong("it names more than " + std::to_string(nodes_max) + " hosts", "name some: they know the others");
  for (const std::string& host : more) {
    auto other = parse_url("redis://" + host);
    if (!other) return fail(std::move(other.error()));
    endpoint.more.push_back({.host = std::move(other->host), .port = other->port});
  }
  return endpoint;
}

std::string describe(const Endpoint& endpoint) {
  const std::string database = std::to_string(endpoint.database);
  if (!endpoint.socket.empty()) return "unix://" + endpoint.socket + "?db=" + database;
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + endpoint.host + "]" : endpoint.host;
  return (endpoint.tls ? "rediss://" : "redis://") + host + ":" + std::to_string(endpoint.port) + "/" + database;
}

}  // namespace banyan::redis
