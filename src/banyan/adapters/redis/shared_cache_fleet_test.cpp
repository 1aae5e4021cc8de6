// Several instances on one Redis, while it, the ways to it, and they themselves fail.
#include "banyan/adapters/redis/shared_cache.hpp"

#include <future>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "banyan/adapters/redis/shared_cache_fleet.hpp"

namespace banyan::redis {
namespace {

using contracts::record_at;

/// A loop that is held up until it is told to go on. Thread-safe.
class HeldExecutor final : public Executor {
 public:
  void post(std::coroutine_handle<> coroutine) override {
    run([coroutine] { coroutine.resume(); });
  }
  void run(std::move_only_function<void()> work) override {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(work));
  }
  void go_on() {
    std::vector<std::move_only_function<void()>> held;
    {
      const std::lock_guard lock(mutex_);
      held.swap(held_);
    }
    for (auto& work : held) work();
  }

 private:
  std::mutex mutex_;
  std::vector<std::move_only_function<void()>> held_;
};

TEST_F(SharedCacheFleet, what_one_fills_the_other_hits_and_what_it_raises_the_other_does_not_hit_any_more) {
  first_->put(users_1, record_at(7));
  EXPECT_EQ(second_->get(users_1), 7U);
  ASSERT_TRUE(raise(*second_, 8));
  EXPECT_EQ(first_->get(users_1), 8U);
}

TEST_F(SharedCacheFleet, an_own_copy_answers_until_a_raise_is_heard_and_nobody_who_knows_more) {
  start(true);
  first_->put(users_1, record_at(7));
  ASSERT_TRUE(becomes_true([&] {
    const std::uint64_t before = second_->own_hits();
    return second_->get(users_1) == 7U && second_->own_hits() > before;
  }));
  const std::optional<Position> writer = raise(*first_, 8);
  ASSERT_TRUE(writer);
  EXPECT_EQ(second_->get(users_1, *writer), 8U) << "who wrote is not answered by what has not heard of it";
  EXPECT_TRUE(becomes_true([&] { return second_->get(users_1) == 8U; }));
  EXPECT_TRUE(becomes_true([&] { return second_->has_heard_of(users_1); }));
}

TEST_F(SharedCacheFleet, who_was_told_that_there_is_nothing_is_not_answered_by_an_own_copy_of_what_was) {
  start(true);
  const auto kept_by_second = [&](std::string_view name, const Position& position) {
    const std::uint64_t before = second_->own_hits();
    return second_->get(name, position).has_value() && second_->own_hits() > before;
  };
  first_->put(users_1, record_at(7));
  ASSERT_TRUE(becomes_true([&] { return kept_by_second(users_1, {}); }));
  redis_.run({"EVAL", "for _, k in ipairs(redis.call('KEYS', 'b:*:users:1')) do redis.call('DEL', k) end", "0"});
  const Position told = first_->fill(users_1, first_->take_ticket(users_1).ticket, record_at(0));
  first_->put("users:2", record_at(1));
  ASSERT_TRUE(becomes_true([&] { return kept_by_second("users:2", told); })) << "the second has heard of it";
  EXPECT_NE(second_->get(users_1, told), 7U);
}

TEST_F(SharedCacheFleet, an_instance_that_hears_nothing_keeps_no_own_copies) {
  start(true);
  first_->put(users_1, record_at(7));
  ASSERT_TRUE(becomes_true([&] {
    const std::uint64_t before = second_->own_hits();
    return second_->get(users_1) == 7U && second_->own_hits() > before;
  }));
  proxy_.stall(true);
  ASSERT_TRUE(raise(*first_, 8));
  EXPECT_TRUE(becomes_true([&] { return second_->get(users_1) != 7U; }));
  proxy_.stall(false);
  EXPECT_TRUE(becomes_true([&] { return second_->get(users_1) == 8U; }));
}

TEST_F(SharedCacheFleet, the_loss_of_the_control_key_forgets_everything) {
  first_->put(users_1, record_at(7));
  redis_.run({"EVAL", "for _, k in ipairs(redis.call('KEYS', 'banyan:*:control')) do redis.call('DEL', k) end", "0"});
  EXPECT_EQ(second_->get(users_1), std::nullopt);
  ASSERT_TRUE(in_use());
  EXPECT_EQ(first_->get(users_1), std::nullopt) << "it had another number";
  ASSERT_TRUE(raise(*second_, 8));
}

TEST_F(SharedCacheFleet, databases_of_one_server_do_not_share_what_they_keep) {
  constexpr std::uint64_t of_the_same_tag = 0x1'0001;
  AgreementInMemory other(of_the_same_tag);
  CacheInstance stranger({.url = redis_.url(), .agreement = &other});
  ASSERT_TRUE(becomes_true([&] {
    stranger.put("users:2", record_at(1));
    return stranger.hits("users:2");
  }));
  first_->put(users_1, record_at(7));
  EXPECT_EQ(second_->get(users_1), 7U);
  EXPECT_EQ(stranger.get(users_1), std::nullopt);
  EXPECT_EQ(tag_of(7, of_the_same_tag), tag_of(7, 0));
  EXPECT_NE(tag_of(7, 1), tag_of(7, 0));
}

TEST_F(SharedCacheFleet, a_position_of_another_cache_is_not_answered) {
  first_->put(users_1, record_at(7));
  const std::optional<Position> writer = raise(*second_, 8);
  ASSERT_TRUE(writer);
  EXPECT_EQ(first_->get(users_1, *writer), 8U);
  Position other = *writer;
  other.cache += 2;
  EXPECT_EQ(first_->get(users_1, other), std::nullopt);
  const Position after = first_->fill(users_1, 0, record_at(8));
  EXPECT_EQ(after.cache, writer->cache);
}

TEST_F(SharedCacheFleet, a_redis_that_died_is_done_without_and_used_again_empty) {
  first_->put(users_1, record_at(7));
  redis_.kill_9();
  const std::optional<Position> writer = raise(*first_, 8);
  ASSERT_TRUE(writer) << "the write waits until nobody serves hits, then goes on";
  EXPECT_FALSE(agreement_.use().on);
  EXPECT_EQ(first_->get(users_1), std::nullopt);
  EXPECT_EQ(second_->get(users_1), std::nullopt);
  redis_.start();
  ASSERT_TRUE(in_use());
  EXPECT_TRUE(agreement_.use().on);
  EXPECT_EQ(first_->get(users_1), std::nullopt);
  EXPECT_EQ(second_->get(users_1, *writer), std::nullopt)
      << "a client that wrote meanwhile is answered by the database";
}

TEST_F(SharedCacheFleet, a_frozen_redis_is_done_without_and_what_it_remembers_is_not_believed) {
  first_->put(users_1, record_at(7));
  redis_.freeze();
  ASSERT_TRUE(raise(*first_, 8));
  redis_.thaw();
  ASSERT_TRUE(in_use());
  EXPECT_NE(first_->get(users_1), 7U);
  EXPECT_NE(second_->get(users_1), 7U);
}

TEST_F(SharedCacheFleet, an_instance_that_alone_is_cut_off_refuses_writes_and_serves_no_hits_while_the_others_go_on) {
  first_->put(users_1, record_at(7));
  unplug(proxy_);
  ASSERT_TRUE(becomes_true([&] { return (**second_).unready_reason().has_value(); }));
  const Result<void> may_write = block_on((**second_).before_write(*second_->request()));
  ASSERT_FALSE(may_write);
  EXPECT_EQ(may_write.error().code, ErrorCode::unavailable);
  EXPECT_EQ(second_->get(users_1), std::nullopt);
  ASSERT_TRUE(raise(*first_, 8));
  EXPECT_EQ(first_->get(users_1), 8U);
  EXPECT_TRUE(agreement_.use().on);
  proxy_.refuse(false);
  EXPECT_TRUE(becomes_true([&] { return second_->get(users_1) == 8U; }));
  EXPECT_FALSE((**second_).unready_reason());
  EXPECT_TRUE(block_on((**second_).before_write(*second_->request())));
}

TEST_F(SharedCacheFleet, a_write_waits_a_moment_where_an_instance_is_about_to_reach_redis_again) {
  CacheInstance patient({.url = redis_.url_through(proxy_.port()),
                         .agreement = &agreement_,
                         .detached_patience = std::chrono::seconds(60)});
  unplug(proxy_);
  ASSERT_TRUE(becomes_true([&] { return (*patient).unready_reason().has_value(); }));
  const auto context = patient.request();
  std::future<Result<void>> may_write =
      std::async(std::launch::async, [&] { return block_on((*patient).before_write(*context)); });
  EXPECT_EQ(may_write.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  proxy_.refuse(false);
  EXPECT_TRUE(may_write.get());
}

TEST_F(SharedCacheFleet, a_write_whose_raise_is_not_confirmed_is_not_acknowledged) {
  first_.reset();
  second_.reset();
  first_.emplace(CacheInstance::Wishes{.url = redis_.url(), .agreement = &agreement_});
  second_.emplace(CacheInstance::Wishes{.url = redis_.url_through(proxy_.port()),
                                        .agreement = &agreement_,
                                        .write_patience = std::chrono::milliseconds(300)});
  ASSERT_TRUE(in_use());
  unplug(proxy_);
  EXPECT_EQ(raise(*second_, 8), std::nullopt);
}

TEST_F(SharedCacheFleet, what_must_be_forgotten_is_forgotten_by_all_before_that_succeeds) {
  start(true);
  const auto kept_by_first = [&](const Position& position) {
    const std::uint64_t before = first_->own_hits();
    return first_->get(users_1, position) == 7U && first_->own_hits() > before;
  };
  first_->put(users_1, record_at(7));
  ASSERT_TRUE(becomes_true([&] { return kept_by_first({}); }));
  const auto context = second_->request();
  ASSERT_TRUE(block_on((**second_).clear(*context)));
  EXPECT_EQ(first_->get(users_1, context->reached), std::nullopt) << "who wrote is not answered by an own copy either";
  EXPECT_TRUE(becomes_true([&] { return !first_->hits(users_1); }));
  ASSERT_TRUE(in_use());
}

TEST_F(SharedCacheFleet, who_cannot_have_everything_forgotten_is_told_so_unless_nobody_serves_hits) {
  second_.reset();
  second_.emplace(CacheInstance::Wishes{.url = redis_.url_through(proxy_.port()),
                                        .agreement = &agreement_,
                                        .write_patience = std::chrono::milliseconds(300)});
  ASSERT_TRUE(in_use());
  first_->put(users_1, record_at(7));
  unplug(proxy_);
  const auto context = second_->request();
  EXPECT_FALSE(block_on((**second_).clear(*context)));
  EXPECT_EQ(first_->get(users_1), 7U);
  redis_.kill_9();
  ASSERT_TRUE(block_on((**first_).clear(*context)));
  EXPECT_FALSE(agreement_.use().on);
}

TEST_F(SharedCacheFleet, stopping_does_not_wait_for_requests_that_are_still_under_way) {
  HeldExecutor held;
  SystemClock clock;
  const Context context{held, clock, clock.steady() + std::chrono::minutes(1)};
  bool ended = false;
  const auto clear = [&]() -> Task<void> {
    (void)co_await (**first_).clear(context);
    ended = true;
  };
  detach(clear());
  const std::future<void> stopped = std::async(std::launch::async, [&] { (**first_).stop(); });
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_FALSE(ended);
  while (!ended) held.go_on();
}

TEST_F(SharedCacheFleet, a_reader_waits_a_moment_for_what_another_is_about_to_fill) {
  CacheInstance patient({.url = redis_.url(), .agreement = &agreement_, .ticket_patience = std::chrono::seconds(30)});
  ASSERT_TRUE(becomes_true([&] { return patient.hits(probe_); }));
  const Cache::Ticket leader = first_->take_ticket(users_1);
  ASSERT_NE(leader.ticket, 0U);
  std::jthread fills([&] {
    ASSERT_TRUE(becomes_true([&] { return patient.count("banyan_shared_cache_waits_total") > 0; }));
    first_->fill(users_1, leader.ticket, record_at(7));
  });
  const Cache::Ticket follower = patient.take_ticket(users_1);
  ASSERT_NE(follower.hit, nullptr);
  EXPECT_EQ(follower.hit->version, 7U);
}

TEST_F(SharedCacheFleet, what_a_list_shows_is_raised_once_and_then_known_to_have_been) {
  first_->put(users_1, record_at(7));
  const Cache::Raise shown{.key = users_1, .version = 8, .value = nullptr};
  const auto context = second_->request();
  block_on((**second_).show(*context, std::span(&shown, 1)));
  EXPECT_NE(context->reached.raised, 0U);
  EXPECT_EQ(first_->get(users_1), std::nullopt) << "it was older than what the list had shown";
  const auto raises = [&] { return second_->count("banyan_shared_cache_raises_total"); };
  ASSERT_TRUE(becomes_true([&] {
    const auto again = second_->request();
    const std::uint64_t before = raises();
    block_on((**second_).show(*again, std::span(&shown, 1)));
    return raises() == before && again->reached.raised != 0;
  }));
}

TEST_F(SharedCacheFleet, what_another_program_wrote_is_raised_by_whoever_hears_of_it) {
  first_->put(users_1, record_at(7));
  const Cache::Raise heard{.key = users_1, .version = 8, .value = nullptr};
  const auto context = second_->request();
  block_on((**second_).hear(*context, std::span(&heard, 1)));
  EXPECT_TRUE(becomes_true([&] { return !first_->hits(users_1); }));
}

TEST_F(SharedCacheFleet, what_is_heard_of_a_key_after_a_write_of_unknown_outcome_is_raised) {
  const Cache::Raise unknown{.key = users_1, .version = std::numeric_limits<Version>::max(), .value = nullptr};
  const auto context = second_->request();
  // Again and again, since who serves hits may not hear yet.
  ASSERT_TRUE(becomes_true([&] {
    EXPECT_TRUE(block_on((**second_).raise(*context, std::span(&unknown, 1), agreement_.use())));
    return first_->has_heard_of(users_1) && second_->has_heard_of(users_1);
  }));
  first_->put(users_1, record_at(7));
  ASSERT_EQ(first_->get(users_1), 7U);
  const Cache::Raise heard{.key = users_1, .version = 8, .value = nullptr};
  block_on((**second_).hear(*context, std::span(&heard, 1)));
  EXPECT_TRUE(becomes_true([&] { return !first_->hits(users_1); }));
}

TEST_F(SharedCacheFleet, a_write_of_more_keys_than_the_connection_queues_is_made_known) {
  const std::size_t count = Options().queue_max + 1'000;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back("users:" + std::to_string(i));
  first_->put(names.back(), record_at(7));
  std::vector<Cache::Raise> raises;
  for (const std::string& name : names) raises.push_back({.key = name, .version = 8, .value = nullptr});
  const auto context = second_->request();
  EXPECT_TRUE(block_on((**second_).raise(*context, raises, agreement_.use())));
  EXPECT_EQ(first_->get(names.back()), std::nullopt);
}

TEST_F(SharedCacheFleet, a_redis_that_takes_no_writes_is_done_without) {
  first_->put(users_1, record_at(7));
  redis_.run({"CONFIG", "SET", "min-replicas-to-write", "1"});
  const auto began = std::chrono::steady_clock::now();
  ASSERT_TRUE(raise(*first_, 8));
  const auto ticks = (std::chrono::steady_clock::now() - began) / std::chrono::milliseconds(10);
  EXPECT_FALSE(agreement_.use().on);
  const std::uint64_t tries = first_->count("banyan_shared_cache_repeated_raises_total");
  EXPECT_GT(tries, 0U);
  EXPECT_LE(tries, static_cast<std::uint64_t>(ticks) + 1) << "a writer that fails waits before it tries again";
  redis_.run({"CONFIG", "SET", "min-replicas-to-write", "0"});
  ASSERT_TRUE(in_use());
  EXPECT_EQ(second_->get(users_1), std::nullopt);
}

TEST_F(SharedCacheFleet, who_could_not_make_known_what_it_shows_keeps_its_client_from_the_cache) {
  unplug(proxy_);
  ASSERT_TRUE(becomes_true([&] { return (**second_).unready_reason().has_value(); }));
  const Position shown = second_->fill(users_1, 0, record_at(8));
  EXPECT_GT(shown.hold_until, 0);
  first_->put(users_1, record_at(7));
  EXPECT_EQ(first_->get(users_1, shown), std::nullopt);
}

TEST_F(SharedCacheFleet, who_tells_a_cache_that_is_not_in_use_keeps_its_client_from_the_one_that_is) {
  testkit::RedisServer other;
  CacheInstance astray({.url = other.url(), .agreement = &agreement_});
  EXPECT_GT(astray.fill(users_1, 0, record_at(8)).hold_until, 0);
  const auto listing = astray.request();
  const Cache::Raise one{.key = users_1, .version = 8, .value = nullptr};
  block_on((*astray).show(*listing, std::span(&one, 1)));
  EXPECT_GT(listing->reached.hold_until, 0);
  EXPECT_EQ(first_->fill(users_1, 0, record_at(8)).hold_until, 0) << "who tells the one in use does not";
}

}  // namespace
}  // namespace banyan::redis
