#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "banyan/http/response.hpp"

namespace banyan::http {

/// Why the server refuses a request before any handler sees it. The connection is closed after each of them.
enum class Fault : std::uint8_t {
  none,
  bare_lf,
  bare_cr,
  nul,
  control_character,
  request_line,
  target,
  folded_header,
  space_before_colon,
  empty_header_name,
  header_name,
  header_value,
  missing_host,
  repeated_host,
  host,
  content_length,
  transfer_encoding,
  length_and_encoding,
  chunked_in_http_1_0,
  chunk,
  chunk_extension,
  trailer,
  malformed,
  version,
  method,
  request_line_too_long,
  headers_too_large,
  too_many_headers,
  trailers_too_large,
  body_too_large,
  expectation,
  header_timeout,
  body_timeout,
  body_memory,
  too_many_connections,
};
inline constexpr std::size_t fault_count = static_cast<std::size_t>(Fault::too_many_connections) + 1;

/// What is said about a fault: to the client, and as a metric's label (`reason`).
struct FaultText {
  int status;
  std::string_view reason;
  std::string_view message;
  std::string_view hint;
};
const FaultText& describe(Fault fault) noexcept;

Problem problem_of(Fault fault);

}  // namespace banyan::http
