#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/api/cursor.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"
#include "banyan/http/request.hpp"
#include "banyan/http/response.hpp"

namespace banyan::api {

/// How a list is paged through, beside limit and offset: what the plain face takes of a request before the grammar.
struct Paging {
  std::vector<http::QueryParameter> parameters;  ///< What is left for the grammar.
  std::optional<std::string> cursor;
  Counted counted = Counted::no;
  bool count_preferred = false;  ///< By a `Prefer` header rather than a parameter.
};

/// The parameters of the plain face's own.
inline constexpr std::string_view paging_parameters[] = {"cursor", "count"};

/// `?cursor=`, `?count=exact|planned|estimated`, `Prefer: count=…`.
Result<Paging> parse_paging(const http::Request& request);

/// What was asked for, kept while the query itself is given away.
struct PageAsked {
  CursorOrder list;
  std::uint32_t limit;
  std::uint64_t offset;

  explicit PageAsked(const Query& query) : list(query), limit(query.limit), offset(query.offset) {}
};

/// `Content-Range`, `Preference-Applied` and `Link` of a page.
void append_page_headers(const http::Request& request, const Paging& paging, const PageAsked& asked,
                         const RecordPage& page, http::Response& response);

}  // namespace banyan::api
