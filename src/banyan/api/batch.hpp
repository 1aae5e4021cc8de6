#pragma once

#include "banyan/api/viewer_source.hpp"
#include "banyan/base/log.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/http/router.hpp"
#include "banyan/services/records.hpp"

namespace banyan::api {

/// `POST /batch`: writes of any collections that happen together or not at all (docs/api.md).
/// Thread-safe; what it is given outlives it, and it outlives the router it is added to.
class Batch {
 public:
  struct Parts {
    const Schema& schema;
    services::Records& records;
    const ViewerSource& viewers;
    Log& log;
  };
  explicit Batch(Parts parts) : parts_(parts) {}

  void add_routes(http::Router& router);

 private:
  Task<http::Response> run(const http::Request& request, Context& context);
  Task<Result<http::Response>> apply(const http::Request& request, const Context& context);

  Parts parts_;
};

}  // namespace banyan::api
