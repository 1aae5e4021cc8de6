#pragma once

#include <coroutine>
#include <utility>
#include <vector>

#include "banyan/base/context.hpp"
#include "banyan/base/task.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::postgres {

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

/// One request on the thread of the store. It lives in the frame of the coroutine that awaits it, and ends with
/// deliver().
template <typename Answer>
struct Request {
  Request(const Context& of, SteadyTime now) : context(of), arrived(now), completion(of.executor) {}

  void deliver(Result<Answer> answer) { completion.complete(std::move(answer)); }
  void deliver(Result<Answer> answer, Deliveries& deliveries) { deliveries.add(completion, std::move(answer)); }

  const Context& context;
  SteadyTime arrived;
  Completion<Result<Answer>> completion;
  unsigned attempts = 0;  ///< That came to nothing through no fault of its own.
};

struct FindRequest : Request<Record> {
  FindRequest(const Context& of, SteadyTime now, const RecordKey& wanted) : Request(of, now), key(wanted) {}
  const RecordKey& key;
  bool alone = false;  ///< Whether it shares no statement any more.
};

struct ListRequest : Request<RecordPage> {
  ListRequest(const Context& of, SteadyTime now, Query& asked) : Request(of, now), query(asked) {}
  Query& query;
};

struct WriteRequest : Request<Applied> {
  WriteRequest(const Context& of, SteadyTime now, const WriteBatch& wanted) : Request(of, now), batch(wanted) {}
  const WriteBatch& batch;
};

/// How often a request is tried before it fails.
inline constexpr unsigned attempts_max = 4;

}  // namespace banyan::postgres
