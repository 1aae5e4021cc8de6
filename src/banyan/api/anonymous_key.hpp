#pragma once

#include <string>

#include "banyan/api/viewer_source.hpp"

namespace banyan::api {

/// Lets those who bring the anonymous key ask as anyone: for clients that must send a key. It is no secret. All others
/// are told by another source.
/// Thread-safe. Lifetime: the other source outlives it.
class AnonymousKey final : public ViewerSource {
 public:
  /// `key` may be empty: there is none.
  AnonymousKey(std::string key, const ViewerSource& others);

  Result<Viewer> viewer_of(const http::Request& request) const override;

 private:
  std::string key_;
  const ViewerSource& others_;
};

}  // namespace banyan::api
