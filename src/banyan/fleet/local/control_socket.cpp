#include "banyan/fleet/local/control_socket.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "banyan/fleet/local/loopback.hpp"

namespace banyan::fleet {
namespace {

constexpr std::string_view socket_name = "socket";
constexpr std::size_t words_bytes_max = 256;
constexpr int words_within_ms = 500;
// The first character of a line says what it is.
constexpr char said = '+';
constexpr char done = '.';
constexpr char failed = '!';
constexpr char hinted = '?';

void send_line(const Descriptor& peer, char kind, std::string_view text) {
  std::string line(1, kind);
  for (const char c : text) line += c == '\n' ? ' ' : c;
  line += '\n';
  // Lines are few and short: they fit into the socket's buffer, or nobody reads them.
  ::send(peer.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

Error not_running(const std::filesystem::path& run_folder) {
  return Error(ErrorCode::unavailable, "No fleet of this configuration runs.")
      .with_hint("Start one with `banyan up`, and name the same configuration or stage here. Looked for in " +
                 run_folder.string() + ".");
}

/// Lines as they come from a peer.
class Lines {
 public:
  explicit Lines(const Descriptor& peer) : peer_(peer) {}

  std::optional<std::string> next() {
    std::size_t end = 0;
    while ((end = received_.find('\n')) == std::string::npos) {
      char buffer[4096];
      const ssize_t got = ::recv(peer_.get(), buffer, sizeof buffer, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return std::nullopt;
      received_.append(buffer, static_cast<std::size_t>(got));
    }
    std::string line = received_.substr(0, end);
    received_.erase(0, end + 1);
    return line;
  }

 private:
  const Descriptor& peer_;
  std::string received_;
};

}  // namespace

void ControlRequest::say(std::string_view line) const { send_line(peer_, said, line); }

void ControlRequest::finish(const Result<void>& outcome) const {
  if (outcome) return send_line(peer_, done, "");
  const Error& error = outcome.error();
  if (!error.hint.empty()) send_line(peer_, hinted, error.hint);
  send_line(peer_, failed, error.message + (error.detail.empty() ? "" : " " + error.detail));
}

Result<ControlSocket> ControlSocket::listen(const std::filesystem::path& folder) {
  Result<Descriptor> listener = listen_socket(folder / socket_name);
  if (!listener) return fail(std::move(listener.error()));
  return ControlSocket(std::move(*listener));
}

std::optional<ControlRequest> ControlSocket::next() const {
  Descriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!peer.valid()) return std::nullopt;
  std::string words;
  pollfd wanted{peer.get(), POLLIN, 0};
  while (words.size() < words_bytes_max && ::poll(&wanted, 1, words_within_ms) > 0) {
    char buffer[words_bytes_max];
    const ssize_t got = ::recv(peer.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got <= 0) break;
    words.append(buffer, static_cast<std::size_t>(got));
    if (words.ends_with('\n')) return ControlRequest(words.substr(0, words.size() - 1), std::move(peer));
  }
  return std::nullopt;
}

Result<void> ask_fleet(const std::filesystem::path& run_folder, std::string_view words,
                       const std::function<void(std::string_view line)>& say) {
  const Descriptor peer = connect_socket(run_folder / "control" / socket_name);
  if (!peer.valid()) return fail(not_running(run_folder));
  const std::string question = std::string(words) + "\n";
  ::send(peer.get(), question.data(), question.size(), MSG_NOSIGNAL);
  Lines lines(peer);
  std::string hint;
  while (const std::optional<std::string> line = lines.next()) {
    const std::string_view text = std::string_view(*line).substr(line->empty() ? 0 : 1);
    switch (line->empty() ? said : line->front()) {
      case done: return {};
      case failed: return fail(Error(ErrorCode::unavailable, std::string(text)).with_hint(hint));
      case hinted: hint = text; break;
      default: say(text);
    }
  }
  return fail(ErrorCode::outcome_unknown, "The fleet ended before it had answered.");
}

}  // namespace banyan::fleet
