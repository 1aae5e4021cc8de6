#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "banyan/adapters/sqlite/checkpointer.hpp"
#include "banyan/adapters/sqlite/health.hpp"
#include "banyan/adapters/sqlite/store_metrics.hpp"
#include "banyan/adapters/sqlite/writer_connection.hpp"
#include "banyan/base/log.hpp"
#include "banyan/base/task.hpp"
#include "banyan/core/durable_store.hpp"

namespace banyan::sqlite {

/// A request to write that waits for the writer. It lives in the coroutine that awaits it.
struct WriteRequest {
  WriteRequest(const Context& context_, WriteBatch batch_)
      : context(context_),
        batch(std::move(batch_)),
        queued_at(context_.clock.steady()),
        completion(context_.executor) {}

  const Context& context;
  WriteBatch batch;
  SteadyTime queued_at;
  std::optional<Result<Applied>> result;  ///< Kept back until the commit.
  Completion<Result<Applied>> completion;
};

/// The one thread that writes. It takes what is queued, executes it in one transaction, and acknowledges every request
/// after the commit; meanwhile the next batch gathers. When idle it waits for nothing but requests (and looks for
/// changes by other programs). Where commits are slow and several callers write, it waits a quarter of a commit for
/// those whom it has just answered, who would otherwise take turns with the rest: on a device with fdatasync of 4 ms
/// that made batches of 64 callers out of two halves. Thread-safe.
class Writer {
 public:
  struct Parts {
    const Clock& clock;
    Log& log;
    StoreMetrics& metrics;
    Health& health;
    /// Grows with every commit, before it is acknowledged: whoever reads tells by it whether a snapshot is the latest.
    std::atomic<std::uint64_t>& commits;
    Checkpointer& checkpointer;
    std::function<void(const ForeignChange&)> on_foreign_change;
  };
  Writer(const Options& options, Parts parts, WriterConnection& connection);
  ~Writer();

  void start();
  /// Finishes what is queued; what comes afterwards is refused.
  void stop();

  enum class Push : unsigned char { taken, full, stopped };
  /// Takes the request, which is completed later; or leaves it alone.
  [[nodiscard]] Push push(WriteRequest& request);

 private:
  using Batch = std::vector<WriteRequest*>;

  void serve();
  /// Waits for requests; on a slow device for as many as there seem to be callers.
  void wait_for_requests(std::unique_lock<std::mutex>& lock);
  std::size_t queued() const noexcept { return queue_.size() - taken_; }
  /// The next batch; empty when it is time to look around. False when there is nothing left to do for ever.
  bool wait_for_batch(Batch& batch);
  void refuse_expired(Batch& batch);
  void run(Batch& batch);
  Result<void> execute(const Batch& batch);
  Result<void> execute_within_memory(const Batch& batch);
  void acknowledge(const Batch& batch);
  void fail_all(const Batch& batch, const Error& error);
  void note_foreign_changes();
  void look_around();
  /// Has the log moved into the database when it is long.
  void care_for_log();

  const Options& options_;
  Parts parts_;
  WriterConnection& connection_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<WriteRequest*> queue_;  ///< Taken from `taken_` on.
  std::size_t taken_ = 0;
  std::size_t wake_at_ = 0;  ///< Requests that the writer sleeps for; 0: it does not sleep.
  bool committing_ = false;  ///< The batch that is executed; of the writer\'s thread.
  bool stopping_ = false;
  std::thread thread_;
  // Of the writer's thread:
  std::size_t answered_ = 0;            ///< Requests of the latest batch.
  Duration commit_time_ = Duration(0);  ///< Mean of the latest commits.
};

}  // namespace banyan::sqlite
