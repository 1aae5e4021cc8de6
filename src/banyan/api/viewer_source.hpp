#pragma once

#include "banyan/base/context.hpp"
#include "banyan/base/result.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api {

/// Tells who asks by what a request brings.
/// Thread-safe.
class ViewerSource {
 public:
  virtual ~ViewerSource() = default;

  /// Anonymous for a request that brings nothing; `unauthenticated` for one that brings something wrong.
  virtual Result<Viewer> viewer_of(const http::Request& request) const = 0;
};

}  // namespace banyan::api
