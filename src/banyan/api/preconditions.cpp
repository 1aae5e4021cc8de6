#include "banyan/api/preconditions.hpp"

namespace banyan::api {

Error precondition_failed() {
  return Error(ErrorCode::version_mismatch, "The record is not at a version that If-Match names.")
      .with_hint("Read the record again, and send the ETag that comes with it.");
}

Result<IfMatch> write_precondition(const http::Request& request) {
  Result<IfMatch> if_match = parse_if_match(request);
  if (if_match && request.header("if-none-match"))
    return fail(Error(ErrorCode::version_mismatch,
                      "If-None-Match keeps a write from records that exist, and this one needs one.")
                    .with_hint("Ids are made here: create with POST, and guard a change with If-Match."));
  return if_match;
}

std::vector<std::optional<Version>> expected_versions(const IfMatch& if_match) {
  if (if_match.kind != IfMatch::Kind::versions) return {std::nullopt};
  if (if_match.versions.empty()) return {Version{0}};
  return {if_match.versions.begin(), if_match.versions.end()};
}

bool is_mismatch(const Error& error) { return error.code == ErrorCode::version_mismatch; }

Error with_precondition(Error error, const IfMatch& if_match) {
  if (is_mismatch(error)) return precondition_failed();
  if (error.code == ErrorCode::not_found && if_match.kind != IfMatch::Kind::absent) return precondition_failed();
  return error;
}

}  // namespace banyan::api
