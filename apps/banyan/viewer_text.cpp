#include "viewer_text.hpp"

#include <algorithm>
#include <string>

namespace banyan::app {
namespace {

std::string* part_named(std::string_view name, Viewer& viewer) {
  if (name == "id") return &viewer.id;
  if (name == "role") return &viewer.role;
  return name == "email" ? &viewer.email : nullptr;
}

}  // namespace

std::optional<Viewer> viewer_from(std::string_view text) {
  Viewer viewer{.kind = Viewer::Kind::user};
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    std::string* named = part_named(part.substr(0, equals), viewer);
    if (named == nullptr || !named->empty()) return std::nullopt;
    *named = part.substr(equals + 1);
  }
  return viewer;
}

}  // namespace banyan::app
