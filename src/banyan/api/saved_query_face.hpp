#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/api/viewer_source.hpp"
#include "banyan/base/log.hpp"
#include "banyan/http/router.hpp"
#include "banyan/services/saved_queries.hpp"

namespace banyan::api {

/// Saved queries as `<prefix><name>` (docs/saved-queries.md): GET with arguments in the query string for those that
/// only read, POST with an object for all. Whoever may not call one is turned away first. Thread-safe; what it is given
/// outlives it, and it outlives the router it is added to.
class SavedQueryFace {
 public:
  struct Parts {
    services::SavedQueries& queries;
    const ViewerSource& viewers;
    Log& log;
  };
  /// What a face makes of a call.
  using Call = std::function<Task<Result<http::Response>>(services::SavedQueries& queries, const SavedQuery& query,
                                                          const http::Request& request, const Context& context)>;
  SavedQueryFace(Parts parts, std::string prefix, Call call)
      : parts_(parts), prefix_(std::move(prefix)), call_(std::move(call)) {}

  void add_routes(http::Router& router);

 private:
  Task<http::Response> answer(const SavedQuery& query, const http::Request& request, Context& context);

  Parts parts_;
  std::string prefix_;
  Call call_;
};

/// The plain face's: the rows as an array.
Task<Result<http::Response>> call_saved_query(services::SavedQueries& queries, const SavedQuery& query,
                                              const http::Request& request, const Context& context);

/// What the request gives the query: the query string of GET, the body of POST.
Result<std::vector<Value>> arguments_of(const services::SavedQueries& queries, const SavedQuery& query,
                                        const http::Request& request, const Context& context);

/// `[{"id":1,"name":"Alice"}]`: the rows as a JSON array, columns in the order of their declaration.
std::string rows_json(const SavedQuery& query, const SavedRows& rows);

}  // namespace banyan::api
