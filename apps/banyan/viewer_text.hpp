#pragma once

#include <optional>
#include <string_view>

#include "banyan/base/context.hpp"

namespace banyan::app {

/// A user as text: `id=7;role=admin;email=a@b.c`, each part at most once. Nothing for text that is not of that form.
std::optional<Viewer> viewer_from(std::string_view text);

}  // namespace banyan::app
