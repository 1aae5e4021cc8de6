#include "banyan/http/response_writer.hpp"

#include <algorithm>
#include <charconv>

namespace banyan::http {
namespace {

bool is_line(std::string_view text) noexcept {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// The most that the server's own words take: status line, Date, Content-Length, Connection and the names.
constexpr std::size_t own_bytes_max = 320;

std::size_t head_bytes_max(const Response& response, const Framing& framing) noexcept {
  std::size_t bytes = own_bytes_max + response.content_type.size() + response.etag.size() + framing.request_id.size() +
                      framing.cors_lines.size();
  for (const auto& [name, value] : response.headers) bytes += name.size() + value.size() + 4;
  return bytes;
}

void write_status(Buffer& out, int status) noexcept {
  if (status == 200) return out.add("HTTP/1.1 200 OK\r\n");
  out.add("HTTP/1.1 ");
  const int digits = std::clamp(status, 100, 999);
  const char text[4] = {static_cast<char>('0' + digits / 100), static_cast<char>('0' + digits / 10 % 10),
                        static_cast<char>('0' + digits % 10), ' '};
  out.add(std::string_view(text, 4));
  out.add(reason_phrase(status));
  out.add("\r\n");
}

void write_number(Buffer& out, std::size_t number) noexcept {
  char* const room = out.room();
  out.added(static_cast<std::size_t>(std::to_chars(room, room + 20, number).ptr - room));
}

}  // namespace

bool sends_body(const Response& response, bool head) noexcept {
  return !head && response.status != 204 && response.status != 304;
}

void write_head(Buffer& out, const Response& response, const Framing& framing) {
  out.reserve(head_bytes_max(response, framing));
  write_status(out, response.status);
  out.add(framing.date_line);
  if (response.status != 204 && response.status != 304) {
    if (!response.content_type.empty()) {
      out.add("Content-Type: ");
      out.add(response.content_type);
      out.add("\r\n");
    }
    out.add("Content-Length: ");
    write_number(out, response.body.bytes().size());
    out.add("\r\n");
  }
  if (!response.etag.empty() && is_line(response.etag)) {
    out.add("ETag: ");
    out.add(response.etag);
    out.add("\r\n");
  }
  out.add("X-Request-Id: ");
  out.add(framing.request_id);
  out.add("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (!is_line(name) || !is_line(value)) continue;
    out.add(name);
    out.add(": ");
    out.add(value);
    out.add("\r\n");
  }
  out.add(framing.cors_lines);
  if (framing.close) {
    out.add("Connection: close\r\n");
  } else if (framing.keep_alive) {
    out.add("Connection: keep-alive\r\n");
  }
  out.add("\r\n");
}

}  // namespace banyan::http
