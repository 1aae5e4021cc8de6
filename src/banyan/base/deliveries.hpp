#pragma once

#include <coroutine>
#include <utility>
#include <vector>

#include "banyan/base/task.hpp"

namespace banyan {

/// Answers that go out together, so that an executor is woken once for many. Thread safety: none.
class Deliveries {
 public:
  template <typename T>
  void add(Completion<T>& completion, T value) {
    Executor& executor = completion.executor();
    if (const std::coroutine_handle<> waiter = completion.complete_quietly(std::move(value)))
      list_of(executor).push_back(waiter);
  }
  void send() {
    for (auto& [executor, waiters] : by_executor_) executor->post_all(std::move(waiters));
    by_executor_.clear();
  }

 private:
  std::vector<std::coroutine_handle<>>& list_of(Executor& executor) {
    for (auto& [known, waiters] : by_executor_)
      if (known == &executor) return waiters;
    return by_executor_.emplace_back(&executor, std::vector<std::coroutine_handle<>>()).second;
  }

  std::vector<std::pair<Executor*, std::vector<std::coroutine_handle<>>>> by_executor_;
};

}  // namespace banyan
