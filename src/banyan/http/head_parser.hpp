#pragma once

#include <llhttp.h>

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "banyan/http/fault.hpp"
#include "banyan/http/head_scanner.hpp"
#include "banyan/http/request.hpp"

namespace banyan::http {

/// No body and no chunk may say to be longer. A proxy that counts in signed numbers would read something else there, so
/// this is no matter of size (413) but of form (400).
inline constexpr std::uint64_t length_max = std::numeric_limits<std::int64_t>::max();

/// What the server itself wants to know of a request's head, beside the Request that handlers see.
struct Head {
  std::vector<Header> headers;
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool keep_alive = false;
  bool http_1_0 = false;
  bool expects_continue = false;
  std::string_view request_id;  ///< X-Request-Id, if it is fit to be taken over.
  std::string_view origin;
};

/// Takes a complete head apart. A guard of our own goes first: it holds the lines to RFC 9112's grammar and refuses
/// what llhttp 8.1 lets through (folded headers, a space before the colon, no or two Hosts, transfer codings in
/// HTTP/1.0 …). Then llhttp judges every head with a header that says anything of the body or the connection; it alone
/// decides how long a body is. A head without such a header has no body and needs no judge: llhttp would take a third
/// of the whole request's instructions to say so. That llhttp agrees is what http_parser_fuzz checks.
/// Fills `head` and, of `request`, method, target, path, query and headers, with views into `data`. When the body is
/// chunked, `parser` stands where it begins.
Fault parse_head(std::string_view data, std::span<const HeadScanner::Line> lines, Head& head, Request& request,
                 llhttp_t& parser);

/// The guard's part for one header or trailer line. `line` is followed by CR LF.
Fault parse_header_line(std::string_view line, Header& header) noexcept;

}  // namespace banyan::http
