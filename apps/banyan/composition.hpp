#pragma once

#include <functional>
#include <memory>
#include <string>

#include "banyan/api/viewer_source.hpp"

namespace banyan::app {

/// What one executable made of this code has and another has not.
struct Composition {
  /// Tells who asks, from the service key, which is not empty.
  std::function<std::unique_ptr<api::ViewerSource>(std::string service_key)> make_viewers;
};

}  // namespace banyan::app
