#include "banyan/api/rest/function.hpp"

#include <utility>

#include "banyan/api/rest/media_type.hpp"
#include "banyan/api/rest/preferences.hpp"
#include "banyan/api/rest/profile.hpp"
#include "banyan/api/rest/shown.hpp"

namespace banyan::api::rest {
namespace {

Error unsupported(std::string message) { return Error(ErrorCode::unsupported, std::move(message)); }

// Words of the grammar that a client adds to a call, and that no parameter can be called.
std::optional<Error> selecting(const http::Request& request) {
  const auto parameters = http::parse_query(request.query);
  if (!parameters) return std::nullopt;
  const bool is_post = request.method == http::Method::post;
  for (const http::QueryParameter& parameter : *parameters)
    if (is_post || parameter.name == "select" || parameter.name == "order" || parameter.name == "limit" ||
        parameter.name == "offset" || parameter.name == "columns")
      return unsupported("The rows of a saved query are not selected, filtered or ordered: its statement does that.")
          .with_hint("Give the saved query a parameter for it.");
  return std::nullopt;
}

// What keeps a write from being done must not be passed over.
std::optional<Error> bounding(const SavedQuery& query, const Preferences& preferences) {
  if (!query.writes) return std::nullopt;
  if (preferences.rehearsal()) return unsupported("A saved query that writes is not rolled back.");
  if (preferences.strict() && preferences.max_affected)
    return unsupported("What a saved query writes is not bounded by max-affected.");
  return std::nullopt;
}

// A call has no use for the others.
Preferences heeded(const Preferences& given) {
  Preferences kept;
  kept.count = given.count;
  kept.transaction = given.transaction;
  kept.handling = given.handling;
  kept.utc = given.utc;
  kept.max_affected = given.max_affected;
  return kept;
}

std::string content_range(std::size_t rows, bool counted) {
  const std::string range = rows == 0 ? "*" : "0-" + std::to_string(rows - 1);
  return range + "/" + (counted ? std::to_string(rows) : "*");
}

}  // namespace

Task<Result<http::Response>> call_function(services::SavedQueries& queries, const SavedQuery& query,
                                           const http::Request& request, const Context& context) {
  if (auto refused = wrong_profile(request)) co_return fail(std::move(*refused));
  const Result<Representation> representation = negotiate(request);
  if (!representation) co_return fail(representation.error());
  if (representation->form == Representation::Form::csv)
    co_return fail(unsupported("The rows of a saved query are JSON."));
  // One row is asked for, and that it was another number is known only when all is done.
  if (query.writes && representation->single())
    co_return fail(unsupported("A saved query that writes answers an array."));
  const Result<Preferences> preferences = parse_preferences(request.headers);
  if (!preferences) co_return fail(preferences.error());
  if (auto refused = bounding(query, *preferences)) co_return fail(std::move(*refused));
  if (auto refused = selecting(request)) co_return fail(std::move(*refused));
  Result<std::vector<Value>> arguments = arguments_of(queries, query, request, context);
  if (!arguments) co_return fail(std::move(arguments.error()));

  const Result<SavedRows> rows = co_await queries.call(context, query, std::move(*arguments));
  if (!rows) co_return fail(rows.error());
  if (representation->single() && rows->rows.size() != 1) co_return fail(not_single(rows->rows.size()));
  std::string body = rows_json(query, *rows);
  if (representation->single()) body = body.substr(1, body.size() - 2);
  if (representation->nulls_stripped) body = without_nulls(body);
  http::Response response;
  response.content_type = representation->content_type();
  response.headers.emplace_back("Content-Range", content_range(rows->rows.size(), preferences->count.has_value()));
  if (std::string text = applied(heeded(*preferences)); !text.empty())
    response.headers.emplace_back("Preference-Applied", std::move(text));
  response.body = http::Body(std::move(body));
  co_return response;
}

}  // namespace banyan::api::rest
