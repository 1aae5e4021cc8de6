#include "banyan/adapters/postgres/session.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "banyan/adapters/postgres/errors.hpp"

namespace banyan::postgres {
namespace {

InlineExecutor inline_executor;  // has no state

}  // namespace

std::chrono::milliseconds time_limit(Duration remaining, std::chrono::milliseconds most) noexcept {
  using std::chrono::milliseconds;
  constexpr milliseconds fine{100};
  constexpr milliseconds coarse{1'000};
  const milliseconds exact = std::chrono::ceil<milliseconds>(remaining);
  const milliseconds step = exact < coarse * 5 ? fine : coarse;
  const milliseconds rounded = (exact + step - milliseconds(1)) / step * step;
  return std::clamp(rounded, fine, std::max(most, fine));
}

std::shared_ptr<Session> Session::make(boost::asio::io_context& io, ConnectionHandle connection,
                                       const Statements& statements) {
  PQsetnonblocking(connection.get(), 1);
  PQenterPipelineMode(connection.get());
  std::shared_ptr<Session> session(new Session(io, std::move(connection), statements));
  session->wait_to_read();
  return session;
}

Session::Session(boost::asio::io_context& io, ConnectionHandle connection, const Statements& statements)
    : socket_(io, dup(PQsocket(connection.get()))),
      connection_(std::move(connection)),
      statements_(statements),
      generation_(statements.generation()) {}

bool Session::sent(int ok) {
  if (ok == 0) send_failed_ = true;
  return ok != 0;
}

void Session::forget_where_needed() {
  if (!must_forget_ && generation_ == statements_.generation()) return;
  must_forget_ = false;
  generation_ = statements_.generation();
  prepared_.clear();
  if (sent(PQsendQueryParams(connection_.get(), "DEALLOCATE ALL", 0, nullptr, nullptr, nullptr, nullptr, 0)))
    owed_.push_back(Owed::own);
}

void Session::add(const Statement& statement, Parameters& parameters) {
  if (broken()) return;
  forget_where_needed();
  if (prepared_.insert(statement.number).second) {
    if (sent(PQsendPrepare(connection_.get(), statement.name.c_str(), statement.text.c_str(),
                           static_cast<int>(statement.types.size()), statement.types.data())))
      owed_.push_back(Owed::preparation);
  }
  if (sent(PQsendQueryPrepared(connection_.get(), statement.name.c_str(), parameters.size(), parameters.values(),
                               nullptr, nullptr, 0)))
    owed_.push_back(Owed::statement);
}

void Session::add(const char* text) {
  if (broken()) return;
  if (sent(PQsendQueryParams(connection_.get(), text, 0, nullptr, nullptr, nullptr, nullptr, 0)))
    owed_.push_back(Owed::statement);
}

void Session::limit_statements(std::chrono::milliseconds statement_timeout, std::chrono::milliseconds lock_timeout) {
  if (broken() || (statement_timeout == statement_timeout_ && lock_timeout == lock_timeout_)) return;
  statement_timeout_ = statement_timeout;
  lock_timeout_ = lock_timeout;
  const std::string text = "SELECT set_config('statement_timeout', '" + std::to_string(statement_timeout.count()) +
                           "', false), set_config('lock_timeout', '" + std::to_string(lock_timeout.count()) +
                           "', false)";
  if (sent(PQsendQueryParams(connection_.get(), text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0)))
    owed_.push_back(Owed::own);
}

Task<Result<Results>> Session::exchange(SteadyTime give_up_at, std::size_t bytes_max) {
  const std::shared_ptr<Session> alive = shared_from_this();
  Completion<Result<Results>> done(inline_executor);
  if (broken()) co_return fail(ErrorCode::unavailable, "the connection to the database has ended");
  awaited_ = &done;
  give_up_at_ = give_up_at;
  bytes_left_ = bytes_max;
  bytes_received_ = 0;
  if (!send_failed_ && sent(PQpipelineSync(connection_.get()))) {
    flush();
  } else {
    close(connection_error(connection_.get()));
  }
  co_return co_await done;
}

void Session::flush() {
  if (broken()) return;
  const int left = PQflush(connection_.get());
  if (left < 0) return close(connection_error(connection_.get()));
  if (left > 0) wait_to_write();
}

void Session::wait_to_write() {
  if (writing_) return;
  writing_ = true;
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                     [session = shared_from_this()](const boost::system::error_code& error) {
                       session->writing_ = false;
                       if (!error && !session->broken()) session->flush(), session->receive();
                     });
}

void Session::wait_to_read() {
  if (reading_ || broken()) return;
  reading_ = true;
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [session = shared_from_this()](const boost::system::error_code& error) {
                       session->reading_ = false;
                       if (error || session->broken() || !session->consume()) return;
                       session->receive();
                       session->wait_to_read();
                     });
}

// libpq keeps a whole result before it shows any of it, so its bytes are counted as they come.
bool Session::consume() {
  const std::size_t before = bytes_left_ == no_limit ? 0 : bytes_waiting();
  if (before > bytes_left_) return close(Error(ErrorCode::too_large, "the answer is too large")), false;
  if (PQconsumeInput(connection_.get()) == 0) return close(connection_error(connection_.get())), false;
  // It takes no more at once than its buffer has room for, which is never less than this. What comes in meanwhile is
  // not counted before it is taken.
  constexpr std::size_t room = 8'192;
  std::size_t taken = before;
  if (before > room) taken = std::max(before - std::min(before, bytes_waiting()), room);
  bytes_left_ -= std::min(taken, bytes_left_);
  bytes_received_ += taken;
  return true;
}

std::size_t Session::bytes_waiting() const {
  int bytes = 0;
  return ioctl(PQsocket(connection_.get()), FIONREAD, &bytes) == 0 ? static_cast<std::size_t>(std::max(bytes, 0)) : 0;
}

// PQgetResult would wait where something is still to be sent, so it is not asked then.
void Session::receive() {
  const std::shared_ptr<Session> alive = shared_from_this();
  while (!broken() && awaited_ != nullptr && !writing_ && PQisBusy(connection_.get()) == 0) {
    ResultHandle result(PQgetResult(connection_.get()));
    if (result)
      take(std::move(result));
    else if (PQstatus(connection_.get()) == CONNECTION_BAD)
      return close(connection_error(connection_.get()));
  }
  if (!broken()) take_notifications();
}

void Session::take(ResultHandle result) {
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_PIPELINE_SYNC) return finish(std::move(results_));
  if (owed_.empty()) return;
  const Owed owed = owed_.front();
  owed_.pop_front();
  const bool failed = status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED;
  if (failed && owed != Owed::statement) {
    // What was thought to be so on this session is not; whoever comes next makes it so again.
    must_forget_ = true;
    forget_limits();
    if (status == PGRES_FATAL_ERROR) failed_preparation_ = std::move(result);
    return;
  }
  if (owed != Owed::statement) return;
  if (failed) forget_limits();
  // The reason stands where the statement's own result would.
  if (status == PGRES_PIPELINE_ABORTED && failed_preparation_) result = std::move(failed_preparation_);
  results_.push_back(std::move(result));
}

void Session::take_notifications() {
  while (PGnotify* const raw = PQnotifies(connection_.get())) {
    const std::unique_ptr<PGnotify, decltype(PQfreemem)> notification(raw, PQfreemem);
    if (notified_) notified_(notification->extra);
  }
}

void Session::finish(Result<Results> outcome) {
  results_.clear();
  failed_preparation_.reset();
  give_up_at_ = SteadyTime::max();
  bytes_left_ = no_limit;
  if (Completion<Result<Results>>* const waiting = std::exchange(awaited_, nullptr))
    waiting->complete(std::move(outcome));
}

void Session::look_at_time(SteadyTime now) {
  if (awaited_ == nullptr || now < give_up_at_) return;
  close(Error(ErrorCode::deadline_exceeded, "the database has not answered in time"));
}

void Session::close(Error error) {
  if (broken()) return;
  const std::shared_ptr<Session> alive = shared_from_this();
  socket_.close();
  connection_.reset();
  owed_.clear();
  if (on_break_) std::exchange(on_break_, nullptr)();
  finish(fail(std::move(error)));
}

}  // namespace banyan::postgres
