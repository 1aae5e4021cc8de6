#include "tests/histories/workload.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/servers/environment.hpp"

namespace banyan::histories {
namespace {

/// Then another comes in its place, who knows nothing: one that was shown what could not be raised is kept from the
/// cache.
constexpr std::size_t operations_of_a_client = 100;

/// One run of clients and a fault.
class Run {
 public:
  Run(World& world, const WorkloadSettings& settings) : world_(world), settings_(settings) {}

  Outcome with(const Fault& fault) {
    for (std::size_t key = 0; key < settings_.keys; ++key) make(key);
    {
      std::vector<std::jthread> threads;
      for (std::size_t number = 1; number <= settings_.clients; ++number)
        threads.emplace_back([this, number] { be_client(number); });
      SeededRandom random(settings_.seed);
      while (fault && (faults_ < settings_.faults_min || done_ < settings_.operations)) {
        fault(world_, random);
        ++faults_;
      }
      faults_over_ = true;
    }
    outcome_.history = recorder_.history();
    return std::move(outcome_);
  }

 private:
  void make(std::size_t key) {
    Client first(world_, recorder_, 0, false);
    // Whoever made it may have died before it could say so.
    while (!first.create(0, key) && first.read(0, key).value_or(0) == 0) {
    }
  }

  void be_client(std::size_t number) {
    SeededRandom random(settings_.seed + number);
    for (; done_ < settings_.operations || !faults_over_; number += settings_.clients) {
      Client client(world_, recorder_, number, settings_.by_token);
      for (std::size_t i = 0; i < operations_of_a_client; ++i) {
        act(client, instance_for(number, random), random);
        ++done_;
      }
      count(client);
    }
  }

  void count(const Client& client) {
    const std::lock_guard lock(mutex_);
    outcome_.acknowledged += client.acknowledged();
    outcome_.unanswered_reads += client.unanswered_reads();
    if (!client.last_failure().empty()) outcome_.last_failure = client.last_failure();
  }

  // Half of them are mostly answered by one instance, as behind a balancer that keeps clients together.
  static std::size_t instance_for(std::size_t client, Random& random) {
    const bool keeps = client % 2 == 1 && random.below(10) != 0;
    return keeps ? client % World::instances : random.below(World::instances);
  }

  void act(Client& client, std::size_t instance, Random& random) const {
    const std::size_t key = random.below(settings_.keys);
    switch (random.below(20)) {
      case 0: client.remove(instance, key); break;
      case 1:
      case 2: client.create(instance, key); break;
      case 3:
      case 4:
      case 5: client.update(instance, key); break;
      case 6: client.list(instance, settings_.keys / 2); break;
      default: client.read(instance, key);
    }
  }

  World& world_;
  const WorkloadSettings& settings_;
  Recorder recorder_;
  std::atomic<std::size_t> done_ = 0;
  std::atomic<std::size_t> faults_ = 0;
  std::atomic<bool> faults_over_ = false;
  std::mutex mutex_;
  Outcome outcome_;
};

}  // namespace

Outcome run(World& world, const WorkloadSettings& settings, const Fault& fault) {
  return Run(world, settings).with(fault);
}

std::size_t operations_or(std::size_t otherwise) {
  return testkit::number_from_environment("BANYAN_HISTORY_OPERATIONS", otherwise);
}

}  // namespace banyan::histories
