#pragma once

#include <string>

#include "banyan/api/rest/media_type.hpp"
#include "banyan/api/viewer_source.hpp"
#include "banyan/base/log.hpp"
#include "banyan/http/router.hpp"
#include "banyan/services/saved_queries.hpp"

namespace banyan::api::rest {

/// Saved queries as PostgREST's functions: `/rest/v1/rpc/<name>`. Their rows come out whole; to select or filter them
/// is `unsupported`. Thread-safe; what it is given outlives it, and it outlives the router it is added to.
class QueryFace {
 public:
  struct Parts {
    services::SavedQueries& queries;
    const ViewerSource& viewers;
    Log& log;
  };
  explicit QueryFace(Parts parts) : parts_(parts) {}

  void add_routes(http::Router& router);

 private:
  Task<http::Response> answer(const SavedQuery& query, const http::Request& request, Context& context);
  Task<Result<http::Response>> call(const SavedQuery& query, const http::Request& request, Context& context);

  Parts parts_;
};

}  // namespace banyan::api::rest
