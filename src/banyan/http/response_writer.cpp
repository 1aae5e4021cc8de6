#include "banyan/http/response_writer.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "banyan/http/characters.hpp"

namespace banyan::http {
namespace {

// A header that could end its line early is left out.
bool is_line(std::string_view text) noexcept {
  return !may_hold_control(text) ||
         std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// The most that the server's own words take: status line, Date, Content-Length, Connection and the names.
constexpr std::size_t own_bytes_max = 320;

std::size_t head_bytes_max(const Response& response, const Framing& framing) noexcept {
  std::size_t bytes = own_bytes_max + response.content_type.size() + response.etag.size() + framing.request_id.size() +
                      framing.cors_lines.size();
  for (const auto& [name, value] : response.headers) bytes += name.size() + value.size() + 4;
  return bytes;
}

// A place in a buffer with room enough for all that is written.
class Cursor {
 public:
  explicit Cursor(char* at) noexcept : at_(at) {}
  char* at() const noexcept { return at_; }
  [[gnu::always_inline]] void put(std::string_view text) noexcept {
    copy(text);
    at_ += text.size();
  }
  void put_number(std::size_t number) noexcept { at_ = std::to_chars(at_, at_ + 20, number).ptr; }
  void put_line(std::string_view name, std::string_view value) noexcept {
    put(name);
    put(": ");
    put(value);
    put("\r\n");
  }

 private:
  // Most of what is put is short: two moves, which may overlap, beat a call.
  [[gnu::always_inline]] void copy(std::string_view text) noexcept {
    const std::size_t bytes = text.size();
    if (bytes > 32) {
      std::memcpy(at_, text.data(), bytes);
    } else if (bytes >= 16) {
      copy_ends<16>(text.data(), bytes);
    } else if (bytes >= 8) {
      copy_ends<8>(text.data(), bytes);
    } else {
      for (std::size_t i = 0; i < bytes; ++i) at_[i] = text[i];
    }
  }
  template <std::size_t end>
  void copy_ends(const char* from, std::size_t bytes) noexcept {
    std::memcpy(at_, from, end);
    std::memcpy(at_ + bytes - end, from + bytes - end, end);
  }

  char* at_;
};

void put_status(Cursor& cursor, int status) noexcept {
  if (status == 200) return cursor.put("HTTP/1.1 200 OK\r\n");
  cursor.put("HTTP/1.1 ");
  cursor.put_number(static_cast<std::size_t>(std::clamp(status, 100, 999)));
  cursor.put(" ");
  cursor.put(reason_phrase(status));
  cursor.put("\r\n");
}

}  // namespace

bool sends_body(const Response& response, bool head) noexcept {
  return !head && response.status != 204 && response.status != 304;
}

void write_head(Buffer& out, const Response& response, const Framing& framing) {
  out.reserve(head_bytes_max(response, framing));
  Cursor cursor(out.room());
  put_status(cursor, response.status);
  cursor.put(framing.date_line);
  if (response.status != 204 && response.status != 304) {
    if (!response.content_type.empty()) {
      cursor.put("Content-Type: ");
      cursor.put(response.content_type);
      cursor.put("\r\n");
    }
    cursor.put("Content-Length: ");
    cursor.put_number(response.body.bytes().size());
    cursor.put("\r\n");
  }
  if (!response.etag.empty() && is_line(response.etag)) {
    cursor.put("ETag: ");
    cursor.put(response.etag);
    cursor.put("\r\n");
  }
  cursor.put("X-Request-Id: ");
  cursor.put(framing.request_id);
  cursor.put("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (is_line(name) && is_line(value)) cursor.put_line(name, value);
  }
  if (!framing.cors_lines.empty()) cursor.put(framing.cors_lines);
  if (framing.close) {
    cursor.put("Connection: close\r\n");
  } else if (framing.keep_alive) {
    cursor.put("Connection: keep-alive\r\n");
  }
  cursor.put("\r\n");
  out.added(static_cast<std::size_t>(cursor.at() - out.room()));
}

}  // namespace banyan::http
