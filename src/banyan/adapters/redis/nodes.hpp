#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/adapters/redis/url.hpp"
#include "banyan/wire/resp.hpp"

namespace banyan::redis {

/// Where a client connects to: its server, or the node of a cluster that has its keys.
///
/// In a cluster the nodes themselves say which one that is. Where it does not answer, those that the URL names and
/// those that were met take turns, until one of them knows better. Thread safety: none; it belongs to the thread of the
/// client.
class Nodes {
 public:
  static constexpr std::size_t met_max = 1'000;

  explicit Nodes(Endpoint named);

  const Endpoint& current() const noexcept { return current_; }
  /// Whether the URL names several, as only makes sense for a cluster.
  bool several() const noexcept { return !named_.more.empty(); }

  /// A key that stands for all: a node that does not have it is left. Empty: any node will do.
  const std::string& key() const noexcept { return key_; }
  void follow(std::string key) { key_ = std::move(key); }

  /// That node has the keys.
  void moved(const Address& node);
  /// Those are of the cluster now; the first met_max are remembered.
  void met(std::vector<Address> nodes);
  /// The current one does not answer, or cannot say who has the keys.
  void failed();

 private:
  Endpoint endpoint_of(const Address& node) const;

  Endpoint named_;
  Endpoint current_;
  std::vector<Address> all_;  ///< The URL's, then those that were met.
  std::size_t turn_ = 0;
  std::string key_;
};

/// What `MOVED slot host:port` names; `asked` is who said so, which an empty host means. Nothing where it names none.
std::optional<Address> moved_to(std::string_view error, const Endpoint& asked);

/// Whom `CLUSTER SLOTS` names, each once, replicas too.
std::vector<Address> nodes_of(const resp::Reply& slots, const Endpoint& asked);

}  // namespace banyan::redis
