#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "banyan/base/result.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api::rest {

/// Which records of all that match a page asks for.
struct PageRange {
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};

/// `page` narrowed to what `Range: 0-9` asks for, where there is one that is understood (any other is passed over, as
/// HTTP has it). `invalid` with the reason `range_not_satisfiable` where nothing is left, save of a page of nothing.
Result<PageRange> narrowed_by_header(const http::Request& request, PageRange page);

/// What an answer says of the page that it holds.
struct PageStatus {
  int status = 200;           ///< 206 where it is known that there are more records than those shown.
  std::string content_range;  ///< `0-9/*`, `0-9/57`, `*/0`
};
/// `invalid` with the reason `range_not_satisfiable` where it is known that nothing is so far on.
Result<PageStatus> status_of(std::uint64_t offset, std::uint64_t shown, std::optional<std::uint64_t> total);

/// The error's `Content-Range`: `*/15`.
std::string unsatisfied_range(std::uint64_t total);

}  // namespace banyan::api::rest
