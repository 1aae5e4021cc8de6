#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "banyan/api/batch.hpp"
#include "banyan/api/openapi/documents.hpp"
#include "banyan/api/query/limits.hpp"
#include "banyan/api/resource.hpp"
#include "banyan/api/saved_query_face.hpp"
#include "banyan/api/viewer_source.hpp"
#include "banyan/base/log.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/http/router.hpp"
#include "banyan/services/records.hpp"

namespace banyan::api {

/// Everything that is served: a resource a collection, health and metrics.
/// Thread-safe. Lifetime: outlives the router; what it is given outlives it.
class Application {
 public:
  struct Parts {
    const Schema& schema;
    services::Records& records;
    services::SavedQueries& queries;
    Log& log;
    const ViewerSource& viewers;
    QueryLimits limits;
    openapi::Description documents;  ///< What /openapi.json and /docs say.
    /// Why this instance should get no traffic now, a sentence each; empty when it should.
    std::function<std::vector<std::string>()> unready_reasons;
    std::function<std::string()> expose_metrics;  ///< Prometheus text.
    bool metrics_need_key = false;
  };
  explicit Application(Parts parts);
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  void add_routes(http::Router& router);

  /// What answers with the OpenAPI document.
  http::Handler openapi_handler() const { return documents_.openapi_handler(); }

  /// The error body for what the HTTP server itself refuses; for an unknown path it names what is nearest.
  http::Response render_problem(const http::Problem& problem) const;

 private:
  http::Response health_ready() const;
  http::Response metrics(const http::Request& request) const;
  /// ", did you mean …?" for what is asked for below /rpc.
  std::string nearest_query(std::string_view path) const;

  Parts parts_;
  std::vector<Resource> resources_;
  Batch batch_;
  SavedQueryFace saved_queries_;
  openapi::Documents documents_;
};

}  // namespace banyan::api
