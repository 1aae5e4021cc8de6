#include "banyan/api/request_body.hpp"

#include <boost/algorithm/string/predicate.hpp>

namespace banyan::api {
namespace {

bool is_json_type(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return boost::algorithm::iequals(type, "application/json") || boost::algorithm::iends_with(type, "+json");
}

}  // namespace

Result<boost::json::value> json_body_of(const http::Request& request, std::size_t depth_max) {
  const auto content_type = request.header("content-type");
  if (content_type && !is_json_type(*content_type))
    return fail(Error(ErrorCode::invalid, "The body is of type '" + std::string(content_type->substr(0, 100)) +
                                              "', and only JSON is taken here.")
                    .with_reason("unsupported_media_type")
                    .with_hint("Send JSON with the header 'Content-Type: application/json'."));
  const auto encoding = request.header("content-encoding");
  if (encoding && !boost::algorithm::iequals(*encoding, "identity"))
    return fail(Error(ErrorCode::invalid, "The body is encoded as '" + std::string(encoding->substr(0, 100)) +
                                              "', and only plain JSON is taken here.")
                    .with_reason("unsupported_media_type")
                    .with_hint("Send the body as it is, without Content-Encoding."));
  if (request.body.empty())
    return fail(Error(ErrorCode::invalid, "The request has no body.")
                    .with_reason("malformed_json")
                    .with_hint("Send a JSON object, such as {\"name\":\"Alice\"}."));
  Result<boost::json::value> body = parse_json(request.body, depth_max);
  if (!body && body.error().reason.empty()) body.error().reason = "malformed_json";
  return body;
}

}  // namespace banyan::api
