#include "banyan/api/rest/page_range.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <utility>

namespace banyan::api::rest {
namespace {

/// As far on as anything is looked for; so no sum overflows.
constexpr std::uint64_t place_max = std::numeric_limits<std::uint64_t>::max() / 4;

Error not_satisfiable(std::string details) {
  return Error(ErrorCode::invalid, "Requested range not satisfiable")
      .with_reason("range_not_satisfiable")
      .with_fields({{.field = "", .message = std::move(details)}});
}

// Digits only, at least one; what is too much is as much as can be.
std::optional<std::uint64_t> take_digits(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  if (end == 0) return std::nullopt;
  std::uint64_t number = place_max;
  std::from_chars(text.data(), text.data() + end, number);
  text.remove_prefix(end);
  return std::min(number, place_max);
}

struct Bounds {
  std::uint64_t first = 0;
  std::uint64_t last = place_max;
};

std::optional<Bounds> parse_header(std::string_view text) {
  if (text.starts_with("items=")) text.remove_prefix(6);
  Bounds bounds;
  const auto first = take_digits(text);
  if (!first || !text.starts_with('-')) return std::nullopt;
  bounds.first = *first;
  text.remove_prefix(1);
  if (text.empty()) return bounds;
  const auto last = take_digits(text);
  if (!last || !text.empty()) return std::nullopt;
  bounds.last = *last;
  return bounds;
}

}  // namespace

Result<PageRange> narrowed_by_header(const http::Request& request, PageRange page) {
  const auto header = request.header("range");
  const std::optional<Bounds> asked = header ? parse_header(*header) : std::nullopt;
  if (!asked || page.limit == 0) return page;
  if (asked->first > asked->last)
    return fail(
        not_satisfiable("The lower boundary must be lower than or equal to the upper boundary in the Range "
                        "header."));
  const std::uint64_t begin = std::max(page.offset, asked->first);
  const std::uint64_t end = std::min(page.offset + page.limit, asked->last + 1);
  if (begin >= end) return fail(not_satisfiable("The Range header and limit and offset have no record in common."));
  return PageRange{.offset = begin, .limit = end - begin};
}

Result<PageStatus> status_of(std::uint64_t offset, std::uint64_t shown, std::optional<std::uint64_t> total) {
  PageStatus status;
  if (total && offset > *total)
    return fail(not_satisfiable("An offset of " + std::to_string(offset) + " was requested, but there are only " +
                                std::to_string(*total) + " rows."));
  status.content_range = shown == 0 ? "*" : std::to_string(offset) + "-" + std::to_string(offset + shown - 1);
  status.content_range += "/" + (total ? std::to_string(*total) : std::string("*"));
  if (total && shown < *total) status.status = 206;
  return status;
}

std::string unsatisfied_range(std::uint64_t total) { return "*/" + std::to_string(total); }

}  // namespace banyan::api::rest
