#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/record.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api {

/// `"1764000000000000"`: a record's version as its strong entity tag.
std::string entity_tag(Version version);

/// What an If-Match header asks for (RFC 9110, 13.1.1).
struct IfMatch {
  static constexpr std::size_t tags_max = 16;
  enum class Kind : unsigned char {
    absent,
    any,       ///< `*`: the record must exist.
    versions,  ///< It must be at one of `versions`.
  };
  Kind kind = Kind::absent;
  /// Ascending, without repetition. Tags that no version of a record has (weak, or not made here) are left out, so that
  /// there may be none: nothing matches then.
  std::vector<Version> versions;

  bool holds_for(Version version) const;
};
/// `invalid` when the header is no list of entity tags, or has more than `tags_max`.
Result<IfMatch> parse_if_match(const http::Request& request);
/// The same for the header's value.
Result<IfMatch> parse_if_match(std::string_view header);

}  // namespace banyan::api
