#include "tests/servers/redis_cluster.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "tests/servers/becomes_true.hpp"
#include "tests/servers/loopback.hpp"

namespace banyan::testkit {
namespace {

constexpr int slots = 16'384;

std::unique_ptr<RedisServer> make_node(std::uint16_t bus, bool tls) {
  RedisSettings settings{.tls = tls,
                         .more = {"cluster-enabled yes", "cluster-port " + std::to_string(bus),
                                  "cluster-node-timeout 20000", "cluster-allow-replica-migration no",
                                  "repl-diskless-sync-delay 0", "masterauth " + std::string(RedisServer::password)}};
  if (tls) settings.more.insert(settings.more.end(), {"tls-cluster yes", "tls-replication yes"});
  return std::make_unique<RedisServer>(std::move(settings));
}

void expect_ok(const std::string& answer) {
  if (answer != "OK") throw std::runtime_error("Redis says: " + answer);
}

}  // namespace

RedisCluster::RedisCluster(bool tls) : dead_(masters + 1, false) {
  std::vector<std::uint16_t> buses;
  for (std::size_t place = 0; place <= masters; ++place) {
    buses.push_back(free_port());
    nodes_.push_back(make_node(buses.back(), tls));
  }
  if (tls) trust_each_other();
  for (std::size_t place = 0; place <= masters; ++place) {
    RedisServer& one = node(place);
    ids_.push_back(one.run({"CLUSTER", "MYID"}));
    expect_ok(one.run({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(place + 1)}));
    if (place == spare) continue;
    const int first = static_cast<int>(place) * slots / static_cast<int>(masters);
    const int last = (static_cast<int>(place) + 1) * slots / static_cast<int>(masters) - 1;
    expect_ok(one.run({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)}));
  }
  for (std::size_t place = 0; place <= masters; ++place)
    for (std::size_t met = 0; met < place; ++met)
      expect_ok(
          node(place).run({"CLUSTER", "MEET", "127.0.0.1",
                           std::to_string(tls ? node(met).tls_port() : node(met).port()), std::to_string(buses[met])}));
  wait_for("a whole cluster", [this] {
    for (std::size_t place = 0; place <= masters; ++place)
      if (!is_whole(place)) return false;
    return true;
  });
}

// Each certificate is its own authority.
void RedisCluster::trust_each_other() {
  std::ofstream all(certificates());
  for (const auto& one : nodes_) all << std::ifstream(one->certificate()).rdbuf();
  all.close();
  for (const auto& one : nodes_) expect_ok(one->run({"CONFIG", "SET", "tls-ca-cert-file", certificates()}));
}

bool RedisCluster::is_whole(std::size_t place) {
  const std::string info = node(place).run({"CLUSTER", "INFO"});
  const std::string nodes = node(place).run({"CLUSTER", "NODES"});
  return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + std::to_string(masters + 1)) &&
         info.contains("cluster_slots_assigned:" + std::to_string(slots)) && !nodes.contains("handshake");
}

void RedisCluster::wait_for(const std::string& what, const std::function<bool()>& condition) const {
  if (!becomes_true(condition)) throw std::runtime_error("Redis does not become " + what);
}

bool RedisCluster::owns(std::size_t place, const std::string& key) {
  if (dead_[place]) return false;
  const std::string answer = node(place).run({"EXISTS", key});
  return answer == "0" || answer == "1" || answer.starts_with("ASK");
}

std::size_t RedisCluster::owner_of(const std::string& key) {
  for (std::size_t place = 0; place <= masters; ++place)
    if (owns(place, key)) return place;
  throw std::runtime_error("no node has the slot of " + key);
}

void RedisCluster::begin_to_move(const std::string& key, std::size_t from, std::size_t to) {
  const std::string slot = node(from).run({"CLUSTER", "KEYSLOT", key});
  expect_ok(node(to).run({"CLUSTER", "SETSLOT", slot, "IMPORTING", id_of(from)}));
  expect_ok(node(from).run({"CLUSTER", "SETSLOT", slot, "MIGRATING", id_of(to)}));
}

void RedisCluster::move_keys(const std::string& key, std::size_t from, std::size_t to) {
  const std::string slot = node(from).run({"CLUSTER", "KEYSLOT", key});
  while (true) {
    std::istringstream names(node(from).run({"CLUSTER", "GETKEYSINSLOT", slot, "100"}));
    std::vector<std::string> command{"MIGRATE", "127.0.0.1", std::to_string(node(to).port()),    "",    "0",
                                     "5000",    "AUTH",      std::string(RedisServer::password), "KEYS"};
    const std::size_t without = command.size();
    for (std::string name; std::getline(names, name);)
      if (!name.empty()) command.push_back(name);
    if (command.size() == without) return;
    const std::string answer = node(from).run(command);
    // It may have run out between the two.
    if (answer != "NOKEY") expect_ok(answer);
  }
}

void RedisCluster::end_to_move(const std::string& key, std::size_t from, std::size_t to) {
  const std::string slot = node(from).run({"CLUSTER", "KEYSLOT", key});
  for (const std::size_t told : {to, from}) expect_ok(node(told).run({"CLUSTER", "SETSLOT", slot, "NODE", id_of(to)}));
  for (std::size_t told = 0; told < masters; ++told)
    if (told != to && told != from && !dead_[told])
      expect_ok(node(told).run({"CLUSTER", "SETSLOT", slot, "NODE", id_of(to)}));
}

void RedisCluster::give_up_to_move(const std::string& key, std::size_t from, std::size_t to) {
  const std::string slot = node(from).run({"CLUSTER", "KEYSLOT", key});
  for (const std::size_t told : {to, from}) expect_ok(node(told).run({"CLUSTER", "SETSLOT", slot, "STABLE"}));
}

// A key that is made on the way is moved by the second round.
void RedisCluster::move(const std::string& key, std::size_t from, std::size_t to) {
  begin_to_move(key, from, to);
  move_keys(key, from, to);
  end_to_move(key, from, to);
}

void RedisCluster::replicate(std::size_t replica, std::size_t master) {
  expect_ok(node(replica).run({"CLUSTER", "REPLICATE", id_of(master)}));
  wait_for("a replica", [&] {
    return node(replica).run({"INFO", "replication"}).contains("master_link_status:up") &&
           node(master).run({"INFO", "replication"}).contains("state=online");
  });
}

void RedisCluster::take_over(std::size_t replica) {
  expect_ok(node(replica).run({"CLUSTER", "FAILOVER", "TAKEOVER"}));
  wait_for("a master that all know", [&] {
    for (std::size_t place = 0; place <= masters; ++place) {
      if (dead_[place]) continue;
      std::istringstream lines(node(place).run({"CLUSTER", "NODES"}));
      for (std::string line; std::getline(lines, line);)
        if (line.starts_with(id_of(replica)) && !line.contains("master")) return false;
    }
    return true;
  });
}

void RedisCluster::kill_9(std::size_t place) {
  node(place).kill_9();
  dead_[place] = true;
}

}  // namespace banyan::testkit
