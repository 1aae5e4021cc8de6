#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/http/response.hpp"

namespace banyan::api {

/// How an error looks from outside: the one table from words to statuses is in problem.cpp, its document in
/// docs/errors.md.
struct ProblemKind {
  int status;
  std::string code;  ///< SQLSTATE or PostgREST's code where one means the same, else a word of Banyan's own.
};
ProblemKind kind_of(const Error& error);

/// Every `code` of that table; what the HTTP server refuses by itself has the fault's own word (http/fault.hpp).
std::vector<std::string_view> shown_codes();

/// The one error body, RFC 9457 and PostgREST at once: type, title, status, detail, code, message, details, hint,
/// and `errors` with a member a wrong field where there are any.
http::Response render(const Error& error);

/// The same body for what the HTTP server has to say by itself.
http::Response render(const http::Problem& problem);

}  // namespace banyan::api
