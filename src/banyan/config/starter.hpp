#pragma once

#include <string>
#include <string_view>

namespace banyan::config {

/// What `banyan init` writes: a commented configuration that works as it stands. `app_name` may be any text; what TOML
/// or the config would refuse in it is left out.
std::string starter_config(std::string_view app_name);

}  // namespace banyan::config
