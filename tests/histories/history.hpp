#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "banyan/core/record.hpp"

namespace banyan::histories {

using Moment = std::chrono::steady_clock::time_point;

/// What one client asked of one key, and what it was told.
struct Operation {
  enum class Kind : unsigned char { read, write, remove };
  enum class Outcome : unsigned char {
    answered,  ///< Of a change: acknowledged.
    unknown,   ///< Of a change: it may have been made.
  };
  std::size_t client = 0;
  std::size_t key = 0;
  Kind kind = Kind::read;
  Outcome outcome = Outcome::answered;
  /// What a read was shown, 0: that there is none. What a change made, of a removal that of the deletion; 0: not known.
  Version version = 0;
  Moment began;
  Moment ended;
};

/// Operations of a client are in the order in which it made them, one after the other. What was refused, and so has
/// changed and shown nothing, is not in it. Versions of a key are in the order in which the database made its states.
using History = std::vector<Operation>;

/// Gathers what clients tell of. Thread-safe.
class Recorder {
 public:
  void add(const Operation& operation) {
    const std::lock_guard lock(mutex_);
    history_.push_back(operation);
  }
  History history() const {
    const std::lock_guard lock(mutex_);
    return history_;
  }

 private:
  mutable std::mutex mutex_;
  History history_;
};

}  // namespace banyan::histories
