#include "banyan/http/request.hpp"

#include <array>

#include "banyan/base/utf8.hpp"
#include "banyan/http/characters.hpp"

namespace banyan::http {
namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_named(const Header& header, std::string_view name) noexcept {
  if (header.name.size() != name.size()) return false;
  std::size_t i = 0;
  while (i < name.size() && lower(header.name[i]) == lower(name[i])) ++i;
  return i == name.size();
}

}  // namespace

std::string_view to_string(Method method) noexcept {
  static constexpr std::array<std::string_view, method_count> names{"GET",   "HEAD",   "POST",   "PUT",
                                                                    "PATCH", "DELETE", "OPTIONS"};
  return names[static_cast<std::size_t>(method)];
}

std::optional<std::string_view> Request::header(std::string_view name) const noexcept {
  for (const Header& header : headers)
    if (is_named(header, name)) return header.value;
  return std::nullopt;
}

std::optional<std::string_view> Request::list(std::string_view name, std::string& joined) const {
  std::optional<std::string_view> all;
  for (const Header& header : headers) {
    if (!is_named(header, name) || (all && header.value.empty())) continue;
    if (!all || all->empty()) {
      all = header.value;
      continue;
    }
    if (joined.empty()) joined = *all;
    joined += ", ";
    joined += header.value;
    all = joined;
  }
  return all;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      decoded.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
    }
  }
  if (decoded.contains('\0') || !is_valid_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::optional<std::vector<QueryParameter>> parse_query(std::string_view raw) {
  std::vector<QueryParameter> parameters;
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('&'), raw.size());
    const std::string_view pair = raw.substr(0, end);
    raw.remove_prefix(end == raw.size() ? end : end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> name = percent_decode(pair.substr(0, equals), true);
    std::optional<std::string> value =
        percent_decode(equals == pair.size() ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    parameters.push_back(QueryParameter{std::move(*name), std::move(*value)});
  }
  return parameters;
}

}  // namespace banyan::http
