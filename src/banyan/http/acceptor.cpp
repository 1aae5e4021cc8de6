#include "banyan/http/acceptor.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "banyan/http/connection.hpp"
#include "banyan/http/response_writer.hpp"

namespace banyan::http {
namespace {

constexpr int batch_max = 64;
// As much as the backlog holds.
constexpr int last_batches_max = 64;
constexpr auto pause_when_exhausted = std::chrono::milliseconds(100);
constexpr auto complaint_interval = std::chrono::seconds(10);
// Over the limit on connections, so many more are answered 503; beyond that they are just closed.
constexpr std::size_t turned_away_max = 256;

// Awaits that a timer ends or is cancelled.
class Pause {
 public:
  explicit Pause(Loop::Timer& timer) noexcept : timer_(timer) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    timer_.async_wait([waiter](const boost::system::error_code&) { waiter.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  Loop::Timer& timer_;
};

Descriptor open_reserve() noexcept { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

std::string name_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return "[" + std::string(text) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  sockaddr_in v4;
  std::memcpy(&v4, &address, sizeof v4);
  inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  return std::string(text) + ":" + std::to_string(ntohs(v4.sin_port));
}

asio::ip::tcp protocol_of(int fd) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return address.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
}

bool is_exhaustion(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

std::string render_no_handles(const Site& site) {
  Problem problem;
  problem.status = 503;
  problem.reason = "no_file_handles";
  problem.message = "The server has no file handles left.";
  problem.hint = "Try again in a moment.";
  const Response response = site.parts.render_problem(problem);
  Framing framing;
  framing.close = true;
  framing.request_id = "-";
  Buffer out;
  write_head(out, response, framing);
  return std::string(out.bytes()) + std::string(response.body.bytes());
}

}  // namespace

Acceptor::Acceptor(Loop& loop, Descriptor listener)
    : loop_(loop),
      protocol_(protocol_of(listener.get())),
      listener_(loop.io()),
      pause_(loop.io()),
      reserve_(open_reserve()) {
  listener_.assign(protocol_, listener.release());
  no_handles_answer_ = render_no_handles(loop.site());
}

void Acceptor::start(std::shared_ptr<Loop> loop) { detach(serve(std::move(loop))); }

void Acceptor::stop() {
  stopping_ = true;
  boost::system::error_code ignored;
  listener_.cancel(ignored);
  pause_.cancel();
}

Task<void> Acceptor::serve(std::shared_ptr<Loop> loop) {
  Batch batch = Batch::drained;
  while (!stopping_) {
    if (batch == Batch::exhausted) {
      pause_.expires_after(pause_when_exhausted);
      co_await Pause(pause_);
    } else {
      // After a full batch this comes back at once, and the connections have had their turn.
      co_await Readiness(listener_, asio::socket_base::wait_read);
    }
    batch = accept_batch(loop);
  }
  for (int i = 0; i < last_batches_max && batch == Batch::full; ++i) batch = accept_batch(loop);
  boost::system::error_code ignored;
  listener_.close(ignored);
  reserve_.close();
  loop->acceptor_closed();
}

Acceptor::Batch Acceptor::accept_batch(const std::shared_ptr<Loop>& loop) {
  if (!reserve_.valid()) reserve_ = open_reserve();
  for (int i = 0; i < batch_max; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    Descriptor socket(::accept4(listener_.native_handle(), reinterpret_cast<sockaddr*>(&address), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.valid()) {
      welcome(loop, std::move(socket), name_of(address));
      continue;
    }
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) return Batch::drained;
    if (is_exhaustion(error)) {
      complain(error);
      if (!turn_one_away()) return Batch::exhausted;
    }
    // Anything else concerns one connection, which is gone already (accept(2), "Error handling").
  }
  return Batch::full;
}

void Acceptor::welcome(const std::shared_ptr<Loop>& loop, Descriptor socket, std::string remote) {
  Site& site = loop->site();
  const std::size_t now_open = site.connections.fetch_add(1, std::memory_order_relaxed) + 1;
  const bool too_many = now_open > site.limits.connections;
  if (too_many) site.metrics.rejected_by_limit.add();
  if (now_open > site.limits.connections + turned_away_max) {
    site.connections.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  boost::system::error_code failed;
  Loop::Socket connected(loop->io());
  connected.assign(protocol_, socket.get(), failed);
  if (failed) {
    site.connections.fetch_sub(1, std::memory_order_relaxed);
    complain(failed.value());
    return;
  }
  socket.release();
  if (!too_many) site.metrics.accepted.add();
  Connection::start(loop, std::move(connected), std::move(remote),
                    too_many ? Connection::Welcome::turned_away : Connection::Welcome::served);
}

// Frees the reserve for as long as it takes to say no to one connection. False when even that does not help.
bool Acceptor::turn_one_away() {
  if (!reserve_.valid()) return false;
  reserve_.close();
  Descriptor socket(::accept4(listener_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  const bool accepted = socket.valid();
  if (accepted) {
    // What was read does not turn the close into a reset. More than this a request seldom has.
    char request[16 * 1024];
    ::recv(socket.get(), request, sizeof request, 0);
    ::send(socket.get(), no_handles_answer_.data(), no_handles_answer_.size(), MSG_NOSIGNAL);
    ::shutdown(socket.get(), SHUT_WR);
    loop_.site().metrics.rejected_without_handles.add();
    ++turned_away_;
    socket.close();
  }
  reserve_ = open_reserve();
  return accepted && reserve_.valid();
}

void Acceptor::complain(int error) {
  const SteadyTime now = loop_.now().steady;
  if (complained_at_ != SteadyTime::min() && now - complained_at_ < complaint_interval) return;
  complained_at_ = now;
  loop_.site().parts.log.error(
      "connections cannot be accepted",
      {{"error", std::strerror(error)},
       {"turned_away", std::to_string(turned_away_)},
       {"hint", "raise the limit on open files (ulimit -n, LimitNOFILE=) or lower limits.connections"}});
}

}  // namespace banyan::http
