#include "banyan/adapters/sqlite/owner_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace banyan::sqlite {
namespace {

/// The number in the file, or nothing.
std::string named_process(int descriptor) {
  std::array<char, 24> text{};
  const ssize_t length = pread(descriptor, text.data(), text.size(), 0);
  std::string digits;
  for (ssize_t i = 0;
       i < length && text[static_cast<std::size_t>(i)] >= '0' && text[static_cast<std::size_t>(i)] <= '9'; ++i) {
    digits += text[static_cast<std::size_t>(i)];
  }
  return digits;
}

Error held(const std::filesystem::path& database, int descriptor) {
  const std::string process = named_process(descriptor);
  return Error(ErrorCode::unavailable,
               database.string() + " is in use by another process" + (process.empty() ? "" : " (pid " + process + ")"))
      .with_hint(
          "one process owns an SQLite file: end the other one, or name another file in database.url; several "
          "instances on one database are stage 3, with PostgreSQL: database.url = \"postgres://...\"")
      .with_reason("database_in_use");
}

Error cannot_make(const std::filesystem::path& file, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  return Error(full ? ErrorCode::storage_full : ErrorCode::unavailable,
               "cannot write " + file.string() + ": " + std::strerror(error_number))
      .with_hint(full ? "free space on the device" : "give this user the right to write in that directory");
}

}  // namespace

Result<OwnerLock> OwnerLock::take(const std::filesystem::path& database) {
  const std::filesystem::path file = database.string() + "-owner";
  OwnerLock lock(-1);
  do {  // until the file that is locked is the one that others find, for somebody may have removed it meanwhile
    lock = OwnerLock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.descriptor_ < 0) return fail(cannot_make(file, errno));
    if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return fail(held(database, lock.descriptor_));
      return fail(cannot_make(file, errno));
    }
  } while (!lock.is_found_at(file));
  const int descriptor = lock.descriptor_;
  // Who holds it is a courtesy to people: a full device shall not keep the server from starting.
  const std::string process = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, process.data(), process.size(), 0) < 0) return lock;
  return lock;
}

bool OwnerLock::is_found_at(const std::filesystem::path& file) const {
  struct stat locked{};
  struct stat found{};
  return fstat(descriptor_, &locked) == 0 && stat(file.c_str(), &found) == 0 && locked.st_dev == found.st_dev &&
         locked.st_ino == found.st_ino;
}

OwnerLock::OwnerLock(OwnerLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

OwnerLock& OwnerLock::operator=(OwnerLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

OwnerLock::~OwnerLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace banyan::sqlite
