#pragma once

#include "banyan/api/viewer_source.hpp"
#include "banyan/base/log.hpp"
#include "banyan/http/router.hpp"
#include "banyan/services/saved_queries.hpp"

namespace banyan::api {

/// Saved queries as `/rpc/<name>` (docs/saved-queries.md): GET with arguments in the query string for those that only
/// read, POST with an object for all.
/// Thread-safe; what it is given outlives it, and it outlives the router it is added to.
class SavedQueryFace {
 public:
  struct Parts {
    services::SavedQueries& queries;
    const ViewerSource& viewers;
    Log& log;
  };
  explicit SavedQueryFace(Parts parts) : parts_(parts) {}

  void add_routes(http::Router& router);

 private:
  Task<http::Response> answer(const SavedQuery& query, const http::Request& request, Context& context);
  Task<Result<http::Response>> call(const SavedQuery& query, const http::Request& request, Context& context);
  Parts parts_;
};

/// What the request gives the query: the query string of GET, the body of POST.
Result<std::vector<Value>> arguments_of(const services::SavedQueries& queries, const SavedQuery& query,
                                        const http::Request& request, const Context& context);

/// `[{"id":1,"name":"Alice"}]`: the rows as a JSON array, columns in the order of their declaration.
std::string rows_json(const SavedQuery& query, const SavedRows& rows);

}  // namespace banyan::api
