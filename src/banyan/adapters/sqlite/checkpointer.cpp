#include "banyan/adapters/sqlite/checkpointer.hpp"

#include <pthread.h>
#include <sqlite3.h>

#include <new>

#include "banyan/adapters/sqlite/database_file.hpp"
#include "banyan/adapters/sqlite/errors.hpp"

namespace banyan::sqlite {
namespace {

/// The second moves what was written during the first.
constexpr int passes = 2;

}  // namespace

Result<bool> move_log(Connection& connection, bool wait_for_readers) {
  int log_pages = 0;
  int moved_pages = 0;
  const int mode = wait_for_readers ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  const int rc = sqlite3_wal_checkpoint_v2(connection.get(), nullptr, mode, &log_pages, &moved_pages);
  if (rc == SQLITE_OK) return moved_pages >= log_pages;
  if (rc == SQLITE_BUSY) return false;
  return fail(error_from(connection.get(), rc));
}

Result<void> Checkpointer::start() {
  auto opened = Connection::open(writer_settings(options_));
  if (!opened) return fail(std::move(opened.error()));
  connection_.emplace(std::move(*opened));
  thread_ = std::thread([this] { serve(); });
  pthread_setname_np(thread_.native_handle(), "banyan-log");
  return {};
}

void Checkpointer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  connection_.reset();
}

Checkpointer::State Checkpointer::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Checkpointer::begin() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::working;
  }
  changed_.notify_all();
}

void Checkpointer::reset() {
  const std::lock_guard lock(mutex_);
  state_ = State::idle;
}

void Checkpointer::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return state_ != State::working || stopping_; });
}

void Checkpointer::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || state_ == State::working; });
    if (stopping_) return;
    lock.unlock();
    try {
      move_what_can_be();
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): while telling of a failure; the writer tries on
    }
    lock.lock();
    state_ = State::done;
    changed_.notify_all();
  }
}

void Checkpointer::move_what_can_be() {
  for (int pass = 0; pass < passes; ++pass) {
    const auto before = std::chrono::steady_clock::now();
    const auto moved = move_log(*connection_, false);
    const auto took = std::chrono::steady_clock::now() - before;
    metrics_.checkpoint_latency.observe(
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    if (!moved) {
      log_.warning("the write-ahead log cannot be moved into the database",
                   {{"error", moved.error().message}, {"detail", moved.error().detail}});
    }
    if (!moved || *moved) return;
  }
}

}  // namespace banyan::sqlite
