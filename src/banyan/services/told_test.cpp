// What the cache is told before a client is shown anything of a record.
#include <gmock/gmock.h>

#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "banyan/core/through_cache.hpp"
#include "banyan/services/rules_fixture.hpp"

namespace banyan::services {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Version above_every_version = std::numeric_limits<Version>::max();

/// A cache that others share, as far as a service can see: notes what it is told.
class ToldCache final : public ThroughCache {
 public:
  using Told = std::vector<std::pair<std::string, Version>>;
  using ThroughCache::ThroughCache;
  Version shown_from() const override { return 0; }
  Task<void> show(const Context&, std::span<const Raise> keys) override {
    for (const Raise& one : keys) shown.emplace_back(one.key, one.version);
    return {};
  }
  Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) override {
    filled.emplace_back(key, value->version);
    return behind_.fill(context, key, ticket, std::move(value));
  }
  Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                           const std::optional<CacheUse>& use) override {
    for (const Raise& one : keys) raised.emplace_back(one.key, one.version);
    return behind_.raise(context, keys, use);
  }

  Told shown, filled, raised;
};

class Told : public testing::RuledRecords {
 protected:
  ToldCache told{cache};
  Records all{{schema, store, told, clock, random, metrics}};

  static Operation change(const Collection& in, std::int64_t id, const boost::json::value& body) {
    return {.kind = Operation::Kind::update, .collection = &in, .id = Value(id), .body = &body};
  }
};

TEST_F(Told, of_what_one_statement_reads) {
  store.before_find([&](const Context&, const RecordKey&) {
    (void)block_on(cache.clear(*nobody));
    return Task<void>();
  });
  const auto found = block_on(all.find(*nobody, comments, Value(std::int64_t{1})));
  ASSERT_TRUE(found);
  EXPECT_EQ(store.counts().lists, 1U);
  EXPECT_THAT(told.shown, ElementsAre(std::pair(std::string("comments:1"), (*found)->version)));
}

TEST_F(Told, that_one_statement_finds_nothing) {
  int reads = 0;
  store.before_find([&](const Context&, const RecordKey& key) {
    if (key.collection != &notes) return Task<void>();
    (void)block_on(cache.clear(*nobody));
    if (++reads == 3) EXPECT_EQ(remove(*service, comments, 1), "removed");
    return Task<void>();
  });
  EXPECT_FALSE(block_on(all.find(*nobody, comments, Value(std::int64_t{1}))));
  EXPECT_EQ(store.counts().lists, 1U);
  EXPECT_THAT(told.filled, Contains(std::pair(std::string("comments:1"), Version(0))));
}

// A record was never kept as a batch had it in between.
TEST_F(Told, of_the_last_change_alone_of_a_record_that_a_batch_writes_twice) {
  const boost::json::value open = testing::json(R"({"public":true})");
  const boost::json::value bare = testing::json(R"({"secret":null})");
  const boost::json::value other = testing::json(R"({"title":"other"})");
  const auto written =
      block_on(all.apply(*ann, {change(notes, 2, open), change(notes, 1, other), change(notes, 2, bare)}));
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_THAT(told.raised, ElementsAre(std::pair(std::string("notes:1"), (*written)[1].front().version),
                                       std::pair(std::string("notes:2"), (*written)[2].front().version)));
}

TEST_F(Told, that_a_rehearsal_has_met_a_record_as_it_is_by_now) {
  const boost::json::value body = testing::json(R"({"title":"r"})");
  ASSERT_TRUE(block_on(all.update_matches(*ann, notes, equals(0, std::int64_t{1}), body, {.rehearsal = true})));
  EXPECT_THAT(told.raised, IsEmpty());
  EXPECT_THAT(told.shown, ElementsAre(std::pair(std::string("notes:1"), above_every_version)));
}

TEST_F(Told, of_the_record_that_a_refused_write_has_met) {
  const boost::json::value body = testing::json(R"({"title":"r"})");
  const Version version = (*block_on(records.find(*ann, notes, Value(std::int64_t{1}))))->version;
  const auto refused = block_on(all.update(*ann, notes, Value(std::int64_t{1}), body, version + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::version_mismatch);
  EXPECT_THAT(told.filled, ElementsAre(std::pair(std::string("notes:1"), version)));
}

TEST_F(Told, that_a_refused_write_has_met_nothing) {
  ASSERT_EQ(remove(*ann, notes, 1), "removed");
  EXPECT_FALSE(block_on(all.remove(*ann, notes, Value(std::int64_t{1}), std::nullopt)));
  EXPECT_THAT(told.filled, ElementsAre(std::pair(std::string("notes:1"), Version(0))));
}

}  // namespace
}  // namespace banyan::services
