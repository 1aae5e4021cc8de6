#include "tests/histories/stage.hpp"

#include <string_view>

namespace banyan::histories {
namespace {

constexpr std::string_view hits = "banyan_shared_cache_hits_total";

}  // namespace

bool Stage::begin(std::size_t keys) {
  Client first = client();
  for (std::size_t key = 0; key < keys; ++key)
    if (!becomes_true([&] { return first.create(0, key); })) return false;
  for (std::size_t i = 0; i < World::instances; ++i) {
    const bool serves = becomes_true([&] {
      const std::uint64_t before = world_.use(i).instance.count(hits);
      first.read(i, keys - 1);
      return world_.use(i).instance.count(hits) > before;
    });
    if (!serves) return false;
  }
  world_.evict();
  return true;
}

std::jthread Stage::held_at(Step step, std::function<void()> deed) {
  gate_.close(step);
  std::jthread thread(std::move(deed));
  if (!gate_.holds_somebody()) gate_.open();
  return thread;
}

void Stage::release(std::jthread& held) {
  gate_.open();
  held.join();
}

bool Stage::keeps_own_copy(std::size_t instance, std::size_t key, Client& client) {
  return becomes_true([&] {
    const std::uint64_t before = world_.use(instance).instance.own_hits();
    client.read(instance, key);
    return world_.use(instance).instance.own_hits() > before;
  });
}

}  // namespace banyan::histories
