// A thousand readers who miss one key at once, over three instances.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <vector>

#include "tests/histories/stage.hpp"

namespace banyan::histories {
namespace {

constexpr std::size_t readers = 1'000;

struct Storm {
  std::latch over{readers};
  std::atomic<std::size_t> answered = 0;
};

Task<void> read(World& world, Instance& instance, Storm& storm) {
  const Context context{.executor = instance.loop(),
                        .clock = instance.clock(),
                        .deadline = instance.clock().steady() + std::chrono::minutes(1),
                        .viewer = {},
                        .position = {}};
  const Result<CachedRecordPtr> found = co_await instance.records().find(context, world.notes(), id_of(0));
  if (found) ++storm.answered;
  storm.over.count_down();
}

TEST(Storm, a_thousand_readers_of_one_key_that_nobody_has_make_one_query_in_the_fleet) {
  InstanceSettings settings;
  settings.ticket_patience = std::chrono::seconds(30);  // so that no slow machine decides
  Stage stage({settings});
  ASSERT_TRUE(stage.begin());
  const std::uint64_t before = stage.world().finds();
  Storm storm;
  // Nobody is answered before all have asked: the one who asks the database is held there.
  Client first = stage.client();
  std::jthread slow = stage.held_at(Step::after_find, [&] { first.read(0, 0); });
  std::latch asked(World::instances);
  for (std::size_t i = 0; i < World::instances; ++i) {
    Instance& instance = stage.world().use(i).instance;
    instance.loop().run([&stage, &instance, &storm, &asked, i] {
      for (std::size_t reader = i; reader < readers; reader += World::instances)
        detach(read(stage.world(), instance, storm));
      asked.count_down();
    });
  }
  asked.wait();
  stage.release(slow);
  storm.over.wait();
  EXPECT_EQ(storm.answered, readers);
  EXPECT_EQ(stage.world().finds() - before, 1U);
}

}  // namespace
}  // namespace banyan::histories
