#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// The bytes of JSON, written into room that was measured before: what record_json.cpp and json_text.cpp share.
namespace banyan::json_write {

inline constexpr std::size_t integer_bytes_max = 20;
inline constexpr std::size_t number_bytes_max = 32;

/// How many bytes `text` takes as a JSON string, quotes included.
std::size_t string_bytes(std::string_view text) noexcept;

/// Each writes at `at` and returns the place after. `bytes` is what string_bytes() said of the text.
char* put_string(char* at, std::string_view text, std::size_t bytes) noexcept;
char* put_integer(char* at, std::int64_t value) noexcept;
char* put_integer(char* at, std::uint64_t value) noexcept;
/// The shortest text that reads back as the same double; finite; -0.0 as 0.
char* put_number(char* at, double value) noexcept;
inline char* put_raw(char* at, std::string_view text) noexcept {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

/// Appends at most `bytes_max` bytes that `write(char*)` writes, which returns the place after the last.
template <typename Write>
void append(std::string& out, std::size_t bytes_max, Write write) {
  const std::size_t size = out.size();
  out.resize_and_overwrite(
      size + bytes_max, [&](char* data, std::size_t) { return static_cast<std::size_t>(write(data + size) - data); });
}

}  // namespace banyan::json_write
