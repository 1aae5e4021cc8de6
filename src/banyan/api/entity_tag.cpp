#include "banyan/api/entity_tag.hpp"

#include <algorithm>
#include <charconv>

namespace banyan::api {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// RFC 9110, 5.6.1: elements of a list may be empty.
std::string_view skip_empty(std::string_view list) {
  list = trim(list);
  while (list.starts_with(',')) list = trim(list.substr(1));
  return list;
}

// The first tag of a list, quotes included, and the list without it; an empty tag when there is no well-formed one.
std::string_view take_tag(std::string_view& list) {
  const std::size_t start = list.starts_with("W/") ? 2 : 0;
  if (list.size() <= start || list[start] != '"') return {};
  const std::size_t end = list.find('"', start + 1);
  if (end == std::string_view::npos) return {};
  const std::string_view tag = list.substr(0, end + 1);
  list = trim(list.substr(end + 1));
  if (!list.empty() && !list.starts_with(',')) return {};
  list = skip_empty(list);
  return tag;
}

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

bool none_match_names(std::string_view header, Version version) {
  if (trim(header) == "*") return true;
  const std::string wanted = entity_tag(version);
  header = skip_empty(header);
  while (!header.empty()) {
    std::string_view tag = take_tag(header);
    if (tag.empty()) return false;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == wanted) return true;
  }
  return false;
}

bool IfMatch::holds_for(Version version) const {
  return kind != Kind::versions || std::ranges::binary_search(versions, version);
}

Result<IfMatch> parse_if_match(const http::Request& request) {
  const auto header = request.header("if-match");
  return header ? parse_if_match(*header) : IfMatch();
}

Result<IfMatch> parse_if_match(std::string_view header) {
  IfMatch asked;
  asked.kind = trim(header) == "*" ? IfMatch::Kind::any : IfMatch::Kind::versions;
  if (asked.kind == IfMatch::Kind::any) return asked;
  std::string_view list = skip_empty(header);
  std::size_t tags = 0;
  do {
    const std::string_view tag = take_tag(list);
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
