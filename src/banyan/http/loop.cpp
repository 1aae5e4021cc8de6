#include "banyan/http/loop.hpp"

#include <boost/asio/post.hpp>
#include <ctime>
#include <exception>
#include <utility>

#include "banyan/http/acceptor.hpp"
#include "banyan/http/connection.hpp"

namespace banyan::http {
namespace {

constexpr std::size_t spare_exchanges_max = 64;
constexpr std::size_t request_id_prefix_bytes = 7;
constexpr std::size_t request_id_bytes = 15;
constexpr std::string_view request_id_digits = "0123456789abcdefghijklmnopqrstuvwxyz";
// After connections were aborted, their handlers have this long to notice.
constexpr auto abort_grace = std::chrono::seconds(2);

std::string first_request_id(Random& random) {
  std::string id(request_id_bytes, '0');
  for (std::size_t i = 0; i < request_id_prefix_bytes; ++i) id[i] = request_id_digits[random.below(36)];
  return id;
}

}  // namespace

Loop::Loop(std::shared_ptr<Site> site, Descriptor listener)
    : site_(std::move(site)),
      work_guard_(io_.get_executor()),
      tick_timer_(io_),
      wheel_(site_->parts.clock.steady()),
      acceptor_(std::make_unique<Acceptor>(*this, std::move(listener))),
      base_{site_->parts.clock.steady(), site_->parts.clock.wall()},
      request_id_(first_request_id(site_->parts.random)) {}

Loop::~Loop() = default;

void Loop::post(std::coroutine_handle<> coroutine) {
  asio::post(io_, [coroutine] { coroutine.resume(); });
}

void Loop::post_all(std::vector<std::coroutine_handle<>> coroutines) {
  asio::post(io_, [coroutines = std::move(coroutines)] {
    for (const std::coroutine_handle<> coroutine : coroutines) coroutine.resume();
  });
}

void Loop::run(std::move_only_function<void()> work) {
  asio::post(io_, [this, work = std::move(work)]() mutable {
    try {
      work();
    } catch (const std::exception& error) {
      site_->parts.log.error("work on an event loop failed", {{"error", error.what()}});
    }
  });
}

void Loop::work() {
  accepting_ = true;
  acceptor_->start(shared_from_this());
  io_.run();
}

void Loop::run_late_work() {
  io_.restart();
  io_.poll();
}

void Loop::begin_stop() {
  const auto self = shared_from_this();
  asio::post(io_, [self] { self->stop_here(); });
}

void Loop::stop_here() {
  if (std::exchange(stopping_, true)) return;
  abort_at_ = site_->parts.clock.steady() + site_->limits.shutdown_timeout;
  acceptor_->stop();
  wheel_.for_each([](TimerWheel::Entry& entry) { static_cast<Connection&>(entry).on_stop(); });
  check_finished();
}

void Loop::abort_connections() {
  aborted_ = true;
  wheel_.for_each([](TimerWheel::Entry& entry) { static_cast<Connection&>(entry).abort(); });
}

std::unique_ptr<Exchange> Loop::take_exchange() {
  if (spare_exchanges_.empty()) {
    auto exchange = std::make_unique<Exchange>();
    exchange->reset();
    return exchange;
  }
  std::unique_ptr<Exchange> exchange = std::move(spare_exchanges_.back());
  spare_exchanges_.pop_back();
  return exchange;
}

void Loop::give_exchange(std::unique_ptr<Exchange> exchange) {
  exchange->reset();
  if (const std::size_t held = std::exchange(exchange->held_body_bytes, 0))
    site_->held_body_bytes.fetch_sub(held, std::memory_order_relaxed);
  if (std::exchange(exchange->holds_answer, false)) exchange->answer = Response();
  if (exchange->head_block.has_block()) buffers_.take_back(exchange->head_block);
  if (spare_exchanges_.size() < spare_exchanges_max) spare_exchanges_.push_back(std::move(exchange));
}

Moment Loop::now() {
  const SteadyTime steady = site_->parts.clock.steady();
  if (steady - base_.steady > TimerWheel::tick) {
    base_.steady = steady;
    base_.wall = site_->parts.clock.wall();
    return base_;
  }
  Moment moment;
  moment.steady = steady;
  moment.wall = base_.wall + std::chrono::duration_cast<std::chrono::microseconds>(steady - base_.steady).count();
  return moment;
}

std::string_view Loop::date_line(UnixMicros wall) {
  const std::int64_t second = wall / 1'000'000;
  if (second == date_second_) return date_line_;
  date_second_ = second;
  const std::time_t time = second;
  std::tm parts{};
  gmtime_r(&time, &parts);
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  // Not strftime's %a and %b, which follow the locale.
  const int bytes = std::snprintf(text, sizeof text, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                                  days[parts.tm_wday], parts.tm_mday, months[parts.tm_mon], parts.tm_year + 1900,
                                  parts.tm_hour, parts.tm_min, parts.tm_sec);
  date_line_.assign(text, static_cast<std::size_t>(bytes));
  return date_line_;
}

std::string_view Loop::next_request_id() {
  // The last eight characters count in base 36.
  for (std::size_t i = request_id_bytes; i-- > request_id_prefix_bytes;) {
    char& digit = request_id_[i];
    if (digit != 'z') {
      digit = digit == '9' ? 'a' : static_cast<char>(digit + 1);
      break;
    }
    digit = '0';
  }
  return request_id_;
}

void Loop::connection_opened() {
  if (!ticking_) schedule_tick();
}

void Loop::connection_closed() {
  if (stopping_) check_finished();
}

void Loop::acceptor_closed() {
  accepting_ = false;
  check_finished();
}

void Loop::schedule_tick() {
  ticking_ = true;
  tick_timer_.expires_after(TimerWheel::tick);
  tick_timer_.async_wait([this](const boost::system::error_code& error) {
    ticking_ = false;
    if (!error) on_tick();
  });
}

void Loop::on_tick() {
  const SteadyTime now = site_->parts.clock.steady();
  wheel_.advance(now);
  if (stopping_ && now >= abort_at_) {
    if (!aborted_) {
      abort_connections();
      abort_at_ = now + abort_grace;
    } else if (wheel_.size() > 0) {
      site_->parts.log.error("handlers did not end in time, the loop goes without them",
                             {{"connections", std::to_string(wheel_.size())}});
      return io_.stop();
    }
  }
  if (wheel_.size() > 0) schedule_tick();
}

void Loop::check_finished() {
  if (!stopping_ || accepting_ || wheel_.size() > 0) return;
  tick_timer_.cancel();
  work_guard_.reset();
}

}  // namespace banyan::http
