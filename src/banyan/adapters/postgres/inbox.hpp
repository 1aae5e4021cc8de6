#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "banyan/adapters/postgres/requests.hpp"

namespace banyan::postgres {

/// Requests on their way to the thread of the store. What an executor submits in one turn is handed over at the end of
/// that, so that one exchange with the server carries it all.
/// Thread-safe.
class Inbox : public std::enable_shared_from_this<Inbox> {
 public:
  struct Arrived {
    std::vector<FindRequest*> finds;
    std::vector<ListRequest*> lists;
    std::vector<WriteRequest*> writes;
    std::vector<AgreementRequest*> agreements;
    bool empty() const noexcept { return finds.empty() && lists.empty() && writes.empty() && agreements.empty(); }
  };

  /// `wake` is called when there is something to take, and not again before it is taken; never after close().
  explicit Inbox(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// On the thread of the request's executor. `unavailable` before open() and after close().
  void submit(FindRequest& request) { add(&Arrived::finds, request); }
  void submit(ListRequest& request) { add(&Arrived::lists, request); }
  void submit(WriteRequest& request) { add(&Arrived::writes, request); }
  void submit(AgreementRequest& request) { add(&Arrived::agreements, request); }

  /// What has come since the last time.
  Arrived take();

  void open();
  void close();

 private:
  template <typename Request>
  void add(std::vector<Request*> Arrived::* place, Request& request);
  void end_turn(const Executor& executor);

  std::function<void()> wake_;
  std::mutex mutex_;
  Arrived arrived_;
  std::vector<const Executor*> in_turn_;  ///< Will call end_turn().
  bool woken_ = false;
  bool open_ = false;
};

}  // namespace banyan::postgres
