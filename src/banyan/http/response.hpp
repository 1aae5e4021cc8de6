#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace banyan::http {

/// Bytes to send: owned, or shared with a cache that keeps them.
class Body {
 public:
  Body() = default;
  Body(std::string owned) : owned_(std::move(owned)) {}  // NOLINT: text is a body
  /// `view` lives as long as `owner`.
  Body(std::shared_ptr<const void> owner, std::string_view view) : owner_(std::move(owner)), view_(view) {}

  std::string_view bytes() const noexcept { return owner_ ? view_ : std::string_view(owned_); }

 private:
  std::string owned_;
  std::shared_ptr<const void> owner_;
  std::string_view view_;
};

/// One answer. The server adds Date, Content-Length, Connection, X-Request-Id and CORS headers itself; it leaves the
/// body out for HEAD, 204 and 304.
struct Response {
  int status = 200;
  std::string_view content_type;                             ///< A literal; empty when there is no body.
  std::string etag;                                          ///< With its quotes; empty: none.
  std::vector<std::pair<std::string, std::string>> headers;  ///< Any others; names and values free of CR and LF.
  Body body;
  bool close = false;  ///< Close the connection after this.
};

inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view text_type = "text/plain; charset=utf-8";

/// "Not Found" for 404.
std::string_view reason_phrase(int status) noexcept;

/// What the server itself has to say when no handler can.
struct Problem {
  int status = 500;
  std::string_view reason;  ///< "malformed_request", "header_too_large", "method_not_allowed" …
  std::string message;
  std::string hint;
  std::string_view path;  ///< The request's path where one was understood.
};
/// Makes the one error body of the application out of a problem. Must not throw. Thread-safe.
using ProblemRenderer = std::function<Response(const Problem&)>;

}  // namespace banyan::http
