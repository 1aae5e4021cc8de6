// Orders of steps in which the shared cache was once wrong.
#include <gmock/gmock.h>

#include <atomic>
#include <memory>
#include <string_view>

#include "tests/histories/broken.hpp"
#include "tests/histories/checkers.hpp"
#include "tests/histories/stage.hpp"

namespace banyan::histories {
namespace {

using testing::IsEmpty;

constexpr std::size_t key = 0;
constexpr std::size_t other_key = 1;

TEST(Stories, who_was_told_that_a_record_is_gone_is_not_shown_it_by_an_own_copy) {
  InstanceSettings settings;
  settings.own_copies = true;
  Stage stage({settings});
  ASSERT_TRUE(stage.begin(2));
  Client writer = stage.client(), holder = stage.client(), reader = stage.client(true);
  ASSERT_TRUE(stage.keeps_own_copy(2, key, holder));
  ASSERT_TRUE(stage.keeps_own_copy(2, other_key, holder));
  reader.read(2, key);
  stage.gate().kill_writers(true);
  writer.remove(0, key);
  stage.world().evict();
  EXPECT_EQ(reader.read(1, key), Version(0));
  ASSERT_TRUE(stage.keeps_own_copy(2, other_key, reader)) << "it has heard as much as the reader has seen";
  reader.read(2, key);
  EXPECT_THAT(older_than_seen(stage.history()), IsEmpty());
}

TEST(Stories, a_reader_is_not_shown_what_a_query_found_before_a_change_that_another_instance_acknowledged) {
  Stage stage({{}});
  ASSERT_TRUE(stage.begin());
  Client leader = stage.client(), writer = stage.client(), follower = stage.client();
  Instance& instance = stage.world().use(1).instance;
  std::jthread slow = stage.held_at(Step::after_find, [&] { leader.read(1, key); });
  stage.world().way(1).stall(true);  // the instance hears nothing of the change
  EXPECT_TRUE(writer.update(0, key));
  std::jthread next([&] { follower.read(1, key); });
  EXPECT_TRUE(becomes_true([&] { return instance.count("banyan_reads_shared_total") > 0; }));
  stage.release(slow);
  next.join();
  stage.world().way(1).stall(false);
  EXPECT_THAT(older_than_acknowledged(stage.history()), IsEmpty());
}

bool switch_off(Instance& instance) {
  InlineExecutor executor;
  const Context context{executor, instance.clock(), SteadyTime::max()};
  const auto now = block_on(instance.agreement().read(context, false));
  return now && block_on(instance.agreement().change(context, now->use.view, false, now->use.cache_id));
}

/// Waits until a read of the key there makes the instance count one more of these.
bool comes_to_count(Stage& stage, std::size_t instance, Client& client, std::string_view counter) {
  return becomes_true([&] {
    const std::uint64_t before = stage.world().use(instance).instance.count(counter);
    client.read(instance, key);
    return stage.world().use(instance).instance.count(counter) > before;
  });
}

// The instance has last heard that nobody uses the cache. It must not conclude that nobody does.
TEST(Stories, who_is_shown_a_record_where_it_is_not_known_that_the_cache_is_used_again_is_shown_nothing_older) {
  std::atomic<bool> away = false;
  InstanceSettings distant;
  distant.around_agreement = [&away](CacheAgreement& behind) {
    return std::make_unique<DistantAgreement>(behind, away);
  };
  Stage stage({{}, distant, {}});
  ASSERT_TRUE(stage.begin());
  Client other = stage.client(), writer = stage.client(), reader = stage.client(true);
  ASSERT_TRUE(switch_off(stage.world().use(0).instance));
  ASSERT_TRUE(comes_to_count(stage, 1, other, "banyan_shared_cache_bypassed_total"));
  away = true;
  ASSERT_TRUE(comes_to_count(stage, 2, other, "banyan_shared_cache_bypassed_total"));
  ASSERT_TRUE(comes_to_count(stage, 2, other, "banyan_shared_cache_hits_total"));
  stage.gate().kill_writers(true);
  writer.update(0, key);
  reader.read(1, key);
  reader.read(2, key);
  EXPECT_THAT(older_than_seen(stage.history()), IsEmpty());
}

}  // namespace
}  // namespace banyan::histories
