#pragma once

#include <string>
#include <string_view>

#include "banyan/http/request.hpp"
#include "banyan/http/server.hpp"

namespace banyan::http {

/// Cross-origin answers (the Fetch standard, section "HTTP extensions"). Immutable; thread-safe.
class CorsPolicy {
 public:
  explicit CorsPolicy(const Cors& cors);

  bool enabled() const noexcept { return !origins_.empty(); }
  /// The header lines, each with its CR LF, that an answer to a request of that origin carries; empty if none.
  /// `origin` is empty when the request named none.
  std::string header_lines(std::string_view origin) const;
  /// Adds what the answer to a preflight says beside that.
  void answer_preflight(const Request& request, std::string_view allowed_methods, Response& response) const;

 private:
  bool allows(std::string_view origin) const noexcept;

  std::vector<std::string> origins_;
  bool any_ = false;
  std::string max_age_;
  std::string exposed_;  ///< The whole line.
};

}  // namespace banyan::http
