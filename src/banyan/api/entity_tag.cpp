#include "banyan/api/entity_tag.hpp"

#include <algorithm>
#include <charconv>

#include "banyan/http/entity_tags.hpp"

namespace banyan::api {
namespace {

// The version that a tag names under strong comparison; 0 for a weak one and for one that was not made here.
Version version_of(std::string_view tag) {
  if (tag.starts_with("W/")) return 0;
  Version version = 0;
  const char* last = tag.data() + tag.size() - 1;
  const auto [end, error] = std::from_chars(tag.data() + 1, last, version);
  const bool canonical = error == std::errc() && end == last && tag[1] != '0';
  return canonical ? version : 0;
}

}  // namespace

std::string entity_tag(Version version) {
  char digits[24];
  digits[0] = '"';
  char* end = std::to_chars(digits + 1, digits + sizeof digits - 1, version).ptr;
  *end++ = '"';
  return std::string(digits, end);
}

bool IfMatch::holds_for(Version version) const {
  return kind != Kind::versions || std::ranges::binary_search(versions, version);
}

Result<IfMatch> parse_if_match(const http::Request& request) {
  std::string joined;
  const auto header = request.list("if-match", joined);
  return header ? parse_if_match(*header) : IfMatch();
}

Result<IfMatch> parse_if_match(std::string_view header) {
  IfMatch asked;
  asked.kind = http::is_any_tag(header) ? IfMatch::Kind::any : IfMatch::Kind::versions;
  if (asked.kind == IfMatch::Kind::any) return asked;
  http::EntityTags list(header);
  std::size_t tags = 0;
  do {
    const std::string_view tag = list.take();
    if (tag.empty() || ++tags > IfMatch::tags_max)
      return fail(Error(ErrorCode::invalid, tag.empty() ? "The If-Match header is no list of entity tags."
                                                        : "The If-Match header has too many entity tags.")
                      .with_hint("Send the ETag of the record as it was answered, quotes included, or '*'; at most " +
                                 std::to_string(IfMatch::tags_max) + " of them, with commas between."));
    if (const Version version = version_of(tag); version != 0) asked.versions.push_back(version);
  } while (!list.empty());
  std::ranges::sort(asked.versions);
  asked.versions.erase(std::ranges::unique(asked.versions).begin(), asked.versions.end());
  return asked;
}

}  // namespace banyan::api
