#pragma once

#include <string>
#include <string_view>

#include "banyan/api/position_token.hpp"
#include "banyan/http/router.hpp"

namespace banyan::api {

/// The header `Banyan-Position` (docs/replicas.md): what a client has seen, as it brings it and gets it back. A token
/// that is not to be read, since the key has changed or somebody made it up, is no error: whoever brings one is
/// answered by the primary, and gets a new one.
/// Thread-safe. Lifetime: outlives the router.
class PositionHeader {
 public:
  static constexpr std::string_view name = "Banyan-Position";

  explicit PositionHeader(std::string_view service_key) : tokens_(service_key) {}

  /// The handler with the header read before it and written after it, whatever it answers.
  http::Handler around(http::Handler handler) const;

 private:
  void bring(const http::Request& request, Context& context) const;
  void tell(const Context& context, http::Response& response) const;
  Task<http::Response> tell_later(Task<http::Response> answering, const Context& context) const;

  PositionTokens tokens_;
};

}  // namespace banyan::api
