#include "banyan/api/position_header.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace banyan::api {

http::Handler PositionHeader::around(http::Handler handler) const {
  return [this, handler = std::move(handler)](const http::Request& request, Context& context) -> Task<http::Response> {
    bring(request, context);
    Task<http::Response> answering = handler(request, context);
    if (!answering.await_ready()) return tell_later(std::move(answering), context);
    http::Response response = answering.await_resume();
    tell(context, response);
    return response;
  };
}

void PositionHeader::bring(const http::Request& request, Context& context) const {
  const auto token = request.header("banyan-position");
  if (!token) return;
  if (const auto position = tokens_.read(*token))
    context.position = context.reached = *position;
  else
    context.position.hold_until = std::numeric_limits<std::int64_t>::max();
}

void PositionHeader::tell(const Context& context, http::Response& response) const {
  if (context.reached.empty()) return;
  response.headers.emplace_back(name, tokens_.write(context.reached));
  // One client's position and what it may be shown by it are not for another's cache.
  const bool said =
      std::ranges::any_of(response.headers, [](const auto& header) { return header.first == "Cache-Control"; });
  if (!said) response.headers.emplace_back("Cache-Control", "private, no-cache");
  response.headers.emplace_back("Vary", std::string(name));
}

Task<http::Response> PositionHeader::tell_later(Task<http::Response> answering, const Context& context) const {
  http::Response response = co_await std::move(answering);
  tell(context, response);
  co_return response;
}

}  // namespace banyan::api
