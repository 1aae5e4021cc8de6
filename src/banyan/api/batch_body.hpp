#pragma once

#include <boost/json/value.hpp>

#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/services/records.hpp"

namespace banyan::api {

/// The operations of a `POST /batch`:
/// `{"operations":[{"method":"PATCH","path":"/users/1","body":{…},"if_match":"…"}]}`. They point into the body.
/// `invalid` with a FieldProblem for every wrong place, named "[2].path" or, for the whole, "operations".
Result<std::vector<services::Operation>> operations_from(const Schema& schema, const boost::json::value& body);

}  // namespace banyan::api
