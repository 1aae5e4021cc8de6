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
      for (int pass = 0; pass < passes && !move_log(*connection_, false); ++pass) {
      }
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): while telling of a failure; the writer tries on
    }
    lock.lock();
    state_ = State::done;
    changed_.notify_all();
  }
}

bool Checkpointer::move_log(Connection& connection, bool wait_for_readers) {
  int log_pages = 0;
  int moved_pages = 0;
  const int mode = wait_for_readers ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
  const SteadyTime before = clock_.steady();
  const int rc = sqlite3_wal_checkpoint_v2(connection.get(), nullptr, mode, &log_pages, &moved_pages);
  metrics_.checkpoint_latency.observe(microseconds(clock_.steady() - before));
  if (rc == SQLITE_OK) return moved_pages >= log_pages;
  if (rc != SQLITE_BUSY) {
    const Error error = error_from(connection.get(), rc);
    log_.warning("the write-ahead log cannot be moved into the database",
                 {{"error", error.message}, {"detail", error.detail}});
  }
  return false;
}

}  // namespace banyan::sqlite
