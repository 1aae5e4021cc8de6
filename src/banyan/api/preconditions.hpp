#pragma once

#include <optional>
#include <vector>

#include "banyan/api/entity_tag.hpp"
#include "banyan/base/result.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api {

/// 412: the record is at no version that If-Match names.
Error precondition_failed();

/// A write's If-Match; a write with an If-None-Match is refused, for it needs a record that exists.
Result<IfMatch> write_precondition(const http::Request& request);

/// A write's If-Match as the versions to expect, one after the other until one is met. That nothing can match must be
/// refused, but only after a look whether the record exists would tell more than the policy allows: so it becomes a
/// version that no record has.
std::vector<std::optional<Version>> expected_versions(const IfMatch& if_match);

bool is_mismatch(const Error& error);

/// The error as the precondition turns it: `*` is false for a record that does not exist (RFC 9110, 13.1.1).
Error with_precondition(Error error, const IfMatch& if_match);

}  // namespace banyan::api
