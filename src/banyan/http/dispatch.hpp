#pragma once

#include <exception>

#include "banyan/base/context.hpp"
#include "banyan/base/task.hpp"
#include "banyan/http/site.hpp"

namespace banyan::http {

/// Finds who answers: a handler, or the server itself (OPTIONS, 404, 405). Fills the request's route and parameters,
/// and `route` where a handler or OPTIONS of it answers. May throw what a handler throws.
Task<Response> dispatch(const Site& site, Request& request, Context& context, const Route*& route);

/// Logs what a handler threw, and makes a 500 of it.
Response rescue(const Site& site, const Request& request, const Context& context, const std::exception_ptr& thrown);

}  // namespace banyan::http
