#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "tests/histories/client.hpp"
#include "tests/servers/becomes_true.hpp"

namespace banyan::histories {

using testkit::becomes_true;

/// A world whose readers and writers are held where a test wants them, and the clients of one story told in it.
class Stage {
 public:
  explicit Stage(std::vector<InstanceSettings> settings) : world_(gate_, std::move(settings)) {}

  World& world() { return world_; }
  Gate& gate() { return gate_; }
  History history() const { return recorder_.history(); }

  Client client(bool by_token = false) { return {world_, recorder_, ++clients_, by_token}; }

  /// Creates the keys, and waits until every instance serves hits of the shared cache. False: none does.
  bool begin(std::size_t keys = 1);

  /// Does it on a thread of its own, until somebody is held at the step.
  std::jthread held_at(Step step, std::function<void()> deed);
  /// Lets whoever is held go on to the end.
  void release(std::jthread& held);

  /// Waits until the instance has an own copy of the key and answers the client from it.
  bool keeps_own_copy(std::size_t instance, std::size_t key, Client& client);

 private:
  Gate gate_;
  World world_;
  Recorder recorder_;
  std::size_t clients_ = 0;
};

}  // namespace banyan::histories
