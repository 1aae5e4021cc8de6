#pragma once

#include <string_view>

#include "banyan/http/request.hpp"

namespace banyan::http {

/// A list of entity tags (RFC 9110, 8.8.3 and 5.6.1), read from its front.
class EntityTags {
 public:
  explicit EntityTags(std::string_view list);

  bool empty() const noexcept { return rest_.empty(); }
  /// The next tag, quotes and `W/` included; an empty one where the list is not well-formed.
  std::string_view take();

 private:
  std::string_view rest_;
};

/// Whether the header's value is `*` alone.
bool is_any_tag(std::string_view header);

/// Whether an If-None-Match header names the tag, weakly compared, or is `*`.
bool none_match_names(std::string_view header, std::string_view tag);
/// Whether the request's does; false where it has none.
bool none_match_names(const Request& request, std::string_view tag);

}  // namespace banyan::http
