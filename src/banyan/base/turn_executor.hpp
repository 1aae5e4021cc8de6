#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "banyan/base/executor.hpp"

namespace banyan {

/// For tests: resumes coroutines at once, and keeps other work until its turn is ended.
class TurnExecutor final : public Executor {
 public:
  void post(std::coroutine_handle<> coroutine) override { coroutine.resume(); }
  void run(std::move_only_function<void()> work) override { work_.push_back(std::move(work)); }
  void end_turn() {
    for (auto& work : std::exchange(work_, {})) work();
  }

 private:
  std::vector<std::move_only_function<void()>> work_;
};

}  // namespace banyan
