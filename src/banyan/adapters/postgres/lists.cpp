#include "banyan/adapters/postgres/lists.hpp"

namespace banyan::postgres {

void mend_patterns(Filter& filter) {
  for (Filter& child : filter.children) mend_patterns(child);
  if (filter.op != CompareOp::like && filter.op != CompareOp::ilike) return;
  for (Value& operand : filter.operands) {
    auto* const pattern = std::get_if<std::string>(&operand);
    if (pattern == nullptr) continue;
    const std::size_t last = pattern->find_last_not_of('\\');
    const std::size_t backslashes = pattern->size() - (last == std::string::npos ? 0 : last + 1);
    if (backslashes % 2 == 1) *pattern += '\\';
  }
}

void mend_patterns(Query& query) {
  mend_patterns(query.filter);
  for (Embed& embed : query.embeds) {
    mend_patterns(embed.through_filter);
    mend_patterns(embed.query);
  }
}

Lists::Lists(SessionPool::Parts parts, PageRead::Parts read_parts, Gauge& waiting)
    : parts_(read_parts),
      desk_(parts,
            {.purpose = {.name = "lists"},
             .sessions_max = parts_.options.list_connections,
             .batch_max = 1,
             .queue_max = parts_.options.queue_max},
            waiting,
            [this](Session& session, Desk<ListRequest>::Batch batch) { return serve(session, batch.front()); }) {}

Task<void> Lists::serve(Session& session, ListRequest* request) {
  std::optional<Result<RecordPage>> page = co_await ask(session, *request);
  if (page)
    request->deliver(std::move(*page));
  else
    desk_.submit_again(request);
}

Task<std::optional<Result<RecordPage>>> Lists::ask(Session& session, ListRequest& request) {
  PageRead read(session, parts_, request.query);
  Result<RecordPage> page = co_await read.run(request.context.deadline);
  const bool on_replica = parts_.measured.of == Measure::Of::replica;
  const bool may_try_again = ++request.attempts < attempts_max && !request.context.expired() && !on_replica;
  if (!page && read.may_be_retried() && may_try_again) co_return std::nullopt;
  if (page && on_replica && !covers(read.extent().from, request.wanted))
    co_return fail(Error(ErrorCode::unavailable, "the replica is not as far as the reader"));
  request.reached = read.extent().to;
  co_return page;
}

}  // namespace banyan::postgres
