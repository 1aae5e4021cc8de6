#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

#include "banyan/http/connection.hpp"

namespace banyan::http {
namespace {

// Less room than this is not worth a system call.
constexpr std::size_t room_bytes_min = 4096;

bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

// While bytes are read, either no head is complete yet and what `in_` holds may move, or all of it is consumed.
void Connection::take_first_bytes() {
  if (arrived_.error == asio::error::operation_aborted) return;  // on_stop(): what to do is seen in the next step
  if (arrived_.error) {
    ended_ = true;
    return;
  }
  if (lingering_) {
    if (arrived_.bytes >= linger_bytes_left_) {
      ended_ = true;
      return;
    }
    linger_bytes_left_ -= arrived_.bytes;
    return discard();
  }
  if (!in_.has_block()) loop_->buffers().lend(in_);
  if (in_.empty()) in_.clear();
  in_.reserve(arrived_.bytes + room_bytes_min);
  in_.add(std::string_view(first_bytes_.data(), arrived_.bytes));
  site_.metrics.received_bytes.add(arrived_.bytes);
  if (arrived_.bytes == first_bytes_.size()) receive();
}

void Connection::receive() {
  const ssize_t got = ::recv(socket_.native_handle(), in_.room(), in_.room_bytes(), 0);
  if (got <= 0) return;  // the end of the stream is seen by the next wait, when what came before it has been answered
  in_.added(static_cast<std::size_t>(got));
  site_.metrics.received_bytes.add(static_cast<std::uint64_t>(got));
}

void Connection::discard() {
  char scratch[4096];
  while (true) {
    const ssize_t got = ::recv(socket_.native_handle(), scratch, sizeof scratch, 0);
    if (got < 0 && would_block(errno)) return;
    if (got <= 0 || static_cast<std::size_t>(got) >= linger_bytes_left_) {
      ended_ = true;
      return;
    }
    linger_bytes_left_ -= static_cast<std::size_t>(got);
  }
}

ssize_t Connection::send_some() {
  const int fd = socket_.native_handle();
  const std::string_view head = out_.bytes();
  if (large_.empty()) return ::send(fd, head.data(), head.size(), MSG_NOSIGNAL);
  iovec parts[2] = {{const_cast<char*>(head.data()), head.size()}, {const_cast<char*>(large_.data()), large_.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}

Connection::Sent Connection::flush() {
  while (!out_.empty() || !large_.empty()) {
    const ssize_t sent = send_some();
    if (sent < 0) return would_block(errno) ? Sent::blocked : Sent::failed;
    const auto bytes = static_cast<std::size_t>(sent);
    site_.metrics.sent_bytes.add(bytes);
    const std::size_t from_head = std::min(bytes, out_.bytes().size());
    out_.consume(from_head);
    large_.remove_prefix(bytes - from_head);
  }
  if (out_.has_block()) loop_->buffers().take_back(out_);
  return Sent::all;
}

}  // namespace banyan::http
