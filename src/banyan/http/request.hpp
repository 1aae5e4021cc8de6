#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::http {

/// The methods that routes can have. Others are answered 501 by the server.
enum class Method : std::uint8_t { get, head, post, put, patch, remove, options };
inline constexpr std::size_t method_count = 7;
/// "GET", …, "DELETE", "OPTIONS".
std::string_view to_string(Method method) noexcept;

struct Header {
  std::string_view name;
  std::string_view value;  ///< Without the white space around it.
};

/// One parsed request, body included. Everything it names lives until its response has been made.
struct Request {
  Method method = Method::get;
  std::string_view target;          ///< As received: "/users/1?select=name".
  std::string_view path;            ///< Raw, percent-encoded: "/users/1".
  std::string_view query;           ///< Raw, without the "?"; empty when there is none.
  std::span<const Header> headers;  ///< In the order received; trailers are never among them.
  std::string_view body;
  std::string_view remote;  ///< The peer, "127.0.0.1:40312".
  /// The values of the template's {parameters}, percent-decoded, in order.
  std::vector<std::string> parameters;
  std::string_view route;  ///< The template that matched.

  /// The first header of that name (compared without case), if any.
  std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// The whole list of a header that is one, however many lines it stands in (RFC 9110, 5.3): several are put together
  /// in `joined`, which the result may point into.
  std::optional<std::string_view> list(std::string_view name, std::string& joined) const;
};

/// Percent-decodes; with `plus_is_space`, as in a query, `+` becomes a space. Nothing for a malformed escape or for
/// what does not decode to valid UTF-8 without NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

struct QueryParameter {
  std::string name;
  std::string value;
};
/// The parameters of a raw query, decoded, in order; nothing when one is malformed.
std::optional<std::vector<QueryParameter>> parse_query(std::string_view raw);

}  // namespace banyan::http
