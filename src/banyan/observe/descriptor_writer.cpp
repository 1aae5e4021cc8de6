#include "banyan/observe/descriptor_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace banyan::observe {

namespace {
// pipe(7): once a pipe is writable, this much goes in without waiting.
constexpr std::size_t sure_bytes = 4096;
constexpr std::size_t bulk_bytes = 256 * 1024;
}  // namespace

DescriptorWriter::DescriptorWriter(int descriptor) : descriptor_(descriptor), terminal_(::isatty(descriptor) == 1) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return;
  socket_ = S_ISSOCK(status.st_mode);
  may_wait_ = !S_ISREG(status.st_mode) && !(S_ISCHR(status.st_mode) && !terminal_);
}

bool DescriptorWriter::wait_writable(std::chrono::milliseconds patience) const {
  pollfd waited{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  return ::poll(&waited, 1, static_cast<int>(patience.count())) > 0;
}

DescriptorWriter::Outcome DescriptorWriter::write(std::string_view bytes, std::chrono::milliseconds patience,
                                                  const GoOn& go_on) {
  if (bytes.empty()) return {};
  if (torn_ && write_some("\n", patience, go_on).failed) return {.failed = true};
  torn_ = false;
  const Outcome outcome = write_some(bytes, patience, go_on);
  torn_ = outcome.written > 0 && bytes[outcome.written - 1] != '\n';
  return outcome;
}

DescriptorWriter::Outcome DescriptorWriter::write_some(std::string_view bytes, std::chrono::milliseconds patience,
                                                       const GoOn& go_on) const {
  Outcome outcome;
  while (!bytes.empty()) {
    if (may_wait_ && !wait_writable(patience)) {
      if (go_on()) continue;
      outcome.failed = true;
      return outcome;
    }
    const std::size_t size = std::min(bytes.size(), may_wait_ && !socket_ ? sure_bytes : bulk_bytes);
    const ssize_t written = socket_ ? ::send(descriptor_, bytes.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                    : ::write(descriptor_, bytes.data(), size);
    if (written < 0) {
      // A non-blocking descriptor that poll() called ready may still refuse; the next poll() decides.
      if (errno == EINTR || ((errno == EAGAIN || errno == EWOULDBLOCK) && go_on())) continue;
      outcome.failed = true;
      return outcome;
    }
    outcome.written += static_cast<std::size_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return outcome;
}

}  // namespace banyan::observe
