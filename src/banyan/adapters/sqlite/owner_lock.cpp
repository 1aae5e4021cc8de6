#include "banyan/adapters/sqlite/owner_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
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
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(cannot_make(file, errno));
  OwnerLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(held(database, descriptor));
    return fail(cannot_make(file, errno));
  }
  // Who holds it is a courtesy to people: a full device shall not keep the server from starting.
  const std::string process = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, process.data(), process.size(), 0) < 0) return lock;
  return lock;
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
