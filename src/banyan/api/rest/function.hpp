#pragma once

#include "banyan/api/saved_query_face.hpp"

namespace banyan::api::rest {

/// A saved query as PostgREST's function: `/rest/v1/rpc/<name>`. Its rows come out whole; to select or filter them is
/// `unsupported`.
Task<Result<http::Response>> call_function(services::SavedQueries& queries, const SavedQuery& query,
                                           const http::Request& request, const Context& context);

}  // namespace banyan::api::rest
