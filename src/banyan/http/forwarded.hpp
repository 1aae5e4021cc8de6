#pragma once

#include <span>
#include <string_view>

#include "banyan/base/address_range.hpp"
#include "banyan/http/request.hpp"

namespace banyan::http {

/// Whether the peer ("10.0.0.1:40312") may say for whom it asks.
bool is_trusted(std::string_view peer, std::span<const AddressRange> trusted_proxies) noexcept;

/// Who asked a trusted peer, as X-Forwarded-For has it, or else Forwarded (RFC 7239): of the addresses in it the last
/// that is not a trusted proxy itself; the first, if all are. What stands before one that is no address is not looked
/// at. Empty when nothing usable is said. A view into the headers.
std::string_view forwarded_client(std::span<const Header> headers, std::span<const AddressRange> trusted_proxies);

}  // namespace banyan::http
