#include "service_key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "banyan/base/descriptor.hpp"
#include "banyan/base/ids.hpp"

namespace banyan::app {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t key_length_min = 16;
constexpr std::size_t key_length_max = 512;

std::unexpected<Error> refuse(const std::filesystem::path& file, const std::string& what, const std::string& hint) {
  return fail(Error(ErrorCode::unavailable, "The service key file " + file.string() + " " + what).with_hint(hint));
}

std::unexpected<Error> refuse_errno(const std::filesystem::path& file, const std::string& what) {
  return refuse(file, what + ": " + std::strerror(errno) + ".",
                "Mend the cause, or give the key in BANYAN_SERVICE_KEY.");
}

Result<std::string> read_key(const std::filesystem::path& file, int descriptor) {
  char buffer[key_length_max + 2];
  const ssize_t got = ::read(descriptor, buffer, sizeof buffer);
  if (got < 0) return refuse_errno(file, "cannot be read");
  std::string key(buffer, static_cast<std::size_t>(got));
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
  const bool printable = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
  if (!printable || key.size() < key_length_min || key.size() > key_length_max)
    return refuse(file, "holds no usable key.",
                  "It takes one line of 16 to 512 printable characters; delete the file to have a new key made.");
  return key;
}

}  // namespace

Result<std::string> read_service_key(const std::filesystem::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!opened.valid() && errno == ENOENT) return std::string();
  if (!opened.valid()) return refuse_errno(file, "cannot be opened");
  struct stat facts{};
  if (::fstat(opened.get(), &facts) != 0) return refuse_errno(file, "cannot be examined");
  if (!S_ISREG(facts.st_mode)) return refuse(file, "is not a regular file.", "Move it away to have a new key made.");
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return refuse(file, "may be read by others than its owner.", "Run: chmod 600 " + file.string());
  return read_key(file, opened.get());
}

Result<std::string> make_service_key(const std::filesystem::path& file, Random& random) {
  std::error_code ignored;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ignored);
  const Descriptor opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!opened.valid()) return refuse_errno(file, "cannot be made");
  const std::string key = make_hex_token(random, key_bytes);
  const std::string line = key + "\n";
  const bool written = ::write(opened.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                       ::fsync(opened.get()) == 0;
  if (!written) {
    const auto error = refuse_errno(file, "cannot be written");
    ::unlink(file.c_str());
    return error;
  }
  return key;
}

}  // namespace banyan::app
