#pragma once

#include <boost/json/value.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/core/saved_query.hpp"
#include "banyan/services/records.hpp"

namespace banyan::services {

/// What Banyan does with saved queries: looks at who asks and at what is given, has them run, and forgets what is
/// cached of all records after one that writes. Thread-safe. What it is built from outlives it.
class SavedQueries {
 public:
  struct Parts {
    const std::vector<SavedQuery>& queries;
    SavedQueryRunner& runner;
    Records& records;
  };
  explicit SavedQueries(Parts parts) : parts_(parts) {}

  const std::vector<SavedQuery>& all() const noexcept { return parts_.queries; }
  /// Null where there is none of that name.
  const SavedQuery* find(std::string_view name) const;

  /// Nothing where the viewer may call it; else `unauthenticated` (who is not known) or `forbidden`.
  std::optional<Error> refusal(const Context& context, const SavedQuery& query) const;

  using Named = std::pair<std::string, std::string>;
  /// Arguments by name, as text in a URL or as an object of a body; canonical, one a parameter, in order. `invalid`,
  /// all problems at once: what is unknown, missing, given twice, or not what the parameter takes.
  Result<std::vector<Value>> arguments(const Context& context, const SavedQuery& query,
                                       std::span<const Named> given) const;
  Result<std::vector<Value>> arguments(const Context& context, const SavedQuery& query,
                                       const boost::json::value& body) const;

  /// `arguments` as the functions above answer them. Ask refusal() before. One that writes is `outcome_unknown`
  /// (`not_made_known`) where it was done and somebody may still be shown what was before.
  Task<Result<SavedRows>> call(const Context& context, const SavedQuery& query, std::vector<Value> arguments);

 private:
  Parts parts_;
};

}  // namespace banyan::services
