#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>

#include "banyan/base/descriptor.hpp"
#include "banyan/base/task.hpp"
#include "banyan/http/loop.hpp"

namespace banyan::http {

/// Takes new connections off one listening socket for one loop. When the process has no file handles left it answers
/// 503 through one kept in reserve, says so in the log now and then, and goes on by itself.
/// Thread safety: none; lives on its loop's thread.
class Acceptor {
 public:
  Acceptor(Loop& loop, Descriptor listener);

  void start(std::shared_ptr<Loop> loop);
  /// Takes what already waits, then closes.
  void stop();

 private:
  using Socket = asio::basic_socket_acceptor<asio::ip::tcp, Loop::IoExecutor>;
  enum class Batch : std::uint8_t { drained, full, exhausted };

  Task<void> serve(std::shared_ptr<Loop> loop);
  Batch accept_batch(const std::shared_ptr<Loop>& loop);
  void welcome(const std::shared_ptr<Loop>& loop, Descriptor socket, std::string remote);
  bool turn_one_away();
  void complain(int error);

  Loop& loop_;
  asio::ip::tcp protocol_;
  Socket listener_;
  Loop::Timer pause_;
  Descriptor reserve_;
  std::string no_handles_answer_;
  SteadyTime complained_at_ = SteadyTime::min();
  std::uint64_t turned_away_ = 0;
  bool stopping_ = false;
};

}  // namespace banyan::http
