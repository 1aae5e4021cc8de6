#include "banyan/http/cors.hpp"

#include <algorithm>

#include "banyan/http/characters.hpp"

namespace banyan::http {
namespace {

constexpr std::string_view always_exposed =
    "Access-Control-Expose-Headers: Allow, Content-Range, ETag, Link, Location, Preference-Applied, Retry-After, "
    "WWW-Authenticate, X-Request-Id";
constexpr std::size_t requested_headers_bytes_max = 2048;

bool is_header_list(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c == ',' || c == ' ' || is(c, token_character); });
}

}  // namespace

CorsPolicy::CorsPolicy(const Cors& cors)
    : origins_(cors.origins),
      any_(std::ranges::find(cors.origins, "*") != cors.origins.end()),
      max_age_(std::to_string(cors.max_age.count())),
      exposed_(always_exposed) {
  for (const std::string& name : cors.exposed) exposed_ += ", " + name;
  exposed_ += "\r\n";
}

bool CorsPolicy::allows(std::string_view origin) const noexcept {
  return any_ || std::ranges::find(origins_, origin) != origins_.end();
}

std::string CorsPolicy::header_lines(std::string_view origin) const {
  std::string lines;
  if (!enabled()) return lines;
  if (!any_) lines += "Vary: Origin\r\n";
  if (origin.empty() || !allows(origin)) return lines;
  lines += "Access-Control-Allow-Origin: ";
  lines += any_ ? std::string_view("*") : origin;
  lines += "\r\n";
  return lines += exposed_;
}

void CorsPolicy::answer_preflight(const Request& request, std::string_view allowed_methods, Response& response) const {
  const auto origin = request.header("origin");
  if (!enabled() || !origin || !allows(*origin) || !request.header("access-control-request-method")) return;
  response.headers.emplace_back("Access-Control-Allow-Methods", allowed_methods);
  const auto wanted = request.header("access-control-request-headers");
  if (wanted && wanted->size() <= requested_headers_bytes_max && is_header_list(*wanted)) {
    response.headers.emplace_back("Access-Control-Allow-Headers", *wanted);
  }
  response.headers.emplace_back("Access-Control-Max-Age", max_age_);
}

}  // namespace banyan::http
