#include <algorithm>
#include <string>
#include <utility>

#include "banyan/api/rest/body.hpp"
#include "banyan/api/rest/collection_face.hpp"
#include "banyan/api/rest/shown.hpp"
#include "banyan/api/rest/writing.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api::rest {
namespace {

namespace json = boost::json;

/// What is read again to show what belongs to it.
constexpr std::size_t shown_with_embeds_max = 1'000;

std::string applied_to_change(const Preferences& preferences, bool takes_missing) {
  Preferences concerned = preferences;
  concerned.resolution.reset();
  if (!takes_missing) concerned.missing.reset();
  return applied(concerned);
}

Error too_many_affected(std::uint64_t count) {
  return Error(ErrorCode::invalid, "Query result exceeds max-affected preference constraint")
      .with_reason("too_many_affected")
      .with_fields({{.field = "", .message = "The query affects " + std::to_string(count) + " rows"}});
}

Error embeds_not_offered(std::string_view where) {
  return Error(ErrorCode::unsupported, "Records that belong to others are not shown by " + std::string(where) + ".")
      .with_hint("Select the record's own fields, and read the rest on its own.");
}

// One where one is asked for, as many as `max-affected` lets, or the service's bound.
services::MatchOptions match_options(const Preferences& preferences, const Representation& representation,
                                     bool shows_embeds) {
  services::MatchOptions options;
  options.rehearsal = preferences.rehearsal();
  if (shows_embeds) options.matches_max = shown_with_embeds_max;
  if (preferences.strict() && preferences.max_affected)
    options.matches_max = std::min<std::uint64_t>(options.matches_max, *preferences.max_affected);
  if (representation.single()) options.matches_max = std::min<std::size_t>(options.matches_max, 1);
  return options;
}

Filter among(const std::vector<services::Written>& written) {
  std::vector<Value> ids;
  for (const services::Written& each : written)
    if (!is_null(each.id)) ids.push_back(each.id);
  return Filter::compare(Term(0), CompareOp::in, std::move(ids));
}

bool pins_id(const Filter& filter, const Value& id) {
  const auto is_of_it = [&](const Filter& child) {
    return child.kind == Filter::Kind::comparison && child.op == CompareOp::eq && child.term == Term(0) &&
           child.operands == std::vector{id};
  };
  return filter.kind == Filter::Kind::all && std::ranges::any_of(filter.children, is_of_it);
}

// A record as it was read has its id: where only the record of that id can match, it sets nothing.
void drop_pinned_id(json::value& body, const Collection& collection, const Filter& filter) {
  const Field& field = collection.fields.front();
  const json::value* const given = body.is_object() ? body.get_object().if_contains(field.name) : nullptr;
  if (given == nullptr) return;
  const Result<Value> id = value_from_json(field, *given);
  if (id && pins_id(filter, *id)) body.get_object().erase(field.name);
}

// `0-1/*`, as of a page from the first.
std::string range_of(const Preferences& preferences, std::size_t count) {
  const std::string shown = count == 0 ? "*" : "0-" + std::to_string(count - 1);
  return shown + content_range(preferences, count).substr(1);
}

}  // namespace

Result<ParsedQuery> CollectionFace::parse_for_write(const Asked& asked) const {
  for (const http::QueryParameter& parameter : asked.parameters)
    if (parameter.name == "limit" || parameter.name == "offset")
      return fail(Error(ErrorCode::unsupported, "'" + parameter.name + "' does not bound what a write changes.")
                      .with_hint("Filter by id, or send 'Prefer: handling=strict, max-affected=<count>'."));
  Result<ParsedQuery> query = parse(asked);
  if (!query || !asked.preferences.wants_records()) return query;
  // Whatever would fail once it is written is refused before.
  if (query->query.grouping)
    return fail(Error(ErrorCode::unsupported, "A write answers its records, and no aggregates of them.")
                    .with_hint("Ask for the aggregate with a GET afterwards."));
  if (std::ranges::any_of(query->query.order, [](const OrderTerm& term) { return term.of_reference.has_value(); }))
    return fail(Error(ErrorCode::unsupported, "What a write answers is not ordered by what its records refer to.")
                    .with_hint("Order by a field of the records themselves."));
  if (!has_embeds(query->selection)) return query;
  if (asked.preferences.rehearsal()) return fail(embeds_not_offered("a write that is rolled back"));
  return query;
}

Task<Error> CollectionFace::explain_too_many(const Context& context, const Filter& filter, const Asked& asked,
                                             std::size_t matches_max, Error error) {
  const bool strict = asked.preferences.strict() && asked.preferences.max_affected.has_value();
  if (error.reason != "too_many_matches" || (!strict && !asked.representation.single())) co_return error;
  Query query;
  query.collection = &parts_.collection;
  query.filter = filter;
  query.limit = 0;
  query.counted = Counted::exact;
  const Result<RecordPage> page = co_await parts_.records.list(context, std::move(query));
  // Others may have changed in the meantime how many there are: there were more than were let at any rate.
  const std::uint64_t count = std::max<std::uint64_t>(page ? page->count.value_or(0) : 0, matches_max + 1);
  if (strict && count > *asked.preferences.max_affected) co_return too_many_affected(count);
  co_return asked.representation.single() ? not_single(count) : error;
}

// What is done stays done: where it cannot be shown (a cast that a value does not take, what the viewer may not ask
// for), the answer has no body, as on the plain face.
Task<Result<void>> CollectionFace::show_written(const Context& context, const Asked& asked, ParsedQuery query,
                                                const std::vector<services::Written>& written,
                                                http::Response& response) {
  const bool kept = !written.empty() && !asked.preferences.rehearsal();
  Result<void> shown = co_await try_to_show(context, asked, std::move(query), written, response);
  if (shown || !kept) co_return shown;
  if (response.status == 200) response.status = 204;
  co_return Result<void>();
}

Task<Result<void>> CollectionFace::try_to_show(const Context& context, const Asked& asked, ParsedQuery query,
                                               const std::vector<services::Written>& written,
                                               http::Response& response) {
  if (!asked.preferences.wants_records()) {
    if (asked.representation.single() && written.size() != 1) co_return fail(not_single(written.size()));
    co_return Result<void>();
  }
  Result<RecordPage> page = RecordPage();
  if (has_embeds(query.selection) && !written.empty()) {
    query.query.filter = among(written);
    query.query.limit = static_cast<std::uint32_t>(written.size());
    page = co_await parts_.records.list(context, std::move(query.query));
  } else {
    page = page_of(parts_.collection, written);
    if (page)
      if (Result<void> sorted = sort(*page, query.query.order); !sorted) co_return sorted;
  }
  if (!page) co_return fail(std::move(page.error()));
  if (asked.representation.single() && written.size() == 1 && page->records.empty()) {
    // It was written, and may not be read.
    if (response.status == 200) response.status = 204;
    co_return Result<void>();
  }
  Result<std::string> body = shown(asked.representation, query.selection, *page);
  if (!body) co_return fail(std::move(body.error()));
  response.content_type = asked.representation.content_type();
  response.body = http::Body(std::move(*body));
  co_return Result<void>();
}

Task<Result<http::Response>> CollectionFace::update(const http::Request& request, const Context& context, Asked asked) {
  Result<ParsedQuery> query = parse_for_write(asked);
  if (!query) co_return fail(std::move(query.error()));
  Result<json::value> records = records_of(request, parts_.collection, asked.columns, parts_.records_max);
  if (!records) co_return fail(std::move(records.error()));
  Result<json::value> body = changes_of(std::move(*records), parts_.collection, asked.columns);
  if (!body) co_return fail(std::move(body.error()));
  const Filter filter = query->query.filter;
  drop_pinned_id(*body, parts_.collection, filter);
  const bool shows_embeds = asked.preferences.wants_records() && has_embeds(query->selection);
  const services::MatchOptions options = match_options(asked.preferences, asked.representation, shows_embeds);
  Result<std::vector<services::Written>> written =
      co_await parts_.records.update_matches(context, parts_.collection, filter, *body, options);
  if (!written) {
    Error error = co_await explain_too_many(context, filter, asked, options.matches_max, std::move(written.error()));
    co_return fail(std::move(error));
  }
  http::Response response;
  response.status = asked.preferences.wants_records() ? 200 : 204;
  response.headers.emplace_back("Content-Range", range_of(asked.preferences, written->size()));
  if (std::string text = applied_to_change(asked.preferences, true); !text.empty())
    response.headers.emplace_back("Preference-Applied", std::move(text));
  Result<void> shown = co_await show_written(context, asked, std::move(*query), *written, response);
  if (!shown) co_return fail(std::move(shown.error()));
  co_return response;
}

Task<Result<http::Response>> CollectionFace::remove(const http::Request&, const Context& context, Asked asked) {
  Result<ParsedQuery> query = parse_for_write(asked);
  if (!query) co_return fail(std::move(query.error()));
  if (asked.preferences.wants_records() && has_embeds(query->selection)) co_return fail(embeds_not_offered("a DELETE"));
  const Filter filter = query->query.filter;
  const services::MatchOptions options = match_options(asked.preferences, asked.representation, false);
  Result<std::vector<services::Written>> written =
      co_await parts_.records.remove_matches(context, parts_.collection, filter, options);
  if (!written) {
    Error error = co_await explain_too_many(context, filter, asked, options.matches_max, std::move(written.error()));
    co_return fail(std::move(error));
  }
  http::Response response;
  response.status = asked.preferences.wants_records() ? 200 : 204;
  response.headers.emplace_back("Content-Range", content_range(asked.preferences, written->size()));
  if (std::string text = applied_to_change(asked.preferences, false); !text.empty())
    response.headers.emplace_back("Preference-Applied", std::move(text));
  Result<void> shown = co_await show_written(context, asked, std::move(*query), *written, response);
  if (!shown) co_return fail(std::move(shown.error()));
  co_return response;
}

}  // namespace banyan::api::rest
