#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/adapters/sqlite/options.hpp"
#include "banyan/adapters/sqlite/store_metrics.hpp"
#include "banyan/base/clock.hpp"
#include "banyan/base/log.hpp"

namespace banyan::sqlite {

/// Moves the write-ahead log into the database on a thread and a connection of its own, while the writer goes on. What
/// is written meanwhile stays in the log, and the log starts over only when nothing is left, so the writer moves the
/// last of it: little, and not the whole that all callers would wait for. Thread-safe.
class Checkpointer {
 public:
  Checkpointer(const Options& options, const Clock& clock, Log& log, StoreMetrics& metrics)
      : options_(options), clock_(clock), log_(log), metrics_(metrics) {}
  ~Checkpointer() { stop(); }

  /// Opens the connection. Before anything else.
  Result<void> start();
  /// Waits for what is under way.
  void stop();

  enum class State : unsigned char {
    idle,
    working,
    done,  ///< The rest is the writer's.
  };
  State state() const;
  /// From idle.
  void begin();
  /// From done.
  void reset();
  /// Until it does not work any more.
  void wait();

  /// Moves, on the calling thread and over that connection, what no reader needs in the log; true when nothing is left
  /// there. Where it is to wait for readers it does so for the connection's time for locks, and has the log start over.
  /// A failure goes to the operator's log: nothing is lost by it, and the next checkpoint tries again.
  bool move_log(Connection& connection, bool wait_for_readers);

 private:
  void serve();

  const Options& options_;
  const Clock& clock_;
  Log& log_;
  StoreMetrics& metrics_;
  std::optional<Connection> connection_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::idle;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace banyan::sqlite
