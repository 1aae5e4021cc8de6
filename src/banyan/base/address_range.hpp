#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace banyan {

/// An IPv6 address, or an IPv4 one as IPv6 writes it (::ffff:10.0.0.1): a socket for both sees it so.
struct Address {
  std::array<unsigned char, 16> bytes{};
  bool operator==(const Address&) const = default;
};

/// "10.0.0.1", "2001:db8::1"; nothing for a name, or anything else.
std::optional<Address> parse_address(std::string_view text);

/// The same with what may stand around an address in headers and in the name of a peer: brackets, a port.
std::optional<Address> parse_address_and_port(std::string_view text);

/// The addresses that share their first bits.
struct AddressRange {
  Address address;
  unsigned bits = 128;  ///< Of the 128: 104 for an IPv4 network "/8".
  bool contains(const Address& other) const noexcept;
  bool operator==(const AddressRange&) const = default;
};

/// "10.0.0.0/8", "fd00::/8", or one address. Nothing for anything else.
std::optional<AddressRange> parse_address_range(std::string_view text);

}  // namespace banyan
