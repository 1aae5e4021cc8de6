// What clients are told while readers and writers are held up, die, and lose Redis or the way to it.
#include <gmock/gmock.h>

#include <iostream>
#include <memory>
#include <optional>

#include "tests/histories/checkers.hpp"
#include "tests/histories/faults.hpp"
#include "tests/histories/workload.hpp"
#include "tests/servers/environment.hpp"

namespace banyan::histories {
namespace {

using std::chrono::milliseconds;

/// How much is asked: a little every day, and 200,000 operations under each fault in the long round.
struct Size {
  std::size_t operations;
  std::size_t faults_min;
  milliseconds outage;  ///< Of Redis or the way to it.
};
constexpr Size everyday{.operations = 3'000, .faults_min = 1, .outage = milliseconds(2'500)};
constexpr Size everything{.operations = 200'000, .faults_min = 20, .outage = milliseconds(5'000)};

/// Whether instances keep own copies, and so what is promised to whom.
enum class Copies { none, own };

struct Scenario {
  Fault fault;
  RandomSteps::Chances chances{.one_in = 20, .longest = milliseconds(5)};
  std::size_t faults_min = 1;
  bool hears = false;
};

class HistoriesBase : public testing::Test {
 protected:
  void hold(const Size& size, Copies copies, const Scenario& scenario) {
    const std::uint64_t seed = testkit::printed_seed();
    RandomSteps steps(scenario.chances, seed);
    World world(steps, {{.own_copies = copies == Copies::own, .hears = scenario.hears}});
    const Outcome outcome = run(world,
                                {.operations = operations_or(size.operations),
                                 .faults_min = scenario.faults_min * size.faults_min,
                                 .seed = seed},
                                scenario.fault);
    tell(outcome, world);
    EXPECT_THAT(older_than_seen(outcome.history), testing::IsEmpty());
    EXPECT_THAT(never_written(outcome.history), testing::IsEmpty());
    if (copies == Copies::none) EXPECT_THAT(older_than_acknowledged(outcome.history), testing::IsEmpty());
    EXPECT_EQ(outcome.unanswered_reads, 0U) << outcome.last_failure;
    EXPECT_GT(outcome.acknowledged, 0U) << outcome.last_failure;
    EXPECT_GT(world.count("banyan_shared_cache_hits_total"), 0U) << "nothing was tried";
    if (copies == Copies::own) EXPECT_GT(world.own_hits(), 0U) << "nothing was tried";
  }

 private:
  static void tell(const Outcome& outcome, World& world) {
    std::cout << outcome.history.size() << " operations told, " << outcome.acknowledged << " changes acknowledged, "
              << world.count("banyan_shared_cache_hits_total") << " hits in Redis, " << world.own_hits()
              << " in own copies, " << world.finds() << " questions to the database\n";
  }
};

class Histories : public HistoriesBase {};
class HistoriesLong : public HistoriesBase {};

const RandomSteps::Chances often{.one_in = 4, .longest = milliseconds(10)};
const RandomSteps::Chances all_chances{.one_in = 10, .longest = milliseconds(10), .dies_one_in = 10};

TEST_F(Histories, hold_with_pauses_at_every_step) { hold(everyday, Copies::none, {.chances = often}); }
TEST_F(HistoriesLong, hold_with_pauses_at_every_step) { hold(everything, Copies::none, {.chances = often}); }

TEST_F(Histories, hold_with_own_copies_and_pauses_at_every_step) { hold(everyday, Copies::own, {.chances = often}); }
TEST_F(HistoriesLong, hold_with_own_copies_and_pauses_at_every_step) {
  hold(everything, Copies::own, {.chances = often});
}

TEST_F(Histories, hold_with_pauses_and_changes_told_by_the_database_too) {
  hold(everyday, Copies::own, {.chances = often, .hears = true});
}
TEST_F(HistoriesLong, hold_with_pauses_and_changes_told_by_the_database_too) {
  hold(everything, Copies::own, {.chances = often, .hears = true});
}

TEST_F(Histories, hold_where_writers_die_between_commit_and_raise) {
  hold(everyday, Copies::none, {.chances = {.one_in = 20, .dies_one_in = 4}});
}
TEST_F(HistoriesLong, hold_where_writers_die_between_commit_and_raise) {
  hold(everything, Copies::none, {.chances = {.one_in = 20, .dies_one_in = 4}});
}

TEST_F(Histories, hold_where_writers_die_and_instances_keep_own_copies) {
  hold(everyday, Copies::own, {.chances = {.one_in = 20, .dies_one_in = 4}});
}
TEST_F(HistoriesLong, hold_where_writers_die_and_instances_keep_own_copies) {
  hold(everything, Copies::own, {.chances = {.one_in = 20, .dies_one_in = 4}});
}

TEST_F(Histories, hold_where_instances_die_and_others_take_their_place) {
  hold(everyday, Copies::own, {.fault = replacements(), .faults_min = 3});
}
TEST_F(HistoriesLong, hold_where_instances_die_and_others_take_their_place) {
  hold(everything, Copies::own, {.fault = replacements(), .faults_min = 3});
}

TEST_F(Histories, hold_where_slots_tickets_and_the_control_key_vanish) {
  hold(everyday, Copies::none, {.fault = evictions()});
}
TEST_F(HistoriesLong, hold_where_slots_tickets_and_the_control_key_vanish) {
  hold(everything, Copies::none, {.fault = evictions()});
}

TEST_F(Histories, hold_where_slots_vanish_writers_die_and_instances_keep_own_copies) {
  hold(everyday, Copies::own, {.fault = evictions(), .chances = {.one_in = 20, .dies_one_in = 4}});
}
TEST_F(HistoriesLong, hold_where_slots_vanish_writers_die_and_instances_keep_own_copies) {
  hold(everything, Copies::own, {.fault = evictions(), .chances = {.one_in = 20, .dies_one_in = 4}});
}

TEST_F(Histories, hold_where_redis_dies_again_and_again) {
  hold(everyday, Copies::own, {.fault = restarts(), .faults_min = 2});
}
TEST_F(HistoriesLong, hold_where_redis_dies_again_and_again) {
  hold(everything, Copies::own, {.fault = restarts(), .faults_min = 2});
}

TEST_F(Histories, hold_where_redis_stands_still) { hold(everyday, Copies::none, {.fault = freezes(everyday.outage)}); }
TEST_F(HistoriesLong, hold_where_redis_stands_still) {
  hold(everything, Copies::none, {.fault = freezes(everything.outage)});
}

TEST_F(HistoriesLong, hold_where_redis_dies_again_and_again_and_none_keeps_own_copies) {
  hold(everything, Copies::none, {.fault = restarts(), .faults_min = 2});
}
TEST_F(HistoriesLong, hold_where_redis_stands_still_and_instances_keep_own_copies) {
  hold(everything, Copies::own, {.fault = freezes(everything.outage)});
}

TEST_F(Histories, hold_where_one_instance_does_not_reach_redis_and_none_keeps_own_copies) {
  hold(everyday, Copies::none, {.fault = cuts(everyday.outage)});
}
TEST_F(HistoriesLong, hold_where_one_instance_does_not_reach_redis_and_none_keeps_own_copies) {
  hold(everything, Copies::none, {.fault = cuts(everything.outage)});
}

TEST_F(HistoriesLong, hold_where_one_instance_does_not_reach_redis) {
  hold(everything, Copies::own, {.fault = cuts(everything.outage)});
}

TEST_F(Histories, hold_where_the_stream_of_raises_breaks) {
  hold(everyday, Copies::own, {.fault = lost_streams(), .faults_min = 10});
}
TEST_F(HistoriesLong, hold_where_the_stream_of_raises_breaks) {
  hold(everything, Copies::own, {.fault = lost_streams(), .faults_min = 10});
}

TEST_F(HistoriesLong, hold_where_all_of_it_happens_and_none_keeps_own_copies) {
  hold(everything, Copies::none, {.fault = all_faults(milliseconds(2'500)), .chances = all_chances});
}
TEST_F(HistoriesLong, hold_where_all_of_it_happens) {
  hold(everything, Copies::own, {.fault = all_faults(milliseconds(2'500)), .chances = all_chances});
}

/// Clients that bring no token, to instances with own copies: how old is what they are shown. Measured for the
/// documents; the bound is half a second, and what a message takes on a machine under load.
class WithoutToken : public testing::Test {
 protected:
  static constexpr milliseconds bound{5'000};

  static void measure(std::size_t operations, const Fault& fault, std::size_t faults_min) {
    const std::uint64_t seed = testkit::printed_seed();
    RandomSteps steps({}, seed);
    World world(steps, {{.own_copies = true}});
    const Outcome outcome = run(world,
                                {.operations = operations_or(operations),
                                 .faults_min = faults_min,
                                 .clients = 4,
                                 .by_token = false,
                                 .seed = seed},
                                fault);
    const Staleness found = staleness(outcome.history);
    std::cout << found.reads << " reads, " << found.stale << " of them stale: median " << found.median.count()
              << " µs, p99 " << found.p99.count() << " µs, worst " << found.worst.count() << " µs; " << world.own_hits()
              << " hits in own copies\n";
    EXPECT_LT(found.worst, bound);
    EXPECT_THAT(never_written(outcome.history), testing::IsEmpty());
    EXPECT_GT(world.own_hits(), 0U) << "nothing was tried";
  }
};
class WithoutTokenLong : public WithoutToken {};

TEST_F(WithoutToken, reads_are_a_moment_old_at_most) { measure(3'000, {}, 0); }
TEST_F(WithoutTokenLong, reads_are_a_moment_old_at_most) { measure(200'000, {}, 0); }
TEST_F(WithoutToken, reads_are_old_for_a_bounded_time_where_the_stream_breaks) { measure(3'000, lost_streams(), 5); }
TEST_F(WithoutTokenLong, reads_are_old_for_a_bounded_time_where_one_instance_does_not_reach_redis) {
  measure(50'000, cuts(everything.outage), 10);
}

}  // namespace
}  // namespace banyan::histories
