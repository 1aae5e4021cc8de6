#include "banyan/base/task.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace banyan {
namespace {

Task<int> three() { co_return 3; }
Task<int> twice(Task<int> task) { co_return 2 * co_await std::move(task); }
Task<std::string> ready_text() { return std::string("at once"); }
Task<int> failing() {
  throw std::runtime_error("broken");
  co_return 0;
}

TEST(Task, hands_its_result_to_the_one_who_awaits_it) { EXPECT_EQ(block_on(twice(twice(three()))), 12); }

TEST(Task, does_not_begin_before_it_is_awaited) {
  bool begun = false;
  const auto body = [](bool& flag) -> Task<void> {
    flag = true;
    co_return;
  };
  Task<void> task = body(begun);
  EXPECT_FALSE(begun);
  block_on(std::move(task));
  EXPECT_TRUE(begun);
}

TEST(Task, may_be_born_with_its_result) {
  Task<std::string> task = ready_text();
  EXPECT_TRUE(task.await_ready());
  EXPECT_EQ(block_on(std::move(task)), "at once");
}

TEST(Task, carries_an_exception_to_the_one_who_awaits_it) {
  EXPECT_THROW(block_on(twice(failing())), std::runtime_error);
}

TEST(Task, frees_what_it_holds_when_it_is_never_awaited) {
  const auto held = std::make_shared<int>(1);
  const auto body = [](std::shared_ptr<int> kept) -> Task<int> { co_return *kept; };
  {
    Task<int> task = body(held);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Task, a_chain_of_a_million_tasks_does_not_grow_the_stack) {
  const auto loop = []() -> Task<long> {
    long sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await three();
    co_return sum;
  };
  EXPECT_EQ(block_on(loop()), 3'000'000);
}

Task<int> wait_for(Completion<int>& completion) { co_return co_await completion; }

TEST(Completion, hands_over_a_value_that_came_before_the_waiter) {
  InlineExecutor executor;
  Completion<int> completion(executor);
  completion.complete(7);
  EXPECT_EQ(block_on(wait_for(completion)), 7);
}

TEST(Completion, hands_over_a_value_from_another_thread_at_any_moment) {
  InlineExecutor executor;
  for (int round = 0; round < 2'000; ++round) {
    auto completion = std::make_unique<Completion<int>>(executor);
    std::thread other([&, raw = completion.get()] { raw->complete(round); });
    EXPECT_EQ(block_on(wait_for(*completion)), round);
    other.join();
  }
}

}  // namespace
}  // namespace banyan
