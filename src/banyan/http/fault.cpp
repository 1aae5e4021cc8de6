#include "banyan/http/fault.hpp"

#include <array>
#include <string>

namespace banyan::http {
namespace {

constexpr std::string_view crlf_hint = "End every line of the header with CR LF.";
constexpr std::string_view framing_hint = "Send either one Content-Length, in digits, or Transfer-Encoding: chunked.";
constexpr std::string_view chunk_hint = "See RFC 9112, section 7.1, for how a chunked body is written.";
constexpr std::string_view host_hint = "Send exactly one Host header, as in 'Host: example.org'.";

// In the order of the enumeration.
constexpr std::array<FaultText, fault_count> texts{{
    {500, "none", "", ""},
    {400, "bare_lf", "A line of the header ends with LF alone.", crlf_hint},
    {400, "bare_cr", "The header holds a CR without LF.", crlf_hint},
    {400, "nul", "The header holds a NUL.", "Leave NUL bytes out."},
    {400, "control_character", "The header holds a control character.", "Leave control characters out."},
    {400, "malformed_request_line", "The request line is malformed.", "Write it as 'GET /path HTTP/1.1'."},
    {400, "malformed_target", "The request target is malformed.", "Percent-encode what a URL may not hold."},
    {400, "folded_header", "A header line begins with white space.", "Write each header on one line."},
    {400, "space_before_colon", "White space stands before a header's colon.", "Write 'Name: value'."},
    {400, "empty_header_name", "A header has no name.", "Write 'Name: value'."},
    {400, "malformed_header_name", "A header's name is malformed.", "Write 'Name: value'."},
    {400, "malformed_header_value", "A header's value holds what it may not.", "Leave control characters out."},
    {400, "missing_host", "The Host header is missing.", host_hint},
    {400, "repeated_host", "The Host header is given more than once.", host_hint},
    {400, "malformed_host", "The Host header is malformed.", host_hint},
    {400, "malformed_content_length", "The Content-Length is malformed or repeated.", framing_hint},
    {400, "unsupported_transfer_encoding", "The Transfer-Encoding is not 'chunked' alone.", framing_hint},
    {400, "length_and_encoding", "Content-Length and Transfer-Encoding are both given.", framing_hint},
    {400, "transfer_encoding_in_http_1_0", "HTTP/1.0 knows no Transfer-Encoding.", "Use HTTP/1.1."},
    {400, "malformed_chunk", "The chunked body is malformed.", chunk_hint},
    {400, "chunk_extension_too_large", "The chunked body has too long chunk extensions.", "Leave them out."},
    {400, "malformed_trailer", "A trailer is malformed.", "Leave trailers out, they are not used."},
    {400, "malformed_request", "The request is malformed.", "See RFC 9112 for how a request is written."},
    {505, "http_version_not_supported", "Only HTTP/1.1 and HTTP/1.0 are spoken here.", "Use HTTP/1.1."},
    {501, "method_not_implemented", "This method is not known here.",
     "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS."},
    {414, "request_line_too_long", "The request line is too long.", "Shorten the URL."},
    {431, "header_too_large", "The header is too large.", "Send fewer or shorter headers, or fewer cookies."},
    {431, "too_many_headers", "There are too many headers.", "Send fewer headers."},
    {431, "trailers_too_large", "The trailers are too large.", "Leave trailers out, they are not used."},
    {413, "body_too_large", "The body is too large.", "Send less in one request."},
    {417, "expectation_failed", "This expectation is not known here.", "Leave the Expect header out."},
    {408, "header_timeout", "The header did not arrive in time.", "Send the whole request without pauses."},
    {408, "body_timeout", "The body did not arrive in time.", "Send the whole request without pauses."},
    {503, "too_many_bodies", "The server holds as many bytes of requests' bodies as it may.", "Try again in a moment."},
    {503, "too_many_connections", "The server has as many connections as it may.", "Try again in a moment."},
}};
static_assert(texts[static_cast<std::size_t>(Fault::malformed)].reason == "malformed_request");
static_assert(texts[static_cast<std::size_t>(Fault::body_too_large)].status == 413);
static_assert(texts[static_cast<std::size_t>(Fault::too_many_connections)].status == 503);

}  // namespace

const FaultText& describe(Fault fault) noexcept { return texts[static_cast<std::size_t>(fault)]; }

Problem problem_of(Fault fault) {
  const FaultText& text = describe(fault);
  Problem problem;
  problem.status = text.status;
  problem.reason = text.reason;
  problem.message = std::string(text.message);
  problem.hint = std::string(text.hint);
  return problem;
}

}  // namespace banyan::http
