#pragma once

#include <string>

#include "banyan/api/viewer_source.hpp"

namespace banyan::api {

/// Tells who asks by the key that a request brings: `Authorization: Bearer <key>` or `apikey: <key>`.
/// Thread-safe.
class ServiceKey final : public ViewerSource {
 public:
  /// `key` is not empty.
  explicit ServiceKey(std::string key);

  /// Anonymous without a key, service with the right one, `unauthenticated` with any other.
  Result<Viewer> viewer_of(const http::Request& request) const override;

 private:
  bool matches(std::string_view offered) const noexcept;

  std::string key_;
};

}  // namespace banyan::api
