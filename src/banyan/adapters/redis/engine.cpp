#include "banyan/adapters/redis/engine.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>

#include <utility>

namespace banyan::redis {
namespace {

/// Between two looks at what waits too long.
constexpr std::chrono::milliseconds tick_interval{20};
constexpr std::chrono::milliseconds idle_tick_interval{200};
/// Beyond the time of the first attempt, in which it is decided.
constexpr std::chrono::seconds start_patience{1};

Error stopping_error() { return Error(ErrorCode::unavailable, "the server is stopping"); }

}  // namespace

Engine::Engine(Options options, Endpoint endpoint, std::unique_ptr<boost::asio::ssl::context> tls, const Parts& parts)
    : options_(std::move(options)),
      nodes_(std::move(endpoint)),
      tls_(std::move(tls)),
      parts_(parts),
      work_(boost::asio::make_work_guard(io_)),
      timer_(io_),
      metrics_(parts.metrics),
      admission_(options_.queue_max, options_.queue_bytes_max, metrics_.queue),
      pipeline_(tools(metrics_.command_reconnects), metrics_, admission_,
                {.on_connected =
                     [this](const Connected& connection) {
                       note(connection);
                       if (on_connected_) on_connected_(connection);
                     },
                 .on_lost =
                     [this] {
                       note(std::nullopt);
                       if (on_lost_) on_lost_();
                     },
                 .on_known_down = [this] { note_down(); }}),
      inbox_(std::make_shared<TurnInbox<Request*>>([this] { boost::asio::post(io_, [this] { drain(); }); })) {}

Engine::~Engine() { stop(); }

Reconnector::Tools Engine::tools(Counter& reconnects) {
  return {.parts = {.io = io_, .options = options_, .nodes = nodes_, .tls = tls_.get(), .clock = parts_.clock},
          .log = parts_.log,
          .random = parts_.random,
          .reconnects = reconnects};
}

void Engine::on_connection(std::function<void(const Connected&)> connected, std::function<void()> lost) {
  on_connected_ = std::move(connected);
  on_lost_ = std::move(lost);
}

void Engine::subscribe(Subscription subscription) {
  subscribers_.push_back(std::make_unique<Subscriber>(tools(metrics_.subscriber_reconnects), std::move(subscription)));
}

void Engine::follow(std::string key) {
  boost::asio::post(io_, [this, key = std::move(key)]() mutable { nodes_.follow(std::move(key)); });
}

void Engine::start() {
  inbox_->open();
  boost::asio::post(io_, [this] {
    pipeline_.start();
    for (const auto& subscriber : subscribers_) subscriber->start();
    tick();
  });
  thread_ = std::thread([this] { io_.run(); });
  pthread_setname_np(thread_.native_handle(), "banyan-redis");
  std::unique_lock lock(state_mutex_);
  decided_.wait_for(lock, options_.connect_timeout + start_patience, [this] { return connected_ || known_down_; });
}

void Engine::stop() {
  if (!thread_.joinable()) return;
  inbox_->close();
  boost::asio::post(io_, [this] {
    drain();
    stopping_ = true;
    stop_by_ = parts_.clock.steady() + options_.stop_patience;
    tick();
  });
  thread_.join();
}

// All that is left fails, and with it the work of the thread ends.
void Engine::close() {
  work_.reset();
  timer_.cancel();
  pipeline_.close(stopping_error());
  for (const auto& subscriber : subscribers_) subscriber->close(stopping_error());
}

std::optional<Error> Engine::submit(std::span<Request* const> requests) {
  if (known_down_) {
    const std::optional<std::string> reason = unready_reason();
    return Error(ErrorCode::unavailable, "Redis cannot be reached").with_detail(reason.value_or(""));
  }
  std::size_t bytes = 0;
  for (const Request* request : requests) bytes += request->bytes;
  if (!admission_.enter(requests.size(), bytes))
    return Error(ErrorCode::overloaded, "too many commands wait for Redis");
  if (inbox_->submit(requests.front()->context.executor, requests)) return std::nullopt;
  admission_.leave(requests.size(), bytes);
  return stopping_error();
}

void Engine::drain() {
  for (Request* request : inbox_->take()) pipeline_.submit(request);
  pipeline_.flush();
  // Deadlines are looked at more often from now on.
  if (interval_ == idle_tick_interval && !pipeline_.idle()) schedule(tick_interval);
}

void Engine::tick() {
  if (!work_.owns_work()) return;
  const SteadyTime now = parts_.clock.steady();
  pipeline_.look_at_time(now);
  for (const auto& subscriber : subscribers_) subscriber->look_at_time(now);
  if (stopping_ && (pipeline_.idle() || now > stop_by_)) return close();
  schedule(pipeline_.idle() && pipeline_.connection().link() != nullptr ? idle_tick_interval : tick_interval);
}

void Engine::schedule(std::chrono::milliseconds interval) {
  interval_ = interval;
  timer_.expires_after(interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void Engine::note(std::optional<Connected> connection) {
  {
    const std::lock_guard lock(state_mutex_);
    connected_ = std::move(connection);
    failure_ = pipeline_.connection().failure();
    known_down_ = pipeline_.connection().known_down();
  }
  decided_.notify_all();
}

void Engine::note_down() { note(std::nullopt); }

std::optional<Connected> Engine::connected() const {
  const std::lock_guard lock(state_mutex_);
  return connected_;
}

std::optional<std::string> Engine::unready_reason() const {
  const std::lock_guard lock(state_mutex_);
  if (connected_) return std::nullopt;
  return failure_.empty() ? "Redis is being connected to" : failure_;
}

}  // namespace banyan::redis
