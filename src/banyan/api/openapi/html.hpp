#pragma once

#include <string>
#include <string_view>

namespace banyan::openapi {

/// Text as HTML shows it, between tags and within quotes.
inline std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

/// Text with `code` in back quotes, as descriptions have it.
inline std::string prose(std::string_view text) {
  std::string out;
  bool in_code = false;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = text.find('`', at);
    out += escape_html(text.substr(at, end - at));
    if (end == std::string_view::npos) break;
    out += in_code ? "</code>" : "<code>";
    in_code = !in_code;
    at = end + 1;
  }
  return in_code ? out + "</code>" : out;
}

}  // namespace banyan::openapi
