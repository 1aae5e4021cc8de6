#include "banyan/adapters/postgres/connector.hpp"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <memory>

namespace banyan::postgres {

Connector::Connector(boost::asio::io_context& io, const Options& options, Log& log)
    : io_(io), options_(options), log_(log) {}

Connector::~Connector() { stop(); }

void Connector::start() {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "banyan-connect");
}

void Connector::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Connector::request(Purpose purpose, Done done) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back({.purpose = std::move(purpose), .done = std::move(done)});
  }
  arrived_.notify_one();
}

bool Connector::next(Request& request) {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [&] { return stopping_ || !requests_.empty(); });
  if (requests_.empty()) return false;
  request = std::move(requests_.front());
  requests_.pop_front();
  return true;
}

void Connector::wait_after_failure() {
  const int doublings = std::min(failures_ - 1, 5);
  const std::int64_t most = std::min<std::int64_t>(std::int64_t{20'000} << doublings, 500'000);
  const auto micros = most / 2 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most / 2)));
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, std::chrono::microseconds(micros), [&] { return stopping_.load(); });
}

void Connector::tell(const Result<ConnectionHandle>& made) {
  if (made) {
    if (failures_ > 0) log_.info("the database can be reached again", {{"database", describe(options_.url)}});
    failures_ = 0;
    told_.clear();
    return;
  }
  ++failures_;
  const std::string said = made.error().message + " / " + made.error().detail;
  if (said == told_ || stopping_) return;
  told_ = said;
  log_.error("cannot connect to the database: " + made.error().message,
             {{"database", describe(options_.url)}, {"detail", made.error().detail}, {"hint", made.error().hint}});
}

void Connector::run() {
  Request request;
  while (next(request)) {
    Result<ConnectionHandle> made = fail(ErrorCode::unavailable, "the server is stopping");
    if (!stopping_) {
      made = connect(options_, request.purpose, stopping_);
      tell(made);
    }
    const bool failed = !made;
    auto result = std::make_shared<Result<ConnectionHandle>>(std::move(made));
    boost::asio::post(io_, [result, done = std::move(request.done)] { done(std::move(*result)); });
    if (failed && !stopping_) wait_after_failure();
  }
}

}  // namespace banyan::postgres
