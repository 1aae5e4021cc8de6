#pragma once

#include <functional>
#include <vector>

#include "banyan/api/rest/collection_face.hpp"
#include "banyan/api/rest/function.hpp"

namespace banyan::api::rest {

/// Everything under `/rest/v1`: PostgREST's dialect, as docs/postgrest.md has it.
/// Thread-safe. Lifetime: outlives the router; what it is given outlives it.
class Face {
 public:
  struct Parts {
    const Schema& schema;
    services::Records& records;
    services::SavedQueries& queries;
    const ViewerSource& viewers;
    QueryLimits limits;
    std::size_t records_max;  ///< Of one body.
    Log& log;
    /// What is answered at `/rest/v1/` (OpenAPI); empty: nothing is there.
    http::Handler document = {};
  };
  explicit Face(Parts parts);
  Face(const Face&) = delete;
  Face& operator=(const Face&) = delete;

  void add_routes(http::Router& router);

 private:
  Task<http::Response> document(const http::Request& request, Context& context) const;
  http::Response no_such_collection(const http::Request& request) const;

  Parts parts_;
  std::vector<CollectionFace> collections_;
  SavedQueryFace queries_;
};

}  // namespace banyan::api::rest
