#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/api/query/limits.hpp"
#include "banyan/api/query/selection.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api {

/// A query string, understood: which records, and what of them is shown. `selection` names the query's embeds by their
/// place; whoever adds to the query adds behind them.
struct ParsedQuery {
  Query query;
  Selection selection;
};

/// What a query string is about, and within which bounds. Lifetime: both outlive what is parsed.
struct QuerySubject {
  const Schema& schema;
  const Collection& collection;
  const QueryLimits& limits;
  /// Parameters that the face takes beside the grammar's, for "did you mean".
  std::span<const std::string_view> other_parameters = {};
};

/// The parameters of a raw query string, decoded, in order. `invalid` for what is not percent-encoded UTF-8.
Result<std::vector<http::QueryParameter>> parameters_of(std::string_view raw);

/// Takes the parameter of that name out; nothing where there is none. `invalid` where it is given twice.
Result<std::optional<std::string>> take_parameter(std::vector<http::QueryParameter>& parameters, std::string_view name);

/// The grammar of docs/api.md, PostgREST's: `select`, filters, `and`, `or`, `order`, `limit`, `offset`, each also for
/// what is embedded (`posts.order`). A face takes out the parameters that are its own before.
/// Errors are `invalid` or `unsupported`; they name the parameter, what is wrong and the nearest right word. Reasons:
/// malformed_query, wrong_operand (a value that a filter's field cannot have), unknown_field, unknown_embed,
/// ambiguous_embed (`fields` are the candidates), embed_not_selected, order_by_many.
Result<ParsedQuery> parse_query(std::span<const http::QueryParameter> parameters, const QuerySubject& subject);
Result<ParsedQuery> parse_list_query(std::string_view raw, const QuerySubject& subject);

/// The same for what shows one record, or what a write answers: `select`, and what belongs to its embeds (a filter or
/// an order of the record itself is refused).
Result<ParsedQuery> parse_record_query(std::string_view raw, const QuerySubject& subject);

}  // namespace banyan::api
