#include "banyan/http/forwarded.hpp"

#include <algorithm>
#include <ranges>

#include "banyan/http/characters.hpp"

namespace banyan::http {
namespace {

// Takes the last element off a list with commas between.
std::string_view take_last(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  const std::string_view last = trimmed(comma == std::string_view::npos ? list : list.substr(comma + 1));
  list = list.substr(0, comma == std::string_view::npos ? 0 : comma);
  return last;
}

// The `for` of one element of Forwarded: `for="[2001:db8::1]:80";proto=https`. A quoted text of it holds no comma.
std::string_view for_of(std::string_view element) {
  while (!element.empty()) {
    const std::size_t end = std::min(element.find(';'), element.size());
    const std::string_view pair = trimmed(element.substr(0, end));
    element.remove_prefix(std::min(end + 1, element.size()));
    if (pair.size() < 4 || !equals_ignoring_case(pair.substr(0, 4), "for=")) continue;
    std::string_view value = pair.substr(4);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

bool contains(std::span<const AddressRange> ranges, const Address& address) noexcept {
  return std::ranges::any_of(ranges, [&](const AddressRange& range) { return range.contains(address); });
}

}  // namespace

bool is_trusted(std::string_view peer, std::span<const AddressRange> trusted_proxies) noexcept {
  if (trusted_proxies.empty()) return false;
  const auto address = parse_address_and_port(peer);
  return address && contains(trusted_proxies, *address);
}

std::string_view forwarded_client(std::span<const Header> headers, std::span<const AddressRange> trusted_proxies) {
  const auto named = [](std::string_view name) {
    return [name](const Header& header) { return equals_ignoring_case(header.name, name); };
  };
  const bool is_list = std::ranges::any_of(headers, named("x-forwarded-for"));
  std::string_view client;
  // A proxy appends, so the last header and its end are nearest.
  for (const Header& header : headers | std::views::reverse) {
    if (!named(is_list ? "x-forwarded-for" : "forwarded")(header)) continue;
    for (std::string_view list = header.value; !list.empty();) {
      const std::string_view element = take_last(list);
      const std::string_view said = is_list ? element : for_of(element);
      const auto address = parse_address_and_port(said);
      if (!address) return client;
      client = said;
      if (!contains(trusted_proxies, *address)) return client;
    }
  }
  return client;
}

}  // namespace banyan::http
