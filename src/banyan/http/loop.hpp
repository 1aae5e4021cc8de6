#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <coroutine>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "banyan/base/descriptor.hpp"
#include "banyan/base/executor.hpp"
#include "banyan/http/buffer.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/http/site.hpp"
#include "banyan/http/timer_wheel.hpp"

namespace banyan::http {

namespace asio = boost::asio;

class Acceptor;

/// One event loop: a thread, its connections, and what they share without locks.
/// Thread safety: post(), run() and begin_stop() from any thread; everything else on the loop's own thread.
/// Lifetime: connections share it, so that a handler which ends too late still finds it.
class Loop final : public Executor, public std::enable_shared_from_this<Loop> {
 public:
  using IoExecutor = asio::io_context::executor_type;
  using Socket = asio::basic_stream_socket<asio::ip::tcp, IoExecutor>;
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, IoExecutor>;

  Loop(std::shared_ptr<Site> site, Descriptor listener);
  ~Loop() override;

  void post(std::coroutine_handle<> coroutine) override;
  void post_all(std::vector<std::coroutine_handle<>> coroutines) override;
  void run(std::move_only_function<void()> work) override;

  /// Serves until begin_stop() and all that follows from it.
  void work();
  void begin_stop();
  /// After work(): runs what was posted to a loop that went without its last handlers. On any one thread.
  void run_late_work();

  Site& site() noexcept { return *site_; }
  asio::io_context& io() noexcept { return io_; }
  TimerWheel& wheel() noexcept { return wheel_; }
  BufferPool& buffers() noexcept { return buffers_; }
  bool stopping() const noexcept { return stopping_; }

  std::unique_ptr<Exchange> take_exchange();
  void give_exchange(std::unique_ptr<Exchange> exchange);

  /// Now. The wall clock is asked anew ten times a second; in between it goes with the steady one.
  Moment now();
  /// "Date: …" with its CR LF, made anew each second.
  std::string_view date_line(UnixMicros wall);
  /// A new id, unlike any other of this process and, as far as 36 random bits go, of others: 15 characters.
  std::string_view next_request_id();

  /// A connection has come: keeps the wheel turning.
  void connection_opened();
  void connection_closed();
  void acceptor_closed();

 private:
  void schedule_tick();
  void on_tick();
  void stop_here();
  void abort_connections();
  void check_finished();

  std::shared_ptr<Site> site_;
  // Every socket and timer is used on the loop's own thread only, so the reactor needs no locks; posting keeps its own.
  asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  asio::executor_work_guard<IoExecutor> work_guard_;
  Timer tick_timer_;
  TimerWheel wheel_;
  BufferPool buffers_;
  std::vector<std::unique_ptr<Exchange>> spare_exchanges_;
  std::unique_ptr<Acceptor> acceptor_;

  Moment base_;
  std::int64_t date_second_ = -1;
  std::string date_line_;
  std::string request_id_;

  bool ticking_ = false;
  bool accepting_ = false;
  bool stopping_ = false;
  bool aborted_ = false;
  SteadyTime abort_at_;
};

/// Awaits that a socket can be read or written; the answer is whether nothing cut the wait short.
template <typename Waitable>
class Readiness {
 public:
  Readiness(Waitable& waitable, asio::socket_base::wait_type type) noexcept : waitable_(waitable), type_(type) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    waitable_.async_wait(type_, [this, waiter](const boost::system::error_code& error) {
      error_ = error;
      waiter.resume();
    });
  }
  bool await_resume() const noexcept { return !error_; }

 private:
  Waitable& waitable_;
  asio::socket_base::wait_type type_;
  boost::system::error_code error_;
};

/// Awaits the next bytes of a stream: they are put into `room`, as many as there are. Where one receive leaves nothing
/// behind, this takes one system call where Readiness and a receive take three.
template <typename Stream>
class Reception {
 public:
  struct Arrived {
    boost::system::error_code error;
    std::size_t bytes = 0;
  };
  Reception(Stream& stream, std::span<char> room) noexcept : stream_(stream), room_(room) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    stream_.async_receive(asio::buffer(room_.data(), room_.size()),
                          [this, waiter](const boost::system::error_code& error, std::size_t bytes) {
                            arrived_.error = error;
                            arrived_.bytes = bytes;
                            waiter.resume();
                          });
  }
  Arrived await_resume() const noexcept { return arrived_; }

 private:
  Stream& stream_;
  std::span<char> room_;
  Arrived arrived_;
};

}  // namespace banyan::http
