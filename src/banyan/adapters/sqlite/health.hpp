#pragma once

#include <mutex>
#include <optional>
#include <string>

namespace banyan::sqlite {

/// Why the store cannot serve, if so. Thread-safe.
class Health {
 public:
  /// True when the reason is news.
  bool broken(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (reason_ == reason) return false;
    reason_ = reason;
    return true;
  }
  /// True when it was broken before.
  bool healed() {
    const std::lock_guard lock(mutex_);
    const bool was_broken = reason_.has_value();
    reason_.reset();
    return was_broken;
  }
  std::optional<std::string> reason() const {
    const std::lock_guard lock(mutex_);
    return reason_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> reason_;
};

}  // namespace banyan::sqlite
