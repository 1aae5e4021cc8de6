#pragma once

#include "banyan/adapters/redis/command.hpp"
#include "banyan/base/context.hpp"
#include "banyan/base/deliveries.hpp"
#include "banyan/base/task.hpp"
#include "banyan/wire/resp.hpp"

namespace banyan::redis {

/// One command on the thread of the client. It lives in the frame of the coroutine that awaits it, and ends with
/// deliver().
struct Request {
  Request(const Context& of, SteadyTime now, const Command& asked)
      : context(of), command(asked), bytes(asked.bytes()), arrived(now), completion(of.executor) {}

  bool expired() const { return context.expired() || context.clock.steady() >= command.deadline; }
  void deliver(Result<resp::Reply> answer) { completion.complete(std::move(answer)); }
  void deliver(Result<resp::Reply> answer, Deliveries& deliveries) { deliveries.add(completion, std::move(answer)); }

  const Context& context;
  const Command& command;
  std::size_t bytes;
  SteadyTime arrived;
  Completion<Result<resp::Reply>> completion;
  unsigned attempts = 0;  ///< That found the script unknown.
};

}  // namespace banyan::redis
