#pragma once

#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "banyan/core/record_store.hpp"
#include "banyan/services/records_state.hpp"
#include "banyan/services/sight.hpp"

namespace banyan::services {

/// The records behind the references that rules follow, for many records at once: those that were just written,
/// and of the others what the store has, with one query a collection. Thread safety: none.
class Surroundings {
 public:
  /// Lifetime: that of `changes`.
  explicit Surroundings(std::span<const Changed> changes = {});

  /// The record must be judged by the rule later on.
  void want(const Schema& schema, const Collection& collection, const Record& record, const Rule& rule);
  void want(const Collection& target, const Value& id);
  /// Asks the store for what is wanted and not known.
  Task<Result<void>> gather(Records::State& state, const Context& context, Source source = Source::any);
  /// Null where there is none, or nobody has wanted it.
  const Record* find(const Collection& target, const Value& id) const;
  std::vector<StoredRuleRecord::Related> around(const Collection& collection, const Record& record,
                                                const Rule& rule) const;

 private:
  using Place = std::pair<std::size_t, Value>;  ///< A collection's, and an id.
  std::map<Place, const Record*> known_;        ///< Null: there is none.
  std::map<const Collection*, std::set<Value>> wanted_;
  std::vector<std::vector<Record>> gathered_;
};

}  // namespace banyan::services
