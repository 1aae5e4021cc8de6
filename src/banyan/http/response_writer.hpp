#pragma once

#include <string_view>

#include "banyan/http/buffer.hpp"
#include "banyan/http/cors.hpp"
#include "banyan/http/request.hpp"
#include "banyan/http/response.hpp"

namespace banyan::http {

/// What an answer carries beside what the handler said.
struct Framing {
  std::string_view date_line;  ///< "Date: …" with its CR LF.
  std::string_view request_id;
  std::string_view cors_lines;  ///< Each with its CR LF.
  bool head = false;            ///< The request was HEAD.
  bool close = false;           ///< Say "Connection: close".
  bool keep_alive = false;      ///< Say "Connection: keep-alive", for HTTP/1.0.
};

/// Whether the body goes out with the head: not for HEAD, 204 and 304.
bool sends_body(const Response& response, bool head) noexcept;

/// Appends the status line and all headers (RFC 9112). A header with CR, LF or NUL in it is left out.
void write_head(Buffer& out, const Response& response, const Framing& framing);

}  // namespace banyan::http
