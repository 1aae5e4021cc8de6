#include "banyan/base/address_range.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "banyan/base/numbers.hpp"

namespace banyan {
namespace {

constexpr unsigned mapped_bits = 96;  // what every IPv4 address begins with
constexpr std::size_t address_characters_max = 45;

bool is_v4(std::string_view text) { return !text.contains(':'); }

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() > address_characters_max || text.contains('\0')) return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (is_v4(text)) {
    address.bytes[10] = address.bytes[11] = 0xff;
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + 12) != 1) return std::nullopt;
  } else if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) != 1) {
    return std::nullopt;
  }
  return address;
}

std::optional<Address> parse_address_and_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || (end + 1 < text.size() && text[end + 1] != ':')) return std::nullopt;
    return parse_address(text.substr(1, end - 1));
  }
  const bool has_port = std::ranges::count(text, ':') == 1;
  return parse_address(has_port ? text.substr(0, text.find(':')) : text);
}

bool AddressRange::contains(const Address& other) const noexcept {
  const std::size_t whole = bits / 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, other.bytes.begin())) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xffU << (8 - rest);
  return ((address.bytes[whole] ^ other.bytes[whole]) & mask) == 0;
}

std::optional<AddressRange> parse_address_range(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned before = is_v4(text.substr(0, slash)) ? mapped_bits : 0;
  if (slash == text.size()) return AddressRange{*address, 128};
  const std::optional<unsigned> bits = parse_whole<unsigned>(text.substr(slash + 1));
  if (!bits || *bits > 128 - before) return std::nullopt;
  return AddressRange{*address, before + *bits};
}

}  // namespace banyan
