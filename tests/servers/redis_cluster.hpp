#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/servers/redis_server.hpp"

namespace banyan::testkit {

/// A cluster of Redis: three masters with a third of the slots each, and a node without any, which can be made a
/// replica. Nothing moves by itself but what a test moves: nodes have long to answer before others take their place.
/// Thread safety: none. Errors are thrown as std::runtime_error.
class RedisCluster {
 public:
  static constexpr std::size_t masters = 3;
  static constexpr std::size_t spare = masters;

  /// Returns once every node knows all of it and serves. That takes two seconds, which Redis waits.
  /// With TLS the nodes speak it among each other too.
  explicit RedisCluster(bool tls = false);

  RedisServer& node(std::size_t place) { return *nodes_.at(place); }
  /// Of all nodes; with TLS only.
  std::filesystem::path certificates() const { return nodes_.front()->certificate().parent_path() / "all.crt"; }
  /// The master that has the key's slot, as the masters say that live; and one that has not.
  std::size_t owner_of(const std::string& key);
  std::size_t other_than_owner_of(const std::string& key) { return (owner_of(key) + 1) % masters; }

  /// Moves the key's slot with all that is in it, as an operator would: in steps, or in one.
  void begin_to_move(const std::string& key, std::size_t from, std::size_t to);
  void move_keys(const std::string& key, std::size_t from, std::size_t to);
  void end_to_move(const std::string& key, std::size_t from, std::size_t to);
  void give_up_to_move(const std::string& key, std::size_t from, std::size_t to);
  void move(const std::string& key, std::size_t from, std::size_t to);

  /// Makes the spare node a replica. Returns once it has all that the master has.
  void replicate(std::size_t replica, std::size_t master);
  /// The replica takes the place of its master, dead or alive, and asks nobody. Returns once the others know.
  void take_over(std::size_t replica);
  void kill_9(std::size_t place);

 private:
  void wait_for(const std::string& what, const std::function<bool()>& condition) const;
  std::string id_of(std::size_t place) { return ids_.at(place); }
  void trust_each_other();
  bool owns(std::size_t place, const std::string& key);
  bool is_whole(std::size_t place);

  std::vector<std::unique_ptr<RedisServer>> nodes_;
  std::vector<std::string> ids_;
  std::vector<bool> dead_;
};

}  // namespace banyan::testkit
