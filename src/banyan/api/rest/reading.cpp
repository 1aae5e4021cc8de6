#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "banyan/api/problem.hpp"
#include "banyan/api/rest/collection_face.hpp"
#include "banyan/api/rest/page_range.hpp"
#include "banyan/api/rest/shown.hpp"

namespace banyan::api::rest {
namespace {

Counted counted_of(const Preferences& preferences) {
  if (!preferences.count) return Counted::no;
  switch (*preferences.count) {
    case Preferences::Count::exact: return Counted::exact;
    case Preferences::Count::planned: return Counted::planned;
    case Preferences::Count::estimated: break;
  }
  return Counted::estimated;
}

// As PostgREST takes them: more than there may be is as much as there may be, and nothing is before the first.
Result<void> mend_numbers(std::vector<http::QueryParameter>& parameters, std::uint32_t limit_max) {
  for (http::QueryParameter& parameter : parameters) {
    const bool is_limit = parameter.name == "limit";
    if (!is_limit && parameter.name != "offset") continue;
    std::int64_t number = 0;
    const char* const end = parameter.value.data() + parameter.value.size();
    const auto [at, error] = std::from_chars(parameter.value.data(), end, number);
    if (error != std::errc() || at != end) continue;
    if (is_limit && number < 0)
      return fail(Error(ErrorCode::invalid, "Requested range not satisfiable")
                      .with_reason("range_not_satisfiable")
                      .with_fields({{.field = "", .message = "Limit should be greater than or equal to zero."}}));
    number = is_limit ? std::min<std::int64_t>(number, limit_max) : std::max<std::int64_t>(number, 0);
    parameter.value = std::to_string(number);
  }
  return {};
}

http::Response unsatisfied(const Error& error, std::optional<std::uint64_t> total) {
  http::Response response = render(error);
  if (total) response.headers.emplace_back("Content-Range", unsatisfied_range(*total));
  return response;
}

// Those that concern a read.
std::string applied_to_read(const Preferences& preferences) {
  Preferences concerned;
  concerned.count = preferences.count;
  concerned.transaction = preferences.transaction;
  concerned.handling = preferences.handling;
  concerned.utc = preferences.utc;
  return applied(concerned);
}

}  // namespace

Task<Result<http::Response>> CollectionFace::read(const http::Request& request, const Context& context, Asked asked) {
  if (Result<void> mended = mend_numbers(asked.parameters, limits_.max_limit); !mended)
    co_return fail(std::move(mended.error()));
  Result<ParsedQuery> parsed = parse(asked);
  if (!parsed) co_return fail(std::move(parsed.error()));
  Query& query = parsed->query;
  const PageRange whole{.offset = query.offset, .limit = query.limit};
  const Result<PageRange> range = narrowed_by_header(request, whole);
  if (!range) co_return fail(range.error());
  query.offset = range->offset;
  query.limit = static_cast<std::uint32_t>(range->limit);
  query.counted = counted_of(asked.preferences);

  const Result<RecordPage> page = co_await parts_.records.list(context, std::move(query));
  if (!page) co_return fail(page.error());
  const Result<PageStatus> status = status_of(range->offset, size_of(*page), page->count);
  if (!status) co_return unsatisfied(status.error(), page->count);
  Result<std::string> body = shown(asked.representation, parsed->selection, *page);
  if (!body) co_return fail(std::move(body.error()));
  http::Response response;
  response.status = status->status;
  response.content_type = asked.representation.content_type();
  response.headers.emplace_back("Content-Range", status->content_range);
  if (std::string text = applied_to_read(asked.preferences); !text.empty())
    response.headers.emplace_back("Preference-Applied", std::move(text));
  response.body = http::Body(std::move(*body));
  co_return response;
}

}  // namespace banyan::api::rest
