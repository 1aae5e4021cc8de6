#include <utility>

#include "banyan/api/failure.hpp"
#include "banyan/api/paging.hpp"
#include "banyan/api/preconditions.hpp"
#include "banyan/api/problem.hpp"
#include "banyan/api/query/page_json.hpp"
#include "banyan/api/record_answer.hpp"
#include "banyan/api/resource.hpp"

namespace banyan::api {

// The way that most requests take: when the cache has the answer, no coroutine is made, and the policy is asked once.
Task<http::Response> Resource::get(const Request& request, Context& context) {
  if (!request.query.empty() || request.header("if-match"))
    return run(&Resource::get_with_conditions, Action::read, request, context);
  if (const auto unknown = identify(request, context)) return render(*unknown);
  Result<Value> id = id_of(request);
  if (!id) return render(services::refusal(context, parts_.collection, Action::read).value_or(id.error()));

  Task<Result<CachedRecordPtr>> finding = parts_.records.find(context, parts_.collection, std::move(*id));
  if (finding.await_ready()) return answer_found(request, context, finding.await_resume());
  return answer_when_found(request, context, std::move(finding));
}

http::Response Resource::answer_found(const Request& request, const Context& context,
                                      const Result<CachedRecordPtr>& found) const {
  if (!found) return refuse(parts_.log, context, parts_.collection, found.error());
  return answer_record(request, parts_.collection, *found);
}

Task<http::Response> Resource::answer_when_found(const Request& request, const Context& context,
                                                 Task<Result<CachedRecordPtr>> finding) {
  const Result<CachedRecordPtr> found = co_await std::move(finding);
  co_return answer_found(request, context, found);
}

Task<Result<http::Response>> Resource::get_with_conditions(const Request& request, Context& context) {
  Result<Value> id = id_of(request);
  if (!id) co_return fail(std::move(id.error()));
  const Result<RecordView> view = RecordView::parse(request.query, subject());
  if (!view) co_return fail(view.error());
  if (!view->is_plain()) co_return co_await get_by_query(request, context, std::move(*id), *view);
  const Result<IfMatch> if_match = parse_if_match(request);
  if (!if_match) co_return fail(if_match.error());

  Result<CachedRecordPtr> found = co_await parts_.records.find(context, parts_.collection, std::move(*id));
  if (!found) co_return fail(with_precondition(std::move(found.error()), *if_match));
  if (!if_match->holds_for((*found)->version)) co_return fail(precondition_failed());
  co_return answer_record(request, *found, *view);
}

Task<Result<http::Response>> Resource::get_by_query(const Request& request, const Context& context, Value id,
                                                    const RecordView& view) const {
  const Result<IfMatch> if_match = parse_if_match(request);
  if (!if_match) co_return fail(if_match.error());
  std::vector<Value> ids{std::move(id)};
  const Result<RecordPage> page = co_await view.read(parts_.records, context, std::move(ids));
  if (!page) co_return fail(page.error());
  if (page->records.empty()) {
    Error absent(ErrorCode::not_found, "There is no such record in " + parts_.collection.name + ".");
    co_return fail(with_precondition(std::move(absent), *if_match));
  }
  if (!if_match->holds_for(page->records.front().version)) co_return fail(precondition_failed());
  std::string body;
  if (const Result<void> appended = append_record(body, view.selection(), *page, 0); !appended)
    co_return fail(appended.error());
  co_return answer_json(std::move(body));
}

Task<Result<Filter>> Resource::behind_cursor(const Context& context, const CursorOrder& list,
                                             std::string_view cursor) const {
  Result<Cursor> read = read_cursor(list, cursor);
  if (!read) co_return fail(std::move(read.error()));
  if (!read->values.empty()) co_return behind(list, read->values);
  Query query;
  query.collection = list.collection;
  query.filter = Filter::compare(0, CompareOp::eq, std::vector<Value>{std::move(read->id)});
  query.order = list.order;  // so that it is looked at as the list will be: for whom it is open
  query.limit = 1;
  const Result<RecordPage> page = co_await parts_.records.list(context, std::move(query));
  if (!page) co_return fail(page.error());
  if (page->records.empty()) co_return fail(cursor_of_nothing());
  co_return behind(list, values_in(list, page->records.front()));
}

Task<Result<http::Response>> Resource::list(const Request& request, Context& context) {
  const Result<Paging> paging = parse_paging(request);
  if (!paging) co_return fail(paging.error());
  QuerySubject asked_of = subject();
  asked_of.other_parameters = paging_parameters;
  Result<ParsedQuery> parsed = parse_query(paging->parameters, asked_of);
  if (!parsed) co_return fail(std::move(parsed.error()));
  Query& query = parsed->query;
  query.counted = paging->counted;
  const PageAsked asked(query);
  if (paging->cursor) {
    Result<Filter> rest = co_await behind_cursor(context, asked.list, *paging->cursor);
    if (!rest) co_return fail(std::move(rest.error()));
    query.filter = Filter::both(std::move(*rest), std::move(query.filter));
  }
  const Result<RecordPage> page = co_await parts_.records.list(context, std::move(query));
  if (!page) co_return fail(page.error());
  std::string body;
  if (const Result<void> appended = append_page(body, parsed->selection, *page); !appended)
    co_return fail(appended.error());
  Response response = answer_json(std::move(body));
  append_page_headers(request, *paging, asked, *page, response);
  co_return response;
}

}  // namespace banyan::api
