#pragma once

#include <array>
#include <memory>
#include <string>

#include "banyan/http/loop.hpp"

namespace banyan::http {

/// One client connection, from accept to close.
///
/// All work is done by plain functions, step by step, until something has to be awaited; one small coroutine awaits it.
/// Between requests it holds neither buffer blocks nor an Exchange.
/// Thread safety: none; lives on its loop's thread.
class Connection final : public TimerWheel::Entry {
 public:
  enum class Welcome : std::uint8_t {
    served,
    turned_away,  ///< Answered 503 and closed: there are too many.
  };
  /// Serves `socket` until it is closed.
  static void start(std::shared_ptr<Loop> loop, Loop::Socket socket, std::string remote, Welcome welcome);

  Connection(std::shared_ptr<Loop> loop, Loop::Socket socket, std::string remote);
  ~Connection();

  void expire() override;
  /// The loop begins to stop: an idle connection closes, another after its answer.
  void on_stop();
  /// Closes the socket under whatever goes on. A handler that still runs is told, and left to end.
  void abort();

 private:
  /// What to await next.
  enum class Step : std::uint8_t { read, write, handler, turn, end };
  enum class Sent : std::uint8_t { all, blocked, failed };
  enum class Waiting : std::uint8_t { nothing, read, write };

  static Task<void> serve(std::unique_ptr<Connection> owned);
  Step step();
  Step step_reading();
  Step step_writing();
  Step begin_wait_for_bytes();
  Step begin_linger();

  void begin_exchange();
  void end_exchange();
  RequestReader::State read_request();
  void park_head();
  bool hold_body();
  bool start_handler();
  void finish_handler();

  void answer(Response&& response);
  void answer_fault(Fault fault);
  void send_answer(Response&& response, bool head, bool keep_alive, const Head* asked);
  void record(int status, std::size_t body_bytes, std::string_view request_id);

  void after_wait();
  void on_timeout();
  void take_first_bytes();
  void receive();
  void discard();
  Sent flush();
  ssize_t send_some();

  std::shared_ptr<Loop> loop_;
  Site& site_;
  Loop::Socket socket_;
  std::string remote_;
  bool trusts_remote_;
  /// What comes first after a wait: an idle connection must not hold a block for it. Most requests are no longer.
  std::array<char, 1024> first_bytes_;
  Reception<Loop::Socket>::Arrived arrived_;
  Buffer in_;
  Buffer out_;
  std::string_view large_;  ///< What is left of a body that is not copied; its owner is the exchange's answer.
  std::unique_ptr<Exchange> exchange_;
  SteadyTime last_activity_;
  std::size_t linger_bytes_left_ = 0;
  std::size_t batched_ = 0;
  Waiting waiting_ = Waiting::nothing;
  bool must_write_ = false;
  bool closing_ = false;
  bool lingering_ = false;
  bool handled_ = false;
  bool timed_out_ = false;
  bool ended_ = false;
  bool served_any_ = false;
  bool linger_on_close_ = false;
};

}  // namespace banyan::http
