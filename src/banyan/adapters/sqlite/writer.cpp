#include "banyan/adapters/sqlite/writer.hpp"

#include <pthread.h>

#include <algorithm>
#include <map>
#include <new>

namespace banyan::sqlite {
namespace {

using Waiters = std::map<Executor*, std::vector<std::coroutine_handle<>>>;

/// A commit on a device of which one does not wait for the callers of the last one.
constexpr Duration slow_commit = std::chrono::milliseconds(1);
/// Times the size that asks for a checkpoint: what the log may grow to while one is under way.
constexpr std::size_t log_bytes_max = 4;
constexpr Duration gather_max = std::chrono::milliseconds(2);

bool may_match_many(const WriteBatch& batch) {
  return std::ranges::any_of(batch.writes, [](const Write& write) {
    return write.kind == Write::Kind::update_matches || write.kind == Write::Kind::remove_matches;
  });
}

}  // namespace

Writer::Writer(const Options& options, Parts parts, WriterConnection& connection)
    : options_(options), parts_(std::move(parts)), connection_(connection) {}

Writer::~Writer() { stop(); }

void Writer::start() {
  thread_ = std::thread([this] { serve(); });
  pthread_setname_np(thread_.native_handle(), "banyan-write");
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Writer::Push Writer::push(WriteRequest& request) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Push::stopped;
    if (queued() >= options_.write_queue_max) return Push::full;
    queue_.push_back(&request);
    parts_.metrics.write_queue.set(static_cast<std::int64_t>(queued()));
    wake = wake_at_ != 0 && queued() >= wake_at_;
    if (wake) wake_at_ = 0;
  }
  if (wake) arrived_.notify_one();
  return Push::taken;
}

void Writer::wait_for_requests(std::unique_lock<std::mutex>& lock) {
  const auto wait = [&](std::size_t requests, Duration at_most) {
    if (stopping_ || queued() >= requests) return;
    wake_at_ = requests;
    arrived_.wait_for(lock, at_most, [&] { return stopping_ || queued() >= requests; });
    wake_at_ = 0;
  };
  const std::size_t callers = std::min(answered_ + queued(), options_.batch_writes_max);
  if (callers > 1 && commit_time_ >= slow_commit) wait(callers, std::min(commit_time_ / 4, gather_max));
  wait(1, options_.watch_interval);
}

bool Writer::wait_for_batch(Batch& batch) {
  batch.clear();
  std::unique_lock lock(mutex_);
  wait_for_requests(lock);
  std::size_t writes = 0;
  while (taken_ < queue_.size()) {
    const std::size_t more = queue_[taken_]->batch.writes.size();
    // A request larger than a batch gets one of its own, and so does one that may be.
    const bool alone = may_match_many(queue_[taken_]->batch);
    if (writes > 0 && (alone || writes + more > options_.batch_writes_max)) break;
    writes += more;
    batch.push_back(queue_[taken_++]);
    if (alone) break;
  }
  if (taken_ == queue_.size()) {
    queue_.clear();
    taken_ = 0;
  } else if (taken_ > options_.write_queue_max) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  answered_ = batch.size();
  parts_.metrics.write_queue.set(static_cast<std::int64_t>(queued()));
  return !batch.empty() || !stopping_;
}

void Writer::serve() {
  Batch batch;
  while (wait_for_batch(batch)) {
    if (batch.empty()) look_around();
    refuse_expired(batch);
    if (!batch.empty()) run(batch);
    try {
      care_for_log();
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): while telling of a failure; the next batch tries
    }
  }
}

void Writer::refuse_expired(Batch& batch) {
  std::erase_if(batch, [](WriteRequest* request) {
    if (!request->context.expired()) return false;
    request->completion.complete(fail(ErrorCode::deadline_exceeded, "the write waited past its deadline"));
    return true;
  });
}

void Writer::run(Batch& batch) {
  committing_ = false;
  auto done = execute_within_memory(batch);
  parts_.commits.fetch_add(1, std::memory_order_acq_rel);  // also where the outcome is not known
  if (!done) {
    connection_.rollback();
    parts_.metrics.commits_failed.add();
    if (parts_.health.broken(done.error().message)) {  // once, not for every request that meets it
      parts_.log.error("a transaction could not be kept",
                       {{"error", done.error().message}, {"detail", done.error().detail}});
    }
    return fail_all(batch, done.error());
  }
  if (parts_.health.healed()) parts_.log.info("the database takes writes again");
  acknowledge(batch);
}

Result<void> Writer::execute_within_memory(const Batch& batch) {
  try {
    return execute(batch);
  } catch (const std::bad_alloc&) {
    return fail(
        Error(committing_ ? ErrorCode::outcome_unknown : ErrorCode::unavailable, "the server is short of memory")
            .with_hint(committing_ ? "read the record before writing it again" : "try again in a moment"));
  }
}

Result<void> Writer::execute(const Batch& batch) {
  if (auto done = connection_.begin(); !done) return done;
  note_foreign_changes();
  for (WriteRequest* request : batch) {
    request->result.emplace(connection_.apply(request->context, request->batch));
    if (connection_.broken()) return fail(request->result->error());
  }
  const SteadyTime before = parts_.clock.steady();
  committing_ = true;
  if (auto done = connection_.commit(); !done) return done;
  const Duration took = parts_.clock.steady() - before;
  commit_time_ += (took - commit_time_) / 8;
  parts_.metrics.commit_latency.observe(microseconds(took));
  parts_.metrics.batch_requests.observe(batch.size());
  parts_.metrics.wal_bytes.set(static_cast<std::int64_t>(connection_.wal_bytes()));
  return {};
}

void Writer::acknowledge(const Batch& batch) {
  const SteadyTime now = parts_.clock.steady();
  std::size_t records = 0;
  Waiters waiters;
  for (WriteRequest* request : batch) {
    if (*request->result) records += (*request->result)->changes.size();
    parts_.metrics.write_latency.observe(microseconds(now - request->queued_at));
    Executor& executor = request->completion.executor();
    const auto waiter = request->completion.complete_quietly(std::move(*request->result));
    if (waiter) waiters[&executor].push_back(waiter);
  }
  // Once a loop, not once a request: the first to wake would fight the rest for the loop's queue.
  for (auto& [executor, coroutines] : waiters) executor->post_all(std::move(coroutines));
  parts_.metrics.writes.add(records);
}

void Writer::fail_all(const Batch& batch, const Error& error) {
  for (WriteRequest* request : batch) request->completion.complete(fail(error));
}

void Writer::note_foreign_changes() {
  const auto changed = connection_.changed_by_others();
  if (!changed || !*changed) return;
  parts_.commits.fetch_add(1, std::memory_order_acq_rel);
  parts_.metrics.foreign_changes.add();
  parts_.log.info("another program changed the database");
  if (parts_.on_foreign_change) parts_.on_foreign_change({.keys = {}, .everything = true});
}

void Writer::look_around() {
  note_foreign_changes();
  if (!parts_.health.reason()) return;
  if (connection_.probe() && parts_.health.healed()) parts_.log.info("the database takes writes again");
}

void Writer::care_for_log() {
  Checkpointer& checkpointer = parts_.checkpointer;
  if (!connection_.checkpoint_is_due()) {
    if (checkpointer.state() == Checkpointer::State::done) checkpointer.reset();
    return;
  }
  // Readers that come and go all the time would keep the log from starting over, and let it grow without bound.
  const bool too_long = connection_.wal_bytes() >= log_bytes_max * options_.checkpoint_bytes;
  switch (checkpointer.state()) {
    case Checkpointer::State::idle: return checkpointer.begin();
    case Checkpointer::State::working:
      if (!too_long) return;
      checkpointer.wait();
      break;
    case Checkpointer::State::done: break;
  }
  checkpointer.reset();
  connection_.checkpoint(checkpointer, too_long);
}

}  // namespace banyan::sqlite
