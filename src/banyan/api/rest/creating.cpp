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

std::string applied_to_create(const Preferences& preferences) {
  Preferences concerned = preferences;
  concerned.max_affected.reset();
  return applied(concerned);
}

std::string applied_to_put(const Preferences& preferences) {
  Preferences concerned = preferences;
  concerned.max_affected.reset();
  concerned.resolution.reset();
  concerned.missing.reset();
  return applied(concerned);
}

std::size_t records_in(const json::value& body) { return body.is_array() ? body.get_array().size() : 1; }

// `/users?id=eq.1`, as PostgREST has it: from the root of its routes.
std::string location_of(const Collection& collection, const Value& id) {
  std::string text;
  append_json(text, collection.fields.front(), id);
  if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
  return "/" + collection.name + "?id=eq." + text;
}

bool any_created(const std::vector<services::Written>& written) {
  return std::ranges::any_of(written, &services::Written::created);
}

Error put_needs_id() {
  return Error(ErrorCode::invalid, "Filters must include all and only primary key columns with 'eq' operators")
      .with_reason("put_needs_key")
      .with_hint("PUT takes ?id=eq.<id> and no other filter.");
}

Result<json::value> first_of(json::value body) {
  if (!body.is_array()) return body;
  if (body.get_array().empty())
    return fail(Error(ErrorCode::invalid, "A PUT takes one object.").with_reason("malformed_json"));
  json::value first = std::move(body.get_array().front());
  return first;
}

}  // namespace

Task<Result<http::Response>> CollectionFace::create(const http::Request& request, const Context& context, Asked asked) {
  Result<ParsedQuery> query = parse_for_write(asked);
  if (!query) co_return fail(std::move(query.error()));
  Result<json::value> body = records_of(request, parts_.collection, asked.columns, parts_.records_max);
  if (!body) co_return fail(std::move(body.error()));
  if (asked.representation.single() && records_in(*body) != 1) co_return fail(not_single(records_in(*body)));

  services::CreateOptions options;
  options.columns = asked.columns;
  options.missing_is_default = !asked.columns || asked.preferences.missing == Preferences::Missing::defaults;
  options.rehearsal = asked.preferences.rehearsal();
  const auto resolution = asked.preferences.resolution;
  if (resolution) {
    services::CreateOptions::Upsert upsert;
    if (asked.on_conflict) upsert.conflict = *asked.on_conflict;
    upsert.ignore_duplicates = *resolution == Preferences::Resolution::ignore_duplicates;
    options.upsert = std::move(upsert);
  }
  const Result<std::vector<services::Written>> written =
      co_await parts_.records.create(context, parts_.collection, *body, std::move(options));
  if (!written) co_return fail(written.error());

  http::Response response;
  const bool merges = resolution == Preferences::Resolution::merge_duplicates;
  response.status = merges && !any_created(*written) ? 200 : 201;
  response.headers.emplace_back("Content-Range", content_range(asked.preferences, written->size()));
  if (std::string text = applied_to_create(asked.preferences); !text.empty())
    response.headers.emplace_back("Preference-Applied", std::move(text));
  const bool one = written->size() == 1 && !is_null(written->front().id);
  if (asked.preferences.returns == Preferences::Returns::headers_only && one)
    response.headers.emplace_back("Location", location_of(parts_.collection, written->front().id));
  Result<void> shown = co_await show_written(context, asked, std::move(*query), *written, response);
  if (!shown) co_return fail(std::move(shown.error()));
  co_return response;
}

// The id that the only filter names.
Result<Value> CollectionFace::id_of_put(const Asked& asked) const {
  constexpr std::string_view equals = "eq.";
  const http::QueryParameter* filter = nullptr;
  for (const http::QueryParameter& parameter : asked.parameters) {
    if (parameter.name == "limit" || parameter.name == "offset")
      return fail(Error(ErrorCode::invalid, "limit/offset querystring parameters are not allowed for PUT")
                      .with_reason("put_takes_no_page"));
    if (parameter.name == "select" || parameter.name == "order" || parameter.name.contains('.')) continue;
    if (filter != nullptr || parameter.name != "id" || !parameter.value.starts_with(equals))
      return fail(put_needs_id());
    filter = &parameter;
  }
  if (filter == nullptr) return fail(put_needs_id());
  Result<Value> id =
      value_from_text(parts_.collection.fields.front(), std::string_view(filter->value).substr(equals.size()));
  if (!id) id.error().reason = "wrong_operand";
  return id;
}

Task<Result<http::Response>> CollectionFace::put(const http::Request& request, const Context& context, Asked asked) {
  const Result<Value> id = id_of_put(asked);
  if (!id) co_return fail(id.error());
  Result<ParsedQuery> query = parse_for_write(asked);
  if (!query) co_return fail(std::move(query.error()));
  Result<json::value> body = records_of(request, parts_.collection, asked.columns, parts_.records_max);
  if (!body) co_return fail(std::move(body.error()));
  Result<json::value> record = first_of(std::move(*body));
  if (!record) co_return fail(std::move(record.error()));
  const json::value* given = record->is_object() ? record->get_object().if_contains("id") : nullptr;
  const Result<Value> given_id =
      given != nullptr ? value_from_json(parts_.collection.fields.front(), *given) : Result<Value>(Null());
  if (!given_id || *given_id != *id)
    co_return fail(Error(ErrorCode::invalid, "Payload values do not match URL in primary key column(s)")
                       .with_reason("put_key_mismatch"));

  services::CreateOptions options;
  options.columns = asked.columns;
  options.rehearsal = asked.preferences.rehearsal();
  options.upsert = services::CreateOptions::Upsert();
  const Result<std::vector<services::Written>> written =
      co_await parts_.records.create(context, parts_.collection, *record, std::move(options));
  if (!written) co_return fail(written.error());
  http::Response response;
  response.status = 204;
  if (asked.preferences.wants_records()) response.status = any_created(*written) ? 201 : 200;
  if (std::string text = applied_to_put(asked.preferences); !text.empty())
    response.headers.emplace_back("Preference-Applied", std::move(text));
  Result<void> shown = co_await show_written(context, asked, std::move(*query), *written, response);
  if (!shown) co_return fail(std::move(shown.error()));
  co_return response;
}

}  // namespace banyan::api::rest
