#include "banyan/adapters/postgres/session_pool.hpp"

#include <boost/asio/post.hpp>

namespace banyan::postgres {

SessionPool::SessionPool(Parts parts, Purpose purpose, std::size_t sessions_max, std::function<void()> on_available)
    : parts_(std::move(parts)),
      purpose_(std::move(purpose)),
      sessions_max_(sessions_max),
      on_available_(std::move(on_available)),
      disconnected_since_(parts_.clock.steady()) {}

std::shared_ptr<Session> SessionPool::take() {
  while (!idle_.empty()) {
    const std::shared_ptr<Session> session = std::move(idle_.back());
    idle_.pop_back();
    if (!session->broken()) return session;
  }
  // One at a time: the next is asked for when it has come and there is still more to do than it can.
  if (!closed_ && connecting_ == 0 && sessions_.size() < sessions_max_) connect();
  return nullptr;
}

void SessionPool::connect() {
  ++connecting_;
  parts_.connector.request(purpose_, [this](Result<ConnectionHandle> made) {
    --connecting_;
    if (closed_) return;
    if (made)
      adopt(std::move(*made));
    else
      failure_ = made.error().message;
    on_available_();
  });
}

void SessionPool::adopt(ConnectionHandle connection) {
  auto session = Session::make(parts_.io, std::move(connection), parts_.statements);
  session->on_break([this, broken = session.get()] { drop(broken); });
  sessions_.push_back(session);
  idle_.push_back(std::move(session));
  failure_.clear();
  if (sessions_.size() == 1) parts_.on_change();
}

void SessionPool::drop(const Session* session) {
  const auto is_it = [&](const std::shared_ptr<Session>& other) { return other.get() == session; };
  std::erase_if(idle_, is_it);
  std::erase_if(sessions_, is_it);
  if (!sessions_.empty() || closed_) return;
  disconnected_since_ = parts_.clock.steady();
  if (failure_.empty()) failure_ = "the connection to the database has ended";
  parts_.on_change();
  // Not from here: whoever used the session is still at it.
  boost::asio::post(parts_.io, [this] {
    if (!closed_) on_available_();
  });
}

void SessionPool::give_back(const std::shared_ptr<Session>& session) {
  if (!session->broken()) idle_.push_back(session);
}

void SessionPool::look_at_time(SteadyTime now) {
  const auto sessions = sessions_;  // one that is closed leaves the list
  for (const std::shared_ptr<Session>& session : sessions) session->look_at_time(now);
}

void SessionPool::break_all(const Error& error) {
  const auto sessions = sessions_;  // one that is closed leaves the list
  for (const std::shared_ptr<Session>& session : sessions) session->close(error);
  idle_.clear();
}

void SessionPool::close() {
  closed_ = true;
  break_all(Error(ErrorCode::unavailable, "the server is stopping"));
}

}  // namespace banyan::postgres
