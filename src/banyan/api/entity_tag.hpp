#pragma once

#include <string>
#include <string_view>

#include "banyan/base/result.hpp"
#include "banyan/core/record.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api {

/// `"1764000000000000"`: a record's version as its strong entity tag.
std::string entity_tag(Version version);

/// Whether an If-None-Match header names the version, weakly compared, or is `*`.
bool none_match_names(std::string_view header, Version version);

/// What an If-Match header asks for.
struct IfMatch {
  enum class Kind : unsigned char {
    absent,
    any,      ///< `*`: the record must exist.
    version,  ///< It must be at `version`.
    never,    ///< A tag that no version of a record has (weak, or not made here): nothing matches it.
  };
  Kind kind = Kind::absent;
  Version version = 0;
};
/// `invalid` when the header is malformed or lists several tags.
Result<IfMatch> parse_if_match(const http::Request& request);

}  // namespace banyan::api
