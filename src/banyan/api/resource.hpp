#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/api/cursor.hpp"
#include "banyan/api/query/parser.hpp"
#include "banyan/api/record_view.hpp"
#include "banyan/api/viewer_source.hpp"
#include "banyan/base/log.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/http/router.hpp"
#include "banyan/services/records.hpp"

namespace banyan::api {

/// One collection as plain resources: `/users` and `/users/{id}` (docs/api.md).
/// Thread-safe; what it is given outlives it, and it outlives the router it is added to.
class Resource {
 public:
  struct Parts {
    const Schema& schema;
    const Collection& collection;
    services::Records& records;
    const ViewerSource& viewers;
    const QueryLimits& limits;
    Log& log;
  };
  explicit Resource(Parts parts) : parts_(parts) {}

  void add_routes(http::Router& router);

 private:
  using Request = http::Request;
  using Response = http::Response;
  using Operation = Task<Result<Response>> (Resource::*)(const Request&, Context&);

  /// Tells who asks and turns away whom the policy denies, before anything of the request is looked at; then runs the
  /// operation. An error becomes its response.
  Task<Response> run(Operation operation, Action action, const Request& request, Context& context);
  http::Handler handler_of(Operation operation, Action action);
  /// Puts into the context who asks; why that cannot be told.
  std::optional<Error> identify(const Request& request, Context& context) const;
  Result<Value> id_of(const Request& request) const;
  QuerySubject subject() const noexcept { return {parts_.schema, parts_.collection, parts_.limits}; }

  // resource_read.cpp
  Task<Response> get(const Request& request, Context& context);
  Response answer_found(const Request& request, const Context& context, const Result<CachedRecordPtr>& found) const;
  Task<Response> answer_when_found(const Request& request, const Context& context,
                                   Task<Result<CachedRecordPtr>> finding);
  Task<Result<Response>> get_with_conditions(const Request& request, Context& context);
  Task<Result<Response>> get_by_query(const Request& request, const Context& context, Value id,
                                      const RecordView& view) const;
  /// What is behind the cursor in the list; its record is looked at where the cursor does not hold its values.
  Task<Result<Filter>> behind_cursor(const Context& context, const CursorOrder& list, std::string_view cursor) const;
  Task<Result<Response>> list(const Request& request, Context& context);

  // resource_write.cpp
  Task<Result<Response>> create(const Request& request, Context& context);
  Task<Result<Response>> update(const Request& request, Context& context);
  Task<Result<Response>> replace(const Request& request, Context& context);
  Task<Result<Response>> remove(const Request& request, Context& context);
  using Change = Task<Result<services::Written>> (services::Records::*)(const Context&, const Collection&, Value,
                                                                        const boost::json::value&,
                                                                        std::optional<Version>);
  Task<Result<Response>> change(Change operation, const Request& request, Context& context);

  Parts parts_;
};

}  // namespace banyan::api
