// Each ingredient of the shared cache's protocol that the model takes away, taken away here: on the protocol as it is
// the same story breaks nothing.
#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tests/histories/broken.hpp"
#include "tests/histories/checkers.hpp"
#include "tests/histories/stage.hpp"

namespace banyan::histories {
namespace {

using testing::IsEmpty;
using testing::Not;

constexpr std::size_t key = 0;
constexpr std::size_t other_key = 1;

using Settings = std::vector<InstanceSettings>;
using Story = std::function<void(Stage& stage)>;
using Checker = Violations (*)(const History& history);

/// What is found when the story has been told, again and again until something is found.
Violations found_by(Checker checker, const Settings& settings, const Story& story, int rounds_max) {
  Stage stage(settings);
  EXPECT_TRUE(stage.begin(2));
  Violations found;
  for (int round = 0; round < rounds_max && found.empty(); ++round) {
    story(stage);
    found = checker(stage.history());
  }
  return found;
}

void expect_broken(Checker checker, const Settings& whole, const Settings& broken, const Story& story,
                   int rounds_max = 1) {
  EXPECT_THAT(found_by(checker, whole, story, 1), IsEmpty());
  EXPECT_THAT(found_by(checker, broken, story, rounds_max), Not(IsEmpty()));
}

Settings with_scripts(const std::function<void(redis::CacheScripts& scripts)>& alter) {
  InstanceSettings settings;
  alter(settings.scripts);
  return {settings};
}

template <typename Broken>
Settings with_cache() {
  InstanceSettings settings;
  settings.around_cache = [](Cache& behind) { return std::make_unique<Broken>(behind); };
  return {settings};
}

TEST(Mutations, a_raise_that_lifts_no_floor_is_found) {
  const Settings broken = with_scripts([](redis::CacheScripts& scripts) {
    scripts.raise = altered(scripts.raise, "if kind == 'T' and older then", "if false then");
  });
  expect_broken(older_than_acknowledged, {{}}, broken, [](Stage& stage) {
    Client reader = stage.client(), writer = stage.client(), next = stage.client();
    std::jthread slow = stage.held_at(Step::after_find, [&] { reader.read(1, key); });
    EXPECT_TRUE(writer.update(0, key));
    stage.release(slow);
    next.read(2, key);
  });
}

TEST(Mutations, a_raise_that_stores_into_an_empty_slot_is_found) {
  const Settings broken = with_scripts([](redis::CacheScripts& scripts) {
    scripts.raise = altered(scripts.raise, "local older",
                            "if not slot then redis.call('SET', KEYS[2], 'V' .. version .. next_sequence() .. "
                            "position .. payload, 'PX', lifetime) end\nlocal older");
  });
  expect_broken(older_than_acknowledged, {{}}, broken, [](Stage& stage) {
    Client first = stage.client(), second = stage.client(), next = stage.client();
    std::jthread slow = stage.held_at(Step::after_commit, [&] { first.update(0, key); });
    EXPECT_TRUE(second.update(1, key));
    stage.world().evict();
    stage.release(slow);
    next.read(2, key);
  });
}

TEST(Mutations, a_raise_that_turns_absent_into_a_value_is_found) {
  const Settings broken = with_scripts([](redis::CacheScripts& scripts) {
    scripts.raise = altered(scripts.raise, "held == none or payload == ''", "payload == ''");
  });
  expect_broken(older_than_acknowledged, {{}}, broken, [](Stage& stage) {
    Client first = stage.client(), second = stage.client(), next = stage.client();
    std::jthread slow = stage.held_at(Step::after_commit, [&] { first.update(0, key); });
    EXPECT_TRUE(second.remove(1, key));
    next.read(2, key);
    stage.release(slow);
    next.read(1, key);
  });
}

TEST(Mutations, a_list_that_raises_nothing_before_it_is_shown_is_found) {
  expect_broken(older_than_seen, {{}}, with_cache<Unhelpful>(), [](Stage& stage) {
    Client writer = stage.client(), reader = stage.client(true);
    reader.read(0, key);
    std::jthread slow = stage.held_at(Step::after_commit, [&] { writer.update(0, key); });
    reader.list(1, 1);
    reader.read(2, key);
    stage.release(slow);
  });
}

TEST(Mutations, a_reader_that_raises_nothing_before_it_shows_it_is_found) {
  expect_broken(older_than_seen, {{}}, with_cache<Unhelpful>(), [](Stage& stage) {
    Client holder = stage.client(), writer = stage.client(), reader = stage.client(true);
    std::jthread slow = stage.held_at(Step::after_find, [&] { holder.read(0, key); });
    stage.gate().kill_writers(true);
    writer.update(0, key);
    reader.read(1, key);
    stage.release(slow);
    reader.read(2, key);
  });
}

TEST(Mutations, absent_that_clears_nothing_is_found) {
  const Settings broken = with_scripts([](redis::CacheScripts& scripts) {
    scripts.fill =
        altered(scripts.fill, "if not (kind == 'V' and held == none) then redis.call('DEL', KEYS[2]) end", "");
  });
  expect_broken(older_than_seen, {{}}, broken, [](Stage& stage) {
    Client holder = stage.client(), writer = stage.client(), reader = stage.client(true);
    reader.read(2, key);
    stage.world().evict();
    std::jthread slow = stage.held_at(Step::after_find, [&] { holder.read(0, key); });
    stage.gate().kill_writers(true);
    writer.remove(0, key);
    reader.read(1, key);
    stage.release(slow);
    reader.read(2, key);
  });
}

TEST(Mutations, a_fill_from_a_replica_that_has_not_come_so_far_is_found) {
  InstanceSettings standing;
  standing.around_store = [](RecordStore& behind) { return std::make_unique<StandingReplica>(behind); };
  expect_broken(older_than_acknowledged, {{}}, {{}, standing, {}}, [](Stage& stage) {
    Client reader = stage.client(), writer = stage.client(), next = stage.client();
    reader.read(1, key);
    EXPECT_TRUE(writer.update(0, key));
    stage.world().evict();
    reader.read(1, key);
    next.read(2, key);
  });
}

TEST(Mutations, an_acknowledgement_before_the_raise_is_found) {
  expect_broken(older_than_acknowledged, {{}}, with_cache<EarlyAcknowledgement>(), [](Stage& stage) {
    Client writer = stage.client(), reader = stage.client();
    reader.read(1, key);
    EXPECT_TRUE(writer.update(0, key));
    reader.read(2, key);
  });
}

TEST(Mutations, an_acknowledgement_without_a_confirmed_raise_is_found) {
  InstanceSettings whole;
  whole.write_patience = std::chrono::milliseconds(300);
  InstanceSettings broken = whole;
  broken.around_cache = [](Cache& behind) { return std::make_unique<UnconfirmedAcknowledgement>(behind); };
  expect_broken(older_than_acknowledged, {whole}, {broken}, [](Stage& stage) {
    Client writer = stage.client(), reader = stage.client();
    reader.read(1, key);
    std::jthread slow = stage.held_at(Step::after_commit, [&] { writer.update(0, key); });
    stage.world().way(0).refuse(true);
    stage.world().way(0).cut_all();
    stage.release(slow);
    reader.read(2, key);
  });
}

// The instance that the reader asks does not learn that the cache is off, and has its licence for a while.
TEST(Mutations, an_acknowledgement_while_others_still_serve_hits_is_found) {
  std::atomic<bool> away = false;
  InstanceSettings distant;
  distant.around_agreement = [&away](CacheAgreement& behind) {
    return std::make_unique<DistantAgreement>(behind, away);
  };
  InstanceSettings hasty;
  hasty.around_cache = [](Cache& behind) { return std::make_unique<Hasty>(behind); };
  const Story story = [&away](Stage& stage) {
    Client writer = stage.client(), reader = stage.client();
    away = false;
    reader.read(1, key);
    away = true;
    {
      const World::Use use = stage.world().use(0);
      InlineExecutor executor;
      const Context context{executor, use.instance.clock(), SteadyTime::max()};
      const auto now = block_on(use.instance.agreement().read(context, false));
      ASSERT_TRUE(now);
      ASSERT_TRUE(block_on(use.instance.agreement().change(context, now->use.view, false, now->use.cache_id)));
    }
    EXPECT_TRUE(writer.update(0, key));
    reader.read(1, key);
    away = false;
  };
  expect_broken(older_than_acknowledged, {{}, distant, {}}, {hasty, distant, {}}, story);
}

Settings with_own_copies() {
  InstanceSettings settings;
  settings.own_copies = true;
  return {settings};
}

Settings with_held_own_copies(bool minds) {
  Settings settings = with_own_copies();
  settings.front().around_own_copies = [minds](Cache& behind, Steps& steps) {
    return std::make_unique<HeldOwnCopies>(behind, steps, minds);
  };
  return settings;
}

Settings with_forgetful(Forgetful::What what) {
  Settings settings = with_own_copies();
  settings.front().around_cache = [what](Cache& behind) { return std::make_unique<Forgetful>(behind, what); };
  return settings;
}

TEST(Mutations, an_own_copy_that_does_not_mind_a_raise_heard_on_the_way_is_found) {
  expect_broken(older_than_seen, with_held_own_copies(true), with_held_own_copies(false), [](Stage& stage) {
    Client reader = stage.client(), writer = stage.client(true);
    ASSERT_TRUE(stage.keeps_own_copy(1, other_key, reader));
    reader.read(0, key);
    std::jthread slow = stage.held_at(Step::before_own_fill, [&] { reader.read(1, key); });
    EXPECT_TRUE(writer.update(2, key));
    ASSERT_TRUE(stage.keeps_own_copy(1, other_key, writer)) << "it has heard of the raise";
    stage.release(slow);
    writer.read(1, key);
  });
}

// An instance that hears nothing of raises answers from its own copies for a moment, which a slow machine may miss.
constexpr int rounds_max = 10;

TEST(Mutations, an_own_copy_that_is_not_compared_with_the_token_is_found) {
  const Story story = [](Stage& stage) {
    Client reader = stage.client(), writer = stage.client(true);
    ASSERT_TRUE(stage.keeps_own_copy(1, key, reader));
    stage.world().way(1).stall(true);
    EXPECT_TRUE(writer.update(0, key));
    writer.read(1, key);
    stage.world().way(1).stall(false);
  };
  expect_broken(older_than_seen, with_own_copies(), with_forgetful(Forgetful::What::compares_nothing), story,
                rounds_max);
}

TEST(Mutations, an_answer_from_a_copy_that_does_not_move_the_token_on_is_found) {
  const Story story = [](Stage& stage) {
    Client holder = stage.client(), writer = stage.client(), reader = stage.client(true);
    ASSERT_TRUE(stage.keeps_own_copy(1, key, holder));
    ASSERT_TRUE(stage.keeps_own_copy(2, key, holder));
    stage.world().way(2).stall(true);
    EXPECT_TRUE(writer.update(0, key));
    reader.read(1, key);
    reader.read(2, key);
    stage.world().way(2).stall(false);
  };
  expect_broken(older_than_seen, with_own_copies(), with_forgetful(Forgetful::What::folds_nothing), story, rounds_max);
}

}  // namespace
}  // namespace banyan::histories
