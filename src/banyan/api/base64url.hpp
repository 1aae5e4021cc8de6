#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace banyan::api {

/// RFC 4648, section 5, without padding.
std::string to_base64url(std::string_view bytes);
/// Nothing for what to_base64url() does not write.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace banyan::api
