#include "tests/histories/faults.hpp"

#include <string>
#include <thread>
#include <vector>

namespace banyan::histories {
namespace {

using std::chrono::milliseconds;

void wait_up_to(milliseconds longest, Random& random) {
  std::this_thread::sleep_for(milliseconds(random.below(static_cast<std::uint64_t>(longest.count())) + 1));
}

// Deletes keys of the pattern, each with that chance in a hundred.
const std::string evict = R"(
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  if math.random(100) <= tonumber(ARGV[2]) then redis.call('DEL', key) end
end)";

}  // namespace

Fault evictions() {
  return [](World& world, Random& random) {
    world.redis().run({"EVAL", "math.randomseed(ARGV[3])" + evict, "0", "b:*", std::to_string(random.below(100) + 1),
                       std::to_string(random.below(1'000'000))});
    if (random.below(20) == 0) world.redis().run({"EVAL", evict, "0", "banyan:*:control", "100"});
    wait_up_to(milliseconds(10), random);
  };
}

Fault restarts() {
  return [](World& world, Random& random) {
    wait_up_to(milliseconds(1'500), random);
    world.redis().kill_9();
    wait_up_to(milliseconds(500), random);
    world.redis().start();
  };
}

Fault freezes(milliseconds length) {
  return [length](World& world, Random& random) {
    wait_up_to(milliseconds(500), random);
    world.redis().freeze();
    std::this_thread::sleep_for(length);
    world.redis().thaw();
  };
}

Fault cuts(milliseconds length) {
  return [length](World& world, Random& random) {
    testkit::TcpProxy& way = world.way(random.below(World::instances));
    const bool silently = random.below(2) == 0;
    wait_up_to(milliseconds(500), random);
    if (silently) {
      way.stall(true);
    } else {
      way.refuse(true);
      way.cut_all();
    }
    std::this_thread::sleep_for(length);
    way.stall(false);
    way.refuse(false);
  };
}

Fault lost_streams() {
  return [](World& world, Random& random) {
    world.redis().run({"CLIENT", "KILL", "TYPE", "pubsub"});
    wait_up_to(milliseconds(200), random);
  };
}

Fault replacements() {
  return [](World& world, Random& random) {
    wait_up_to(milliseconds(1'000), random);
    world.replace(random.below(World::instances));
  };
}

Fault all_faults(milliseconds length) {
  const std::vector<Fault> faults{evictions(),  restarts(),     freezes(length),
                                  cuts(length), lost_streams(), replacements()};
  return [faults](World& world, Random& random) { faults[random.below(faults.size())](world, random); };
}

}  // namespace banyan::histories
