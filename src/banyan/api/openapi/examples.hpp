#pragma once

#include <string>

#include "banyan/api/openapi/operations.hpp"

namespace banyan::openapi {

/// A record of the collection as somebody could send it: what is required, and a little more.
std::string example_body(const Schema& schema, const Collection& collection);

/// The operation as a command for a shell: `$URL` is where the server is, `$KEY` the service key.
std::string curl_example(const Schema& schema, const Collection& collection, const Path& path,
                         const Operation& operation);

/// A call of the saved query, with every parameter that it needs.
std::string curl_example(const Schema& schema, const SavedQuery& query);

}  // namespace banyan::openapi
