#pragma once

#include <string_view>

#include "banyan/base/result.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api::rest {

/// In what form records are answered.
struct Representation {
  enum class Form : unsigned char {
    array,   ///< A JSON array.
    object,  ///< One record as a JSON object; another number of them is refused.
    csv,
  };
  Form form = Form::array;
  bool nulls_stripped = false;  ///< Members that are null are left out; not of csv.

  bool single() const noexcept { return form == Form::object; }
  /// For `Content-Type`: a literal.
  std::string_view content_type() const noexcept;
};

/// What `Accept` asks for; without one, JSON. Of several types the one of the highest quality that is offered. Errors:
/// `unsupported` for PostgREST's types that are not offered, else `invalid` with the reason `not_acceptable`.
Result<Representation> negotiate(const http::Request& request);

/// Whether `Accept` names OpenAPI's type, JSON's or any.
bool accepts_document(const http::Request& request);

/// What a body is.
enum class BodyType : unsigned char { json, csv, form };
/// By `Content-Type`; without one, JSON. Errors: `invalid` with the reason `unsupported_media_type`.
Result<BodyType> body_type_of(const http::Request& request);

}  // namespace banyan::api::rest
