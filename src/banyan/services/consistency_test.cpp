#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "banyan/adapters/memory/staged_record_store.hpp"

#include "banyan/adapters/memory/cache.hpp"
#include "banyan/adapters/memory/record_store.hpp"
#include "banyan/core/through_cache.hpp"
#include "banyan/services/records.hpp"
#include "banyan/services/testing_rig.hpp"

// Every order in which the steps of slow readers, writers and a forgetful cache can fall, played one by one.
namespace banyan::services {
namespace {

constexpr std::int64_t id = 1;

/// Who takes part, each with a letter and its number of steps.
enum class Part : char {
  first_reader = 'a',    ///< 3: miss (or hit) and take a ticket; read the store; fill and answer.
  second_reader = 'b',   ///< 3
  updater = 'u',         ///< 2: commit; pass over the cache and acknowledge.
  second_updater = 'v',  ///< 2
  deleter = 'd',         ///< 2
  forgetter = 'f',       ///< 1: the cache forgets everything, tickets too.
};

struct Actor {
  Part part;
  std::unique_ptr<Context> context;
  std::coroutine_handle<> waiting;
  bool started = false;
  bool done = false;
  std::size_t acknowledged_before = 0;  ///< For a reader: what it must see at least.
  std::size_t committed = 0;            ///< For a writer: its place in the history.

  bool reads() const { return part == Part::first_reader || part == Part::second_reader; }
};

struct Stop {
  Actor& actor;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) const noexcept { actor.waiting = waiting; }
  void await_resume() const noexcept {}
};

using CacheMaker = std::function<std::unique_ptr<Cache>(Cache&)>;

/// One order of steps, played.
class Play {
 public:
  Play(std::string_view order, const CacheMaker& wrap) : cache_(wrap(kept_)) {
    records_.emplace(Records::Parts{schema_, store_, *cache_, clock_, random_, metrics_});
    const auto setup = testing::request(executor_, clock_);
    const boost::json::value body = testing::json(R"({"name":"before"})");
    (void)block_on(records_->create(*setup, users_, body));
    commit();
    acknowledged_ = 0;
    for (const char letter : order)
      if (!actor(letter)) add(static_cast<Part>(letter));
    stage();
  }

  /// What went wrong, or nothing.
  std::optional<std::string> run(std::string_view order) {
    for (const char letter : order) step(*actor(letter));
    for (int round = 0; round < 10; ++round)
      for (const auto& one : actors_) step(*one);
    for (const auto& one : actors_)
      if (!one->done) complain(std::string("someone never ended: ") + static_cast<char>(one->part));
    return broken_;
  }

 private:
  struct State {
    Version version = 0;
    bool exists = false;
  };

  Actor* actor(char letter) {
    const auto found =
        std::ranges::find_if(actors_, [&](const auto& a) { return static_cast<char>(a->part) == letter; });
    return found == actors_.end() ? nullptr : found->get();
  }
  Actor& of(const Context& context) { return *actor(context.request_id.front()); }

  void add(Part part) {
    auto made = std::make_unique<Actor>();
    made->part = part;
    made->context = testing::request(executor_, clock_);
    made->context->request_id = std::string(1, static_cast<char>(part));
    actors_.push_back(std::move(made));
  }

  void stage() {
    const auto stop = [this](const Context& context) -> Task<void> { co_await Stop(of(context)); };
    store_.before_find([=](const Context& context, const RecordKey&) { return stop(context); });
    store_.after_find([=](const Context& context, const RecordKey&) { return stop(context); });
    store_.after_apply([=, this](const Context& context, const WriteBatch&) {
      of(context).committed = commit();
      return stop(context);
    });
  }

  // Notes what the store holds now as the newest state of the history.
  std::size_t commit() {
    const auto asking = testing::request(executor_, clock_);
    const RecordKey key{&users_, id};
    const Result<Record> now = block_on(inner_.find(*asking, key, Source::primary));
    states_.push_back(now ? State(now->version, true) : State());
    return states_.size() - 1;
  }

  void step(Actor& actor) {
    if (!std::exchange(actor.started, true)) {
      actor.acknowledged_before = acknowledged_;
      detach(act(actor));
    } else if (actor.waiting) {
      std::exchange(actor.waiting, nullptr).resume();
    }
    check_cache();
  }

  Task<void> act(Actor& actor) {
    switch (actor.part) {
      case Part::first_reader:
      case Part::second_reader: co_await read(actor); break;
      case Part::updater:
      case Part::second_updater: co_await update(actor); break;
      case Part::deleter: co_await remove(actor); break;
      case Part::forgetter: (void)co_await kept_.clear(*actor.context); break;
    }
    actor.done = true;
  }

  Task<void> read(Actor& actor) {
    const Result<CachedRecordPtr> found = co_await records_->find(*actor.context, users_, id);
    const bool absent = !found && found.error().code == ErrorCode::not_found;
    if (!found && !absent) complain("a read failed");
    const Version version = absent ? 0 : (*found)->version;
    if (!allowed(version, actor.acknowledged_before)) complain("a read was older than a write acknowledged before it");
  }

  Task<void> update(Actor& actor) {
    const boost::json::value body = testing::json(R"({"name":"after"})");
    const Result<Written> updated = co_await records_->update(*actor.context, users_, id, body, std::nullopt);
    if (updated) acknowledge(actor);
  }

  Task<void> remove(Actor& actor) {
    const Result<void> removed = co_await records_->remove(*actor.context, users_, id, std::nullopt);
    if (removed) acknowledge(actor);
  }

  void acknowledge(const Actor& actor) { acknowledged_ = std::max(acknowledged_, actor.committed); }

  bool allowed(Version version, std::size_t from) const {
    return std::any_of(states_.begin() + static_cast<std::ptrdiff_t>(from), states_.end(),
                       [&](const State& state) { return state.exists ? state.version == version : version == 0; });
  }

  void check_cache() {
    const auto asking = testing::request(executor_, clock_);
    const CachedRecordPtr hit = block_on(kept_.get(*asking, "users:1"));
    if (hit && !allowed(hit->version, acknowledged_)) complain("the cache keeps what an acknowledged write replaced");
  }

  void complain(std::string what) {
    if (!broken_) broken_ = std::move(what);
  }

  static Schema make_schema() {
    Collection users = testing::open_collection("users");
    users.fields.push_back(testing::field("name"));
    return testing::completed({users});
  }

  InlineExecutor executor_;
  ManualClock clock_;
  SeededRandom random_{1};
  UnseenMetrics metrics_;
  Schema schema_ = make_schema();
  const Collection& users_ = schema_.collections[0];
  memory::RecordStore inner_{schema_, clock_};
  memory::StagedRecordStore store_{inner_};
  memory::Cache kept_{{.shards = 1}, {clock_, random_, metrics_}};
  std::unique_ptr<Cache> cache_;
  std::optional<Records> records_;
  std::vector<std::unique_ptr<Actor>> actors_;
  std::vector<State> states_;
  std::size_t acknowledged_ = 0;
  std::optional<std::string> broken_;
};

/// Keeps every fill, whatever was raised since.
class FillsAnyway final : public ThroughCache {
 public:
  using ThroughCache::ThroughCache;
  Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) override {
    block_on(behind_.fill(context, key, ticket, value));
    const Ticket again = block_on(behind_.take_ticket(context, key));
    if (!again.hit) block_on(behind_.fill(context, key, again.ticket, std::move(value)));
    return {};
  }
};

/// Hears of no write.
class HearsNothing final : public ThroughCache {
 public:
  using ThroughCache::ThroughCache;
  Task<Result<void>> raise(const Context&, std::span<const Raise>, const std::optional<CacheUse>&) override {
    return Result<void>();
  }
};

template <typename Wrapper>
std::unique_ptr<Cache> wrap(Cache& behind) {
  return std::make_unique<Wrapper>(behind);
}

struct Tally {
  int orders = 0;
  int broken = 0;
  std::string first;  ///< The first broken order, and what broke.
};

/// Plays every distinct order of the steps.
Tally play_all(std::string steps, const CacheMaker& maker = wrap<ThroughCache>) {
  std::ranges::sort(steps);
  Tally tally;
  do {
    Play play(steps, maker);
    ++tally.orders;
    if (const auto broken = play.run(steps)) {
      if (tally.broken++ == 0) tally.first = steps + ": " + *broken;
    }
  } while (std::ranges::next_permutation(steps).found);
  return tally;
}

TEST(Consistency, a_slow_read_and_a_write_in_any_order_leave_nothing_old) {
  const Tally tally = play_all("aaauu");
  EXPECT_EQ(tally.orders, 10);
  EXPECT_EQ(tally.broken, 0) << tally.first;
}

TEST(Consistency, two_readers_and_two_writers_in_any_order_leave_nothing_old) {
  const Tally tally = play_all("aaabbbuuvv");
  EXPECT_EQ(tally.orders, 25'200);
  EXPECT_EQ(tally.broken, 0) << tally.first;
}

TEST(Consistency, a_deletion_in_any_order_leaves_nothing_old) {
  const Tally tally = play_all("aaabbbuudd");
  EXPECT_EQ(tally.orders, 25'200);
  EXPECT_EQ(tally.broken, 0) << tally.first;
}

TEST(Consistency, a_cache_that_forgets_at_any_moment_leaves_nothing_old) {
  const Tally tally = play_all("aaabbbuuf");
  EXPECT_EQ(tally.orders, 5'040);
  EXPECT_EQ(tally.broken, 0) << tally.first;
}

TEST(Consistency, is_seen_to_break_when_fills_ignore_the_floor) {
  EXPECT_GT(play_all("aaauu", wrap<FillsAnyway>).broken, 0);
}

TEST(Consistency, is_seen_to_break_when_writes_do_not_raise) {
  EXPECT_GT(play_all("aaauu", wrap<HearsNothing>).broken, 0);
}

}  // namespace
}  // namespace banyan::services
