#include "banyan/adapters/postgres/engine.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>

namespace banyan::postgres {
namespace {

/// Between two looks at what waits too long.
constexpr std::chrono::milliseconds tick_interval{50};
constexpr std::chrono::milliseconds idle_tick_interval{500};
/// Of the database, before the instance says that it is not ready.
constexpr std::chrono::seconds silence_max{2};
/// For what is under way when the store stops.
constexpr std::chrono::seconds stop_patience{10};

Measured measured(const Options& options) {
  return {.of = options.positions ? Measure::Of::primary : Measure::Of::nothing};
}

}  // namespace

Engine::Engine(const Options& options, const Parts& parts, std::optional<sql::DatabaseShape> shape,
               Listener::Changed changed)
    : options_(options),
      parts_(parts),
      work_(boost::asio::make_work_guard(io_)),
      timer_(io_),
      metrics_(parts.metrics),
      shape_(std::move(shape)),
      dialect_(shape_ ? &*shape_ : nullptr),
      connector_(io_, options, parts.log),
      pool_parts_{io_, connector_, statements_, parts.clock, [this] { note_readiness(); }},
      write_statements_(parts.schema, dialect_, statements_,
                        {.notifies = changed != nullptr, .positions = options.positions}),
      finds_(pool_parts_, options, dialect_, statements_, metrics_.find_queue, metrics_.find_latency,
             measured(options)),
      lists_(pool_parts_,
             {parts.clock, options, parts.schema, dialect_, statements_, metrics_.list_latency, measured(options)},
             metrics_.list_queue),
      alone_(pool_parts_,
             {.purpose = {.name = "transactions"},
              .sessions_max = options.transaction_connections,
              .batch_max = 1,
              .queue_max = options.queue_max},
             metrics_.transaction_queue,
             [this](Session& session, Desk<WriteRequest>::Batch batch) { return serve_alone(session, batch.front()); }),
      shared_(pool_parts_, options, write_statements_, alone_, metrics_),
      agreement_(pool_parts_, options, statements_, metrics_.agreement_queue),
      inbox_(std::make_shared<TurnInbox<Asked>>([this] { boost::asio::post(io_, [this] { drain(); }); })) {
  if (changed)
    listener_ = std::make_unique<Listener>(pool_parts_, parts.schema, metrics_.foreign_changes, std::move(changed));
}

Engine::~Engine() { stop(); }

void Engine::start() {
  connector_.start();
  inbox_->open();
  unready_ = "the database is being connected to";
  boost::asio::post(io_, [this] {
    finds_.desk().pump();
    if (listener_) listener_->start();
    tick();
  });
  thread_ = std::thread([this] { io_.run(); });
  pthread_setname_np(thread_.native_handle(), "banyan-postgres");
  std::unique_lock lock(readiness_mutex_);
  ready_.wait_for(lock, options_.connect_timeout, [this] { return unready_.empty(); });
}

void Engine::stop() {
  if (!thread_.joinable()) return;
  inbox_->close();
  boost::asio::post(io_, [this] {
    drain();
    stopping_ = true;
    stop_by_ = parts_.clock.steady() + stop_patience;
    if (idle()) close();
  });
  thread_.join();
  connector_.stop();
}

// All that is left fails, and with it the work of the thread ends.
void Engine::close() {
  if (!work_.owns_work()) return;
  work_.reset();
  timer_.cancel();
  finds_.desk().close(stopping_error());
  lists_.desk().close(stopping_error());
  shared_.desk().close(stopping_error());
  alone_.close(stopping_error());
  agreement_.desk().close(stopping_error());
  if (listener_) listener_->close();
}

bool Engine::idle() const {
  return finds_.desk().idle() && lists_.desk().idle() && shared_.desk().idle() && alone_.idle() &&
         agreement_.desk().idle();
}

void Engine::drain() {
  for (const Asked asked : inbox_->take()) std::visit([this](auto* request) { take(request); }, asked);
  agreement_.desk().pump();
  finds_.desk().pump();
  lists_.desk().pump();
  shared_.desk().pump();
  alone_.pump();
}

void Engine::take(FindRequest* request) { finds_.desk().submit(request); }
void Engine::take(ListRequest* request) { lists_.desk().submit(request); }
void Engine::take(AgreementRequest* request) { agreement_.desk().submit(request); }
void Engine::take(WriteRequest* request) {
  if (shared_.fits(request->batch))
    shared_.desk().submit(request);
  else
    alone_.submit(request);
}

Task<void> Engine::serve_alone(Session& session, WriteRequest* request) {
  if (request->context.expired()) {
    request->deliver(fail(Error(ErrorCode::deadline_exceeded, "the write waited past its deadline")));
    co_return;
  }
  Transaction transaction(session, write_statements_, request->batch, parts_.clock, options_, metrics_);
  std::optional<Result<Applied>> applied = co_await transaction.run(request->context.deadline);
  if (applied) {
    metrics_.write_latency.observe(microseconds(parts_.clock.steady() - request->arrived));
    request->reached = transaction.reached();
    request->deliver(std::move(*applied));
    co_return;
  }
  metrics_.transactions_repeated.add();
  if (++request->attempts < attempts_max && !request->context.expired())
    alone_.submit_again(request);
  else
    request->deliver(fail(transaction.reason()));
}

void Engine::tick() {
  const SteadyTime now = parts_.clock.steady();
  finds_.look_at_time(now);
  lists_.desk().look_at_time(now);
  shared_.desk().look_at_time(now);
  alone_.look_at_time(now);
  agreement_.desk().look_at_time(now);
  if (listener_) listener_->look_at_time(now);
  note_readiness();
  if (stopping_ && (idle() || now > stop_by_)) return close();
  timer_.expires_after(idle() && !unready_reason() ? idle_tick_interval : tick_interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void Engine::note_readiness() {
  const SessionPool& pool = finds_.desk().pool();
  std::string reason;
  if (!pool.connected())
    reason = "the database cannot be reached" + (pool.failure().empty() ? "" : ": " + pool.failure());
  else if (finds_.silence(parts_.clock.steady()) > silence_max)
    reason = "the database does not answer";
  else if (listener_ && !listener_->listening())
    reason = "changes of the database are not heard of yet";
  {
    const std::lock_guard lock(readiness_mutex_);
    unready_ = std::move(reason);
  }
  ready_.notify_all();
}

std::optional<std::string> Engine::unready_reason() const {
  const std::lock_guard lock(readiness_mutex_);
  if (unready_.empty()) return std::nullopt;
  return unready_;
}

}  // namespace banyan::postgres
