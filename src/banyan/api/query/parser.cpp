#include "banyan/api/query/parser.hpp"

#include <algorithm>
#include <utility>

#include "banyan/api/query/scanner.hpp"
#include "banyan/api/query/scope.hpp"
#include "banyan/api/query/scope_finish.hpp"
#include "banyan/api/query/select_parser.hpp"
#include "banyan/api/query/words.hpp"

namespace banyan::api {
namespace {

using Parameters = std::span<const http::QueryParameter>;

Result<Scope> selected_scope(Parameters parameters, const QuerySubject& subject) {
  Scope scope;
  scope.collection = &subject.collection;
  scope.selection.collection = &subject.collection;
  const auto is_select = [](const http::QueryParameter& parameter) { return parameter.name == words::select; };
  const auto select = std::ranges::find_if(parameters, is_select);
  if (select == parameters.end()) {
    scope.selection = select_all(subject.collection);
    return scope;
  }
  Result<void> parsed;
  if (std::find_if(select + 1, parameters.end(), is_select) != parameters.end())
    parsed = malformed("'select' is given twice.", "Give it once.");
  else
    parsed = parse_select(select->value, subject, scope);
  if (!parsed) return of_parameter(words::select, std::move(parsed.error()));
  return scope;
}

Result<ParsedQuery> parse(Parameters parameters, const QuerySubject& subject, bool of_record) {
  Result<Scope> scope = selected_scope(parameters, subject);
  if (!scope) return std::unexpected(std::move(scope.error()));
  for (const http::QueryParameter& parameter : parameters) {
    if (parameter.name == words::select) continue;
    if (Result<void> routed = route_parameter(*scope, parameter); !routed)
      return std::unexpected(std::move(routed.error()));
  }
  if (of_record && !scope->parameters.empty()) {
    const std::string& name = *scope->parameters.front().whole;
    auto refused =
        malformed(quoted(name) + " is one too many: a single record takes 'select', and what is said of its embeds.",
                  "Filter on the collection instead: /" + subject.collection.name + "?id=eq.1.");
    return of_parameter(name, std::move(refused.error()));
  }
  if (of_record && scope->grouping) {
    auto refused = malformed("A single record is not grouped.", "Aggregate within what is embedded: posts(count()).");
    return of_parameter(words::select, std::move(refused.error()));
  }
  if (Result<void> finished = finish_scope(*scope, subject); !finished)
    return std::unexpected(std::move(finished.error()));
  return ParsedQuery{std::move(scope->query), std::move(scope->selection)};
}

Result<ParsedQuery> parse_raw(std::string_view raw, const QuerySubject& subject, bool of_record) {
  const auto parameters = parameters_of(raw);
  if (!parameters) return std::unexpected(parameters.error());
  return parse(*parameters, subject, of_record);
}

}  // namespace

Result<std::vector<http::QueryParameter>> parameters_of(std::string_view raw) {
  auto parameters = http::parse_query(raw);
  if (!parameters)
    return malformed("The query string is not properly percent-encoded UTF-8.",
                     "Encode reserved characters, as curl does with -G --data-urlencode.");
  return std::move(*parameters);
}

Result<std::optional<std::string>> take_parameter(std::vector<http::QueryParameter>& parameters,
                                                  std::string_view name) {
  const auto first = std::ranges::find(parameters, name, &http::QueryParameter::name);
  if (first == parameters.end()) return std::nullopt;
  std::string value = std::move(first->value);
  parameters.erase(first);
  if (std::ranges::find(parameters, name, &http::QueryParameter::name) == parameters.end()) return value;
  auto refused = malformed(quoted(name) + " is given twice.", "Give it once.");
  return of_parameter(name, std::move(refused.error()));
}

Result<ParsedQuery> parse_query(std::span<const http::QueryParameter> parameters, const QuerySubject& subject) {
  return parse(parameters, subject, false);
}

Result<ParsedQuery> parse_list_query(std::string_view raw, const QuerySubject& subject) {
  return parse_raw(raw, subject, false);
}

Result<ParsedQuery> parse_record_query(std::string_view raw, const QuerySubject& subject) {
  return parse_raw(raw, subject, true);
}

}  // namespace banyan::api
