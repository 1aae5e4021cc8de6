#include "banyan/adapters/memory/staged_record_store.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "banyan/adapters/memory/gate.hpp"
#include "banyan/adapters/memory/record_store.hpp"
#include "tests/contracts/example_schema.hpp"

namespace banyan::memory {
namespace {

class StagedStore : public testing::Test {
 protected:
  Result<Applied> write(std::string_view title) {
    WriteBatch batch;
    Write& write = batch.writes.emplace_back();
    write.collection = &posts_;
    write.id = std::int64_t{1};
    write.kind = exists_ ? Write::Kind::update : Write::Kind::create;
    write.changes.push_back({posts_.find_field("title").value(), std::string(title)});
    auto applied = block_on(store_.apply(context_, std::move(batch)));
    exists_ = exists_ || applied.has_value();
    return applied;
  }
  Result<Record> read() {
    const RecordKey key(&posts_, std::int64_t{1});
    return block_on(store_.find(context_, key, Source::primary));
  }
  std::string title_of(const Result<Record>& found) {
    return found ? std::get<std::string>(found->values[posts_.find_field("title").value()]) : "none";
  }

  Schema schema_ = contracts::example_schema();
  const Collection& posts_ = *schema_.find("posts");
  ManualClock clock_;
  RecordStore inner_{schema_, clock_};
  StagedRecordStore store_{inner_};
  InlineExecutor executor_;
  Context context_{.executor = executor_, .clock = clock_, .deadline = SteadyTime::max()};
  bool exists_ = false;
};

TEST_F(StagedStore, without_hooks_it_is_the_inner_store) {
  ASSERT_TRUE(write("first").has_value());
  EXPECT_EQ(title_of(read()), "first");
  EXPECT_EQ(store_.unready_reason(), std::nullopt);
}

TEST_F(StagedStore, a_read_held_after_its_snapshot_answers_what_was_there_before_a_write) {
  ASSERT_TRUE(write("old").has_value());
  Gate gate;
  store_.after_find([&](const Context& context, const RecordKey&) { return gate.pass(context.executor); });
  std::string seen;
  {
    const std::jthread reader([&] { seen = title_of(read()); });
    gate.await_arrivals(1);
    EXPECT_TRUE(write("new").has_value());
    gate.open();
  }
  EXPECT_EQ(seen, "old");
  EXPECT_EQ(title_of(read()), "new");
}

TEST_F(StagedStore, a_write_held_after_its_commit_is_seen_by_others_before_it_is_answered) {
  ASSERT_TRUE(write("old").has_value());
  Gate gate;
  store_.after_apply([&](const Context& context, const WriteBatch&) { return gate.pass(context.executor); });
  bool answered = false;
  {
    const std::jthread writer([&] { answered = write("new").has_value(); });
    gate.await_arrivals(1);
    EXPECT_EQ(title_of(read()), "new");
    gate.open();
  }
  EXPECT_TRUE(answered);
}

TEST_F(StagedStore, a_hook_may_be_taken_away_while_an_operation_waits_in_it) {
  ASSERT_TRUE(write("kept").has_value());
  Gate gate;
  auto captured = std::make_shared<std::string>("alive");
  std::string heard;
  store_.before_find([&gate, &heard, captured](const Context& context, const RecordKey&) -> Task<void> {
    co_await gate.pass(context.executor);
    heard = *captured;
  });
  captured.reset();
  {
    const std::jthread reader([&] { read(); });
    gate.await_arrivals(1);
    store_.before_find(nullptr);
    gate.open();
  }
  EXPECT_EQ(heard, "alive");
}

TEST_F(StagedStore, a_failure_is_met_once_and_nothing_is_done) {
  store_.fail_next_apply(Error(ErrorCode::storage_full, "full"));
  EXPECT_EQ(write("refused").error().code, ErrorCode::storage_full);
  EXPECT_EQ(read().error().code, ErrorCode::not_found);
  ASSERT_TRUE(write("first").has_value());
  store_.fail_next_find(Error(ErrorCode::unavailable, "away"));
  EXPECT_EQ(read().error().code, ErrorCode::unavailable);
  EXPECT_EQ(title_of(read()), "first");
  store_.fail_next_list(Error(ErrorCode::internal, "broken"));
  Query query;
  query.collection = &posts_;
  EXPECT_FALSE(block_on(store_.list(context_, query)).has_value());
  EXPECT_TRUE(block_on(store_.list(context_, query)).has_value());
}

TEST_F(StagedStore, a_lost_answer_hides_what_was_done) {
  store_.lose_next_apply_answer(Error(ErrorCode::outcome_unknown, "cut off"));
  EXPECT_EQ(write("done").error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(title_of(read()), "done");
}

TEST_F(StagedStore, it_counts_what_it_is_asked) {
  ASSERT_TRUE(write("first").has_value());
  read();
  read();
  EXPECT_EQ(store_.counts().finds, 2U);
  EXPECT_EQ(store_.counts().applies, 1U);
  EXPECT_EQ(store_.counts().lists, 0U);
}

TEST_F(StagedStore, it_says_the_reason_that_it_was_given) {
  store_.set_unready_reason("the disk is full");
  EXPECT_EQ(store_.unready_reason(), "the disk is full");
  store_.set_unready_reason(std::nullopt);
  EXPECT_EQ(store_.unready_reason(), std::nullopt);
}

}  // namespace
}  // namespace banyan::memory
