#include "banyan/http/entity_tags.hpp"

#include <string>

#include "banyan/http/characters.hpp"

namespace banyan::http {
namespace {

// Elements of a list may be empty.
std::string_view skip_empty(std::string_view list) {
  list = trimmed(list);
  while (list.starts_with(',')) list = trimmed(list.substr(1));
  return list;
}

}  // namespace

EntityTags::EntityTags(std::string_view list) : rest_(skip_empty(list)) {}

std::string_view EntityTags::take() {
  const std::size_t start = rest_.starts_with("W/") ? 2 : 0;
  if (rest_.size() <= start || rest_[start] != '"') return {};
  const std::size_t end = rest_.find('"', start + 1);
  if (end == std::string_view::npos) return {};
  const std::string_view tag = rest_.substr(0, end + 1);
  rest_ = trimmed(rest_.substr(end + 1));
  if (!rest_.empty() && !rest_.starts_with(',')) return {};
  rest_ = skip_empty(rest_);
  return tag;
}

bool is_any_tag(std::string_view header) { return trimmed(header) == "*"; }

bool none_match_names(std::string_view header, std::string_view wanted) {
  if (is_any_tag(header)) return true;
  EntityTags tags(header);
  while (!tags.empty()) {
    std::string_view tag = tags.take();
    if (tag.empty()) return false;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == wanted) return true;
  }
  return false;
}

bool none_match_names(const Request& request, std::string_view tag) {
  std::string joined;
  const auto header = request.list("if-none-match", joined);
  return header && none_match_names(*header, tag);
}

}  // namespace banyan::http
