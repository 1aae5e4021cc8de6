#include "banyan/api/rest/media_type.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "banyan/api/query/scanner.hpp"

namespace banyan::api::rest {
namespace {

/// An `Accept` names at most so many types; the rest is not looked at.
constexpr std::size_t ranges_max = 32;
constexpr std::size_t shown_bytes_max = 200;

// The first part of `list` up to the separator, without white space; it is taken off. Quoted text is passed over.
std::string_view take_part(std::string_view& list, char separator) {
  std::size_t end = 0;
  for (bool quoted = false; end < list.size() && (quoted || list[end] != separator); ++end)
    if (list[end] == '"') quoted = !quoted;
  const std::string_view part = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return part;
}

struct MediaRange {
  std::string_view type;
  std::string_view whole;
  bool nulls_stripped = false;
  double quality = 1;
};

MediaRange parse_range(std::string_view text) {
  MediaRange range;
  range.whole = text;
  range.type = take_part(text, ';');
  while (!text.empty()) {
    const std::string_view parameter = take_part(text, ';');
    if (boost::algorithm::iequals(parameter, "nulls=stripped")) range.nulls_stripped = true;
    if (!boost::algorithm::istarts_with(parameter, "q=")) continue;
    const std::string_view number = parameter.substr(2);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), range.quality);
    if (error != std::errc() || end != number.data() + number.size()) range.quality = 0;
  }
  return range;
}

// What is told not to be wanted is not among them.
std::vector<MediaRange> ranges_of(std::string_view accept) {
  std::vector<MediaRange> ranges;
  while (!accept.empty() && ranges.size() < ranges_max) {
    const MediaRange range = parse_range(take_part(accept, ','));
    if (!range.type.empty() && range.quality > 0) ranges.push_back(range);
  }
  return ranges;
}

bool is(std::string_view type, std::string_view known) { return boost::algorithm::iequals(type, known); }

std::optional<Representation> representation_of(const MediaRange& range) {
  using Form = Representation::Form;
  if (is(range.type, "*/*") || is(range.type, "application/*") || is(range.type, "application/json"))
    return Representation{Form::array, false};
  if (is(range.type, "application/vnd.pgrst.array+json") || is(range.type, "application/vnd.pgrst.array"))
    return Representation{Form::array, range.nulls_stripped};
  if (is(range.type, "application/vnd.pgrst.object+json") || is(range.type, "application/vnd.pgrst.object"))
    return Representation{Form::object, range.nulls_stripped};
  if (is(range.type, "text/csv") || is(range.type, "text/*")) return Representation{Form::csv, false};
  return std::nullopt;
}

// PostgREST's own, which its clients have a method for.
bool is_known_elsewhere(std::string_view type) {
  return is(type, "application/geo+json") || boost::algorithm::istarts_with(type, "application/vnd.pgrst.plan");
}

std::unexpected<Error> refuse(const std::vector<MediaRange>& ranges) {
  std::string names;
  for (const MediaRange& range : ranges) {
    if (is_known_elsewhere(range.type))
      return fail(Error(ErrorCode::unsupported, "Answers as " + std::string(range.type) + " are not offered.")
                      .with_hint("Ask for application/json or text/csv."));
    if (names.size() < shown_bytes_max)
      names += (names.empty() ? "" : ", ") + std::string(range.whole.substr(0, shown_bytes_max));
  }
  return fail(Error(ErrorCode::invalid, "None of these media types are available: " + names)
                  .with_reason("not_acceptable")
                  .with_hint("Ask for application/json, application/vnd.pgrst.object+json or text/csv."));
}

}  // namespace

std::string_view Representation::content_type() const noexcept {
  if (form == Form::csv) return "text/csv; charset=utf-8";
  if (form == Form::object)
    return nulls_stripped ? "application/vnd.pgrst.object+json; nulls=stripped; charset=utf-8"
                          : "application/vnd.pgrst.object+json; charset=utf-8";
  return nulls_stripped ? "application/vnd.pgrst.array+json; nulls=stripped; charset=utf-8"
                        : "application/json; charset=utf-8";
}

Result<Representation> negotiate(const http::Request& request) {
  std::string joined;
  const auto accept = request.list("accept", joined);
  if (!accept || trimmed(*accept).empty()) return Representation{};
  const std::vector<MediaRange> ranges = ranges_of(*accept);
  std::optional<Representation> best;
  double quality = 0;
  for (const MediaRange& range : ranges) {
    const auto representation = representation_of(range);
    if (!representation || range.quality <= quality) continue;
    best = representation;
    quality = range.quality;
  }
  if (!best) return refuse(ranges);
  return *best;
}

bool accepts_document(const http::Request& request) {
  std::string joined;
  const auto accept = request.list("accept", joined);
  if (!accept || trimmed(*accept).empty()) return true;
  return std::ranges::any_of(ranges_of(*accept), [](const MediaRange& range) {
    return is(range.type, "*/*") || is(range.type, "application/*") || is(range.type, "application/json") ||
           is(range.type, "application/openapi+json");
  });
}

Result<BodyType> body_type_of(const http::Request& request) {
  const auto content_type = request.header("content-type");
  if (!content_type) return BodyType::json;
  const std::string_view type = trimmed(content_type->substr(0, content_type->find(';')));
  if (is(type, "application/json") || is(type, "application/vnd.pgrst.object+json") ||
      is(type, "application/vnd.pgrst.array+json"))
    return BodyType::json;
  if (is(type, "text/csv")) return BodyType::csv;
  if (is(type, "application/x-www-form-urlencoded")) return BodyType::form;
  return fail(Error(ErrorCode::invalid, "Content-Type not acceptable: " + std::string(type.substr(0, shown_bytes_max)))
                  .with_reason("unsupported_media_type")
                  .with_hint("Send application/json, text/csv or application/x-www-form-urlencoded."));
}

}  // namespace banyan::api::rest
