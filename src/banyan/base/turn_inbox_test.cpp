#include "banyan/base/turn_inbox.hpp"

#include <gtest/gtest.h>

#include "banyan/base/turn_executor.hpp"

namespace banyan {
namespace {

using Inbox = TurnInbox<int>;
using Items = std::vector<int>;

class TurnInboxTest : public testing::Test {
 protected:
  bool submit(TurnExecutor& executor, const Items& items) { return inbox_->submit(executor, items); }

  TurnExecutor one_;
  TurnExecutor other_;
  int woken_ = 0;
  std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>([this] { ++woken_; });
};

TEST_F(TurnInboxTest, what_comes_in_one_turn_is_handed_over_at_its_end) {
  inbox_->open();
  EXPECT_TRUE(submit(one_, {1}));
  EXPECT_TRUE(submit(one_, {2, 3}));
  EXPECT_EQ(woken_, 0);
  one_.end_turn();
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(inbox_->take(), (Items{1, 2, 3}));
}

TEST_F(TurnInboxTest, no_turn_waits_for_the_end_of_another) {
  inbox_->open();
  EXPECT_TRUE(submit(one_, {1}));
  EXPECT_TRUE(submit(other_, {2}));
  other_.end_turn();
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(inbox_->take(), (Items{1, 2}));
  one_.end_turn();
  EXPECT_EQ(woken_, 1) << "there was nothing left to take";
  EXPECT_TRUE(submit(one_, {3}));
  one_.end_turn();
  EXPECT_EQ(woken_, 2) << "a later turn hands over as the first did";
}

TEST_F(TurnInboxTest, it_wakes_once_until_it_is_emptied) {
  inbox_->open();
  EXPECT_TRUE(submit(one_, {1}));
  one_.end_turn();
  EXPECT_TRUE(submit(other_, {2}));
  other_.end_turn();
  EXPECT_EQ(woken_, 1);
  EXPECT_EQ(inbox_->take(), (Items{1, 2}));
}

TEST_F(TurnInboxTest, when_closed_it_refuses_and_wakes_nobody_and_keeps_what_it_has) {
  EXPECT_FALSE(submit(one_, {1}));
  EXPECT_TRUE(inbox_->take().empty());
  inbox_->open();
  EXPECT_TRUE(submit(one_, {2}));
  inbox_->close();
  EXPECT_FALSE(submit(one_, {3}));
  EXPECT_EQ(inbox_->take(), Items{2});
  std::weak_ptr<Inbox> gone = inbox_;
  inbox_.reset();
  EXPECT_FALSE(gone.expired()) << "the turn that is not over still needs it";
  one_.end_turn();
  EXPECT_EQ(woken_, 0);
  EXPECT_TRUE(gone.expired());
}

}  // namespace
}  // namespace banyan
