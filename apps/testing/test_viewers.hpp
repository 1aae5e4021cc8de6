#pragma once

#include <string>
#include <utility>

#include "banyan/api/service_key.hpp"

namespace banyan::testing {

/// Believes whoever says who they are: `X-Banyan-Test-Viewer: id=7;role=admin;email=a@b.c`, each part at most once. A
/// request without that header is told by its key.
/// Thread-safe. For tests alone.
class TestViewers final : public api::ViewerSource {
 public:
  explicit TestViewers(std::string service_key) : key_(std::move(service_key)) {}

  Result<Viewer> viewer_of(const http::Request& request) const override;

 private:
  api::ServiceKey key_;
};

}  // namespace banyan::testing
