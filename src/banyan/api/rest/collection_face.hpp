#pragma once

#include <optional>
#include <string>
#include <vector>

#include "banyan/api/query/parser.hpp"
#include "banyan/api/rest/media_type.hpp"
#include "banyan/api/rest/preferences.hpp"
#include "banyan/api/viewer_source.hpp"
#include "banyan/base/log.hpp"
#include "banyan/http/router.hpp"
#include "banyan/services/records.hpp"

namespace banyan::api::rest {

/// `/rest/v1/{collection}`, as PostgREST answers it.
/// Thread-safe. Lifetime: outlives the router; what it is given outlives it.
class CollectionFace {
 public:
  struct Parts {
    const Schema& schema;
    const Collection& collection;
    services::Records& records;
    const ViewerSource& viewers;
    const QueryLimits& limits;
    std::size_t records_max;  ///< Of one body.
    Log& log;
  };
  explicit CollectionFace(Parts parts);

  void add_routes(http::Router& router);

 private:
  /// A request that was understood as far as all methods share.
  struct Asked {
    Preferences preferences;
    Representation representation;
    std::vector<http::QueryParameter> parameters;  ///< Those that are not a face's own.
    std::optional<std::vector<std::size_t>> columns;
    std::optional<std::vector<std::size_t>> on_conflict;
  };
  using Operation = Task<Result<http::Response>> (CollectionFace::*)(const http::Request&, const Context&, Asked);

  http::Handler handler_of(Operation operation, Action action);
  Task<http::Response> run(Operation operation, Action action, const http::Request& request, Context& context);
  std::optional<Error> identify(Action action, const http::Request& request, Context& context) const;
  Result<Asked> understand(const http::Request& request) const;
  Result<ParsedQuery> parse(const Asked& asked) const;

  Task<Result<http::Response>> read(const http::Request& request, const Context& context, Asked asked);
  Task<Result<http::Response>> create(const http::Request& request, const Context& context, Asked asked);
  Task<Result<http::Response>> update(const http::Request& request, const Context& context, Asked asked);
  Task<Result<http::Response>> put(const http::Request& request, const Context& context, Asked asked);
  Task<Result<http::Response>> remove(const http::Request& request, const Context& context, Asked asked);

  Result<ParsedQuery> parse_for_write(const Asked& asked) const;
  Result<Value> id_of_put(const Asked& asked) const;
  /// What too many matches are told as: how many there are.
  Task<Error> explain_too_many(const Context& context, const Filter& filter, const Asked& asked,
                               std::size_t matches_max, Error error);
  /// Puts the records into the answer, where they are asked for.
  Task<Result<void>> show_written(const Context& context, const Asked& asked, ParsedQuery query,
                                  const std::vector<services::Written>& written, http::Response& response);
  Task<Result<void>> try_to_show(const Context& context, const Asked& asked, ParsedQuery query,
                                 const std::vector<services::Written>& written, http::Response& response);

  Parts parts_;
  QueryLimits limits_;  ///< As PostgREST's: without a limit, as many as there may be.
};

}  // namespace banyan::api::rest
