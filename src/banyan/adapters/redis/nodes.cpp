#include "banyan/adapters/redis/nodes.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "banyan/base/numbers.hpp"

namespace banyan::redis {
namespace {

std::optional<Address> address_of(std::string_view host, std::int64_t port, const Endpoint& asked) {
  // A node that has been told no name of its own calls itself that.
  constexpr std::string_view unknown = "?";
  if (host == unknown || port <= 0 || port > std::numeric_limits<std::uint16_t>::max()) return std::nullopt;
  Address address{.host = host.empty() ? asked.host : std::string(host), .port = static_cast<std::uint16_t>(port)};
  if (address.host.empty()) return std::nullopt;
  return address;
}

}  // namespace

Nodes::Nodes(Endpoint named) : named_(std::move(named)), current_(named_) { met({}); }

Endpoint Nodes::endpoint_of(const Address& node) const {
  Endpoint endpoint = named_;
  if (node.host.empty()) return endpoint;
  endpoint.host = node.host;
  endpoint.port = node.port;
  endpoint.socket.clear();
  return endpoint;
}

void Nodes::moved(const Address& node) { current_ = endpoint_of(node); }

void Nodes::met(std::vector<Address> nodes) {
  if (nodes.size() > met_max) nodes.resize(met_max);
  all_ = {{.host = named_.host, .port = named_.port}};
  all_.insert(all_.end(), named_.more.begin(), named_.more.end());
  for (Address& node : nodes)
    if (std::ranges::find(all_, node) == all_.end()) all_.push_back(std::move(node));
}

void Nodes::failed() {
  for (std::size_t tries = 0; tries < all_.size(); ++tries) {
    Endpoint next = endpoint_of(all_[turn_++ % all_.size()]);
    if (next.same_place(current_)) continue;
    current_ = std::move(next);
    return;
  }
}

std::optional<Address> moved_to(std::string_view error, const Endpoint& asked) {
  const std::string_view place = error.substr(std::min(error.rfind(' ') + 1, error.size()));
  const std::size_t colon = place.rfind(':');
  if (!error.starts_with("MOVED ") || colon == std::string_view::npos) return std::nullopt;
  const std::optional<std::int64_t> port = parse_whole<std::int64_t>(place.substr(colon + 1));
  return port ? address_of(place.substr(0, colon), *port, asked) : std::nullopt;
}

// An array of ranges: first, last, then each of their nodes, which is host, port and what else there is.
std::vector<Address> nodes_of(const resp::Reply& slots, const Endpoint& asked) {
  constexpr std::size_t nodes_from = 2;
  std::vector<Address> nodes;
  for (const resp::Reply& range : slots.items) {
    for (std::size_t i = nodes_from; i < range.items.size() && nodes.size() < Nodes::met_max; ++i) {
      const std::vector<resp::Reply>& node = range.items[i].items;
      if (node.size() < 2) continue;
      auto address = address_of(node[0].text, node[1].integer, asked);
      if (address && std::ranges::find(nodes, *address) == nodes.end()) nodes.push_back(std::move(*address));
    }
  }
  return nodes;
}

}  // namespace banyan::redis
