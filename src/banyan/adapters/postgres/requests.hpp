#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "banyan/base/context.hpp"
#include "banyan/base/deliveries.hpp"
#include "banyan/base/task.hpp"
#include "banyan/core/cache_use.hpp"
#include "banyan/core/record_store.hpp"

namespace banyan::postgres {

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
  unsigned attempts = 0;              ///< That came to nothing through no fault of its own.
  Position wanted = context.reached;  ///< What a replica must have reached that answers.
  bool routed = false;                ///< Whether a replica was asked.
  Position reached = {};              ///< How far the database was that answered, where that is asked.
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

struct AgreementRequest : Request<CacheAgreement::Reading> {
  struct Change {
    std::uint64_t view;
    bool on;
    std::string cache_id;
  };
  AgreementRequest(const Context& of, SteadyTime now, bool attends) : Request(of, now), attended(attends) {}
  AgreementRequest(const Context& of, SteadyTime now, Change wanted) : Request(of, now), change(std::move(wanted)) {}
  bool attended = false;                        ///< To be noted along.
  std::optional<Change> change = std::nullopt;  ///< Otherwise it is only read.
};

/// How often a request is tried before it fails.
inline constexpr unsigned attempts_max = 4;

/// Of what is asked while nothing is taken any more, or not yet.
inline Error stopping_error() { return Error(ErrorCode::unavailable, "the server is stopping"); }

}  // namespace banyan::postgres
