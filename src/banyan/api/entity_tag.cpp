#include "banyan/api/entity_tag.hpp"

#include <charconv>

namespace banyan::api {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The first tag of a list, quotes included, and the list without it; an empty tag when there is no well-formed one.
std::string_view take_tag(std::string_view& list) {
  list = trim(list);
  const std::size_t start = list.starts_with("W/") ? 2 : 0;
  if (list.size() <= start || list[start] != '"') return {};
  const std::size_t end = list.find('"', start + 1);
  if (end == std::string_view::npos) return {};
  const std::string_view tag = list.substr(0, end + 1);
  list = trim(list.substr(end + 1));
  if (list.starts_with(',')) {
    list.remove_prefix(1);
  } else if (!list.empty()) {
    return {};
  }
  return tag;
}

// The version that a strong tag names; 0 for one that was not made here.
Version version_of(std::string_view tag) {
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

bool none_match_names(std::string_view header, Version version) {
  if (trim(header) == "*") return true;
  const std::string wanted = entity_tag(version);
  while (!header.empty()) {
    std::string_view tag = take_tag(header);
    if (tag.empty()) return false;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == wanted) return true;
  }
  return false;
}

Result<IfMatch> parse_if_match(const http::Request& request) {
  const auto header = request.header("if-match");
  if (!header) return IfMatch{};
  if (trim(*header) == "*") return IfMatch{IfMatch::Kind::any, 0};
  std::string_view list = *header;
  const std::string_view tag = take_tag(list);
  if (tag.empty() || !list.empty())
    return fail(Error(ErrorCode::invalid, "The If-Match header is not one entity tag.")
                    .with_hint("Send the ETag of the record as it was answered, quotes included, or '*'."));
  const Version version = tag.starts_with("W/") ? 0 : version_of(tag);
  if (version == 0) return IfMatch{IfMatch::Kind::never, 0};
  return IfMatch{IfMatch::Kind::version, version};
}

}  // namespace banyan::api
