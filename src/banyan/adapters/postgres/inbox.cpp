#include "banyan/adapters/postgres/inbox.hpp"

#include <algorithm>

namespace banyan::postgres {

// The request may end as soon as the lock is given back: from there on it is not looked at.
template <typename Request>
void Inbox::add(std::vector<Request*> Arrived::* place, Request& request) {
  Executor& executor = request.context.executor;
  bool refused = false;
  bool begins_turn = false;
  {
    const std::lock_guard lock(mutex_);
    refused = !open_;
    if (!refused) (arrived_.*place).push_back(&request);
    begins_turn = !refused && std::ranges::find(in_turn_, &executor) == in_turn_.end();
    if (begins_turn) in_turn_.push_back(&executor);
  }
  if (refused) return request.deliver(fail(ErrorCode::unavailable, "the server is stopping"));
  if (begins_turn) executor.run([inbox = shared_from_this(), &executor] { inbox->end_turn(executor); });
}

template void Inbox::add(std::vector<FindRequest*> Arrived::*, FindRequest&);
template void Inbox::add(std::vector<ListRequest*> Arrived::*, ListRequest&);
template void Inbox::add(std::vector<WriteRequest*> Arrived::*, WriteRequest&);
template void Inbox::add(std::vector<AgreementRequest*> Arrived::*, AgreementRequest&);

// It wakes under the lock: whoever has closed can be sure that nobody is at it any more.
void Inbox::end_turn(const Executor& executor) {
  const std::lock_guard lock(mutex_);
  std::erase(in_turn_, &executor);
  if (open_ && !arrived_.empty() && !std::exchange(woken_, true)) wake_();
}

Inbox::Arrived Inbox::take() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  return std::exchange(arrived_, {});
}

void Inbox::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}

}  // namespace banyan::postgres
