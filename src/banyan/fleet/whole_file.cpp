#include "banyan/fleet/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "banyan/base/descriptor.hpp"

namespace banyan::fleet {
namespace {

std::unexpected<Error> not_written(const std::filesystem::path& file, const std::string& why) {
  return fail(ErrorCode::storage_full, file.string() + " cannot be written: " + why);
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<void> write_whole_file(const std::filesystem::path& file, std::string_view text, std::optional<mode_t> mode) {
  struct stat facts{};
  const bool replaced = ::stat(file.c_str(), &facts) == 0;
  if (replaced && !S_ISREG(facts.st_mode)) {
    std::ofstream stream(file, std::ios::binary);
    return stream << text << std::flush ? Result<void>() : not_written(file, std::strerror(errno));
  }
  std::error_code error;
  const std::filesystem::path target = replaced ? std::filesystem::canonical(file, error) : file;
  if (error) return not_written(file, error.message());
  const std::filesystem::path next = target.string() + ".next";
  ::unlink(next.c_str());
  const Descriptor opened(::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode.value_or(0666)));
  bool written = opened.valid() && write_all(opened.get(), text);
  if (written && replaced && !mode) {
    // Whose it was matters less than who may read it: a user who may not give files away still gets the file.
    (void)::fchown(opened.get(), facts.st_uid, facts.st_gid);
    written = ::fchmod(opened.get(), facts.st_mode & 07777U) == 0;
  }
  written = written && ::fsync(opened.get()) == 0 && ::rename(next.c_str(), target.c_str()) == 0;
  if (written) return {};
  const std::string why = std::strerror(errno);
  ::unlink(next.c_str());
  return not_written(file, why);
}

}  // namespace banyan::fleet
