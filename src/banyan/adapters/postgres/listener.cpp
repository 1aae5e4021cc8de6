#include "banyan/adapters/postgres/listener.hpp"

#include "banyan/adapters/postgres/write_statements.hpp"
#include "banyan/base/numbers.hpp"

namespace banyan::postgres {
namespace {

std::string_view cut(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

/// False where the line is not to be understood. A table that the config does not know concerns nobody.
bool take_line(const Schema& schema, std::string_view line, ForeignChange& change) {
  const std::string_view table = cut(line, ' ');
  const Collection* const collection = schema.find(table);
  if (collection == nullptr) return true;
  if (line == "*") return change.everything = true;
  const auto version = parse_whole<Version>(cut(line, ' '));
  if (!version) return false;
  Value id = std::string(line);
  if (collection->id_kind == IdKind::integer) {
    const auto number = parse_whole<std::int64_t>(line);
    if (!number) return false;
    id = *number;
  }
  change.keys.push_back({.key = RecordKey(collection, std::move(id)), .version = *version});
  return true;
}

}  // namespace

ForeignChange parse_notification(const Schema& schema, std::string_view payload) {
  ForeignChange change;
  while (!payload.empty()) {
    if (!take_line(schema, cut(payload, '\n'), change)) return {.keys = {}, .everything = true};
  }
  return change;
}

Listener::Listener(SessionPool::Parts parts, const Schema& schema, Counter& heard, Changed changed)
    : clock_(parts.clock),
      on_change_(parts.on_change),
      schema_(schema),
      heard_(heard),
      changed_(std::move(changed)),
      pool_(parts, {.name = "changes"}, 1, [this] { connect(); }) {}

void Listener::connect() {
  if (listening_ && !pool_.connected()) {
    listening_ = false;
    changed_({.keys = {}, .everything = true});
  }
  if (std::shared_ptr<Session> session = pool_.take()) detach(listen(std::move(session)));
}

Task<void> Listener::listen(std::shared_ptr<Session> session) {
  session->on_notification([this](std::string_view payload) { take(payload); });
  const std::string text = std::string("LISTEN ") + channel;
  session->add(text.c_str());
  const auto results = co_await session->exchange(clock_.steady() + std::chrono::seconds(10));
  if (!results) co_return;
  if (!succeeded(results->front().get()))
    co_return session->close(Error(ErrorCode::unavailable, "the database does not let this role listen"));
  listening_ = true;
  on_change_();
  // What changed before is not told.
  changed_({.keys = {}, .everything = true});
}

void Listener::take(std::string_view payload) {
  const ForeignChange change = parse_notification(schema_, payload);
  heard_.add(change.everything ? 1 : change.keys.size());
  if (change.everything || !change.keys.empty()) changed_(change);
}

}  // namespace banyan::postgres
