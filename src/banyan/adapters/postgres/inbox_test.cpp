#include "banyan/adapters/postgres/inbox.hpp"

#include <gtest/gtest.h>

#include "banyan/base/turn_executor.hpp"

namespace banyan::postgres {
namespace {

class InboxTest : public testing::Test {
 protected:
  struct Loop {
    TurnExecutor executor;
    SystemClock clock;
    Context context{.executor = executor,
                    .clock = clock,
                    .deadline = SteadyTime::max(),
                    .viewer = {},
                    .position = {},
                    .request_id = {}};
  };
  FindRequest find(Loop& loop) { return {loop.context, SteadyTime(), key_}; }

  RecordKey key_;
  Loop one_;
  Loop other_;
  int woken_ = 0;
  std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>([this] { ++woken_; });
};

TEST_F(InboxTest, what_comes_in_one_turn_is_handed_over_at_its_end) {
  inbox_->open();
  FindRequest first = find(one_);
  FindRequest second = find(one_);
  inbox_->submit(first);
  inbox_->submit(second);
  EXPECT_EQ(woken_, 0);
  one_.executor.end_turn();
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(inbox_->take().finds, (std::vector{&first, &second}));
}

TEST_F(InboxTest, no_turn_waits_for_the_end_of_another) {
  inbox_->open();
  FindRequest first = find(one_);
  FindRequest second = find(other_);
  inbox_->submit(first);
  inbox_->submit(second);
  other_.executor.end_turn();
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(inbox_->take().finds, (std::vector{&first, &second}));
  one_.executor.end_turn();
  EXPECT_EQ(woken_, 1) << "there was nothing left to take";
  FindRequest third = find(one_);
  inbox_->submit(third);
  one_.executor.end_turn();
  EXPECT_EQ(woken_, 2) << "a later turn hands over as the first did";
}

TEST_F(InboxTest, it_wakes_once_until_it_is_emptied) {
  inbox_->open();
  FindRequest first = find(one_);
  FindRequest second = find(other_);
  inbox_->submit(first);
  one_.executor.end_turn();
  inbox_->submit(second);
  other_.executor.end_turn();
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(inbox_->take().finds.size(), 2U);
}

TEST_F(InboxTest, when_closed_it_refuses_and_wakes_nobody_and_keeps_what_it_has) {
  FindRequest early = find(one_);
  inbox_->submit(early);
  EXPECT_TRUE(inbox_->take().finds.empty());
  inbox_->open();
  FindRequest request = find(one_);
  inbox_->submit(request);
  inbox_->close();
  std::weak_ptr<Inbox> gone = inbox_;
  EXPECT_EQ(inbox_->take().finds, std::vector{&request});
  inbox_.reset();
  EXPECT_FALSE(gone.expired()) << "the turn that is not over still needs it";
  one_.executor.end_turn();
  EXPECT_EQ(woken_, 0);
  EXPECT_TRUE(gone.expired());
}

}  // namespace
}  // namespace banyan::postgres
