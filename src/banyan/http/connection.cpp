#include "banyan/http/connection.hpp"

#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "banyan/http/dispatch.hpp"
#include "banyan/http/forwarded.hpp"

namespace banyan::http {
namespace {

// A connection that came just before stop() and has sent nothing yet has this long to do so.
constexpr auto fresh_grace = std::chrono::milliseconds(250);
constexpr auto linger_timeout = std::chrono::seconds(2);
constexpr std::size_t linger_bytes_max = 256 * 1024;

// Lets the others on this loop have a turn.
class Turn {
 public:
  explicit Turn(Loop& loop) noexcept : loop_(loop) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) { loop_.post(waiter); }
  void await_resume() const noexcept {}

 private:
  Loop& loop_;
};

}  // namespace

Connection::Connection(std::shared_ptr<Loop> loop, Loop::Socket socket, std::string remote)
    : loop_(std::move(loop)),
      site_(loop_->site()),
      socket_(std::move(socket)),
      remote_(std::move(remote)),
      trusts_remote_(is_trusted(remote_, site_.trusted_proxies)),
      last_activity_(loop_->now().steady) {
  site_.metrics.connections.add(1);
  loop_->wheel().add(*this);
  loop_->connection_opened();
}

Connection::~Connection() {
  if (exchange_) loop_->give_exchange(std::move(exchange_));
  if (in_.has_block()) loop_->buffers().take_back(in_);
  if (out_.has_block()) loop_->buffers().take_back(out_);
  loop_->wheel().remove(*this);
  site_.connections.fetch_sub(1, std::memory_order_relaxed);
  site_.metrics.connections.add(-1);
  loop_->connection_closed();
}

void Connection::start(std::shared_ptr<Loop> loop, Loop::Socket socket, std::string remote, Welcome welcome) {
  auto connection = std::make_unique<Connection>(std::move(loop), std::move(socket), std::move(remote));
  if (welcome == Welcome::turned_away) connection->answer_fault(Fault::too_many_connections);
  detach(serve(std::move(connection)));
}

Task<void> Connection::serve(std::unique_ptr<Connection> owned) {
  Connection& self = *owned;
  while (true) {
    switch (self.step()) {
      case Step::read: self.arrived_ = co_await Reception(self.socket_, std::span(self.first_bytes_)); break;
      case Step::write: co_await Readiness(self.socket_, asio::socket_base::wait_write); break;
      case Step::handler: try { self.exchange_->answer = co_await std::move(*self.exchange_->task);
        } catch (...) {
          self.exchange_->thrown = std::current_exception();
        }
        self.handled_ = true;
        break;
      case Step::turn: co_await Turn(*self.loop_); break;
      case Step::end: co_return;
    }
  }
}

// An exception here is a bug, or memory has run out: it costs this connection only.
Connection::Step Connection::step() {
  try {
    if (waiting_ != Waiting::nothing) after_wait();
    if (std::exchange(handled_, false)) finish_handler();
    while (!ended_) {
      if (must_write_) {
        if (const Step next = step_writing(); next != Step::turn) return next;
      } else if (lingering_) {
        return begin_wait_for_bytes();
      } else if (batched_ >= site_.limits.pipelined_requests) {
        batched_ = 0;
        return Step::turn;
      } else if (const Step next = step_reading(); next != Step::turn) {
        return next;
      }
    }
  } catch (const std::exception& error) {
    site_.parts.log.error("a connection failed", {{"remote", remote_}, {"error", error.what()}});
  }
  return Step::end;
}

// Step::turn says: go on.
Connection::Step Connection::step_writing() {
  switch (flush()) {
    case Sent::failed: return Step::end;
    case Sent::blocked:
      if (waiting_ != Waiting::write) {
        loop_->wheel().set_deadline(*this, loop_->now().steady + site_.limits.write_timeout);
      }
      waiting_ = Waiting::write;
      return Step::write;
    case Sent::all: break;
  }
  must_write_ = false;
  waiting_ = Waiting::nothing;
  if (exchange_ && exchange_->answered) end_exchange();
  return closing_ ? begin_linger() : Step::turn;
}

Connection::Step Connection::step_reading() {
  const RequestReader::State read = read_request();
  if (exchange_ && !hold_body()) {
    answer_fault(Fault::body_memory);
    return Step::turn;
  }
  switch (read) {
    case RequestReader::State::more:
      if (!out_.empty()) {
        must_write_ = true;
        return Step::turn;
      }
      return begin_wait_for_bytes();
    case RequestReader::State::refused: answer_fault(exchange_->reader.fault()); return Step::turn;
    case RequestReader::State::complete: break;
  }
  if (start_handler()) return Step::turn;
  loop_->wheel().clear_deadline(*this);
  // What stands before this answer need not wait for it. What does not fit now goes with it.
  return flush() == Sent::failed ? Step::end : Step::handler;
}

Connection::Step Connection::begin_wait_for_bytes() {
  if (in_.empty() && in_.has_block()) loop_->buffers().take_back(in_);
  batched_ = 0;
  waiting_ = Waiting::read;
  if (lingering_) return Step::read;
  const Limits& limits = site_.limits;
  SteadyTime deadline;
  if (!exchange_) {
    if (loop_->stopping() && served_any_) return Step::end;
    deadline = last_activity_ + (loop_->stopping() ? fresh_grace : limits.idle_timeout);
  } else if (!exchange_->reader.has_head()) {
    deadline = exchange_->began.steady + limits.header_timeout;
  } else {
    deadline = exchange_->head_complete + limits.body_timeout;
  }
  loop_->wheel().set_deadline(*this, deadline);
  return Step::read;
}

// Closing a socket with unread bytes makes the kernel send a reset, which can overtake the answer. So the write side
// goes first, and what still comes is dropped for a while.
Connection::Step Connection::begin_linger() {
  if (!linger_on_close_ && in_.empty()) return Step::end;
  ::shutdown(socket_.native_handle(), SHUT_WR);
  in_.clear();
  lingering_ = true;
  linger_bytes_left_ = linger_bytes_max;
  loop_->wheel().set_deadline(*this, loop_->now().steady + linger_timeout);
  discard();
  return Step::turn;
}

void Connection::begin_exchange() {
  exchange_ = loop_->take_exchange();
  exchange_->began = loop_->now();
}

void Connection::end_exchange() {
  loop_->give_exchange(std::move(exchange_));
  exchange_.reset();
}

RequestReader::State Connection::read_request() {
  if (in_.empty()) return RequestReader::State::more;
  if (!exchange_) begin_exchange();
  const RequestReader::Step read = exchange_->reader.advance(in_.bytes(), site_.limits);
  in_.consume(read.consumed);
  if (read.state == RequestReader::State::more && exchange_->reader.has_head()) park_head();
  return read.state;
}

// The head stays where it is, and the rest of the body goes to another block.
void Connection::park_head() {
  if (exchange_->head_block.has_block()) return;
  exchange_->head_block = std::move(in_);
  exchange_->head_complete = loop_->now().steady;
  const Head& head = exchange_->reader.head();
  if (!head.expects_continue || head.http_1_0) return;
  if (!out_.has_block()) loop_->buffers().lend(out_);
  out_.reserve(64);
  out_.add("HTTP/1.1 100 Continue\r\n\r\n");
}

// Counts what the reader holds of the body. Whether there is room for it among the bodies of all connections.
bool Connection::hold_body() {
  const std::size_t held = exchange_->reader.held_body_bytes();
  const std::size_t more = held - std::exchange(exchange_->held_body_bytes, held);
  if (more == 0) return true;
  return site_.held_body_bytes.fetch_add(more, std::memory_order_relaxed) + more <= site_.limits.body_memory_bytes;
}

// Whether the answer is there already.
bool Connection::start_handler() {
  Exchange& exchange = *exchange_;
  Request& request = exchange.reader.request();
  request.remote = remote_;
  const std::string_view given_id = exchange.reader.head().request_id;
  exchange.context.emplace(*loop_, site_.parts.clock, exchange.began.steady + site_.limits.request_timeout, Viewer(),
                           Position(), std::string(given_id.empty() ? loop_->next_request_id() : given_id));
  try {
    Task<Response> task = dispatch(site_, request, *exchange.context, exchange.route);
    if (!task.await_ready()) {
      exchange.task.emplace(std::move(task));
      return false;
    }
    answer(task.await_resume());
  } catch (...) {
    answer(rescue(site_, request, *exchange.context, std::current_exception()));
  }
  return true;
}

void Connection::finish_handler() {
  Exchange& exchange = *exchange_;
  if (exchange.thrown) {
    answer(rescue(site_, exchange.reader.request(), *exchange.context, exchange.thrown));
  } else {
    Response response = std::move(exchange.answer);
    answer(std::move(response));
  }
}

void Connection::expire() {
  if (waiting_ == Waiting::nothing) return;
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::on_stop() {
  if (waiting_ != Waiting::read || exchange_) return;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::abort() {
  ended_ = true;
  if (exchange_ && exchange_->context) exchange_->context->cancelled.store(true, std::memory_order_relaxed);
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Connection::after_wait() {
  const Waiting was = std::exchange(waiting_, Waiting::nothing);
  if (ended_) return;
  if (std::exchange(timed_out_, false)) return on_timeout();
  if (was == Waiting::read) {
    take_first_bytes();
  } else {
    waiting_ = Waiting::write;  // the deadline stands: it is for the whole answer
  }
}

void Connection::on_timeout() {
  const bool reading_request = exchange_ && !must_write_ && !lingering_;
  if (!reading_request) {
    ended_ = true;
    return;
  }
  answer_fault(exchange_->reader.has_head() ? Fault::body_timeout : Fault::header_timeout);
}

}  // namespace banyan::http
