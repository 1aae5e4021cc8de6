#pragma once

#include <filesystem>

#include "banyan/base/result.hpp"

namespace banyan::sqlite {

/// Says that this process owns a database file: a lock (flock) on the file `<database>-owner`, which names the
/// process. The system frees it when the process ends, however it ends; the file itself stays.
///
/// The lock is not on the database itself, for closing any descriptor of that would drop SQLite's own locks.
class OwnerLock {
 public:
  /// Errors: unavailable, with the other process if it can be told; invalid or storage_full when the file cannot be
  /// made.
  static Result<OwnerLock> take(const std::filesystem::path& database);

  OwnerLock(OwnerLock&& other) noexcept;
  OwnerLock& operator=(OwnerLock&& other) noexcept;
  ~OwnerLock();

 private:
  explicit OwnerLock(int descriptor) : descriptor_(descriptor) {}
  bool is_found_at(const std::filesystem::path& file) const;
  int descriptor_ = -1;
};

}  // namespace banyan::sqlite
