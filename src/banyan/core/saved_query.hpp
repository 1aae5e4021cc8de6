#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/context.hpp"
#include "banyan/base/result.hpp"
#include "banyan/base/task.hpp"
#include "banyan/core/policy.hpp"
#include "banyan/core/schema.hpp"

namespace banyan {

/// A statement that the configuration declares, for what the query language cannot say: its parameters, and the columns
/// that come out.
struct SavedQuery {
  std::string name;
  std::string sqlite;    ///< The statement for SQLite, `:name` where a parameter stands; empty: there is none.
  std::string postgres;  ///< The same for PostgreSQL.
  std::vector<Field> parameters;
  std::vector<Field> columns;
  Access access = Access::nobody;
  std::string access_text;  ///< Of a rule. It looks at the viewer and the time alone.
  std::shared_ptr<const Rule> rule;
  std::shared_ptr<const Schema> subject;  ///< What the rule points into; keeps it alive.
  bool writes = false;                    ///< It may change records; otherwise the database refuses that.
};

inline constexpr std::size_t saved_queries_max = 500;
inline constexpr std::size_t saved_query_parameters_max = 100;
inline constexpr std::size_t saved_query_columns_max = 500;
inline constexpr std::size_t saved_query_bytes_max = std::size_t{64} << 10;
/// Of one answer; more is `too_large`.
inline constexpr std::size_t saved_query_rows_max = 10'000;

struct SavedRows {
  std::vector<std::vector<Value>> rows;  ///< A value a column.
};

/// Where saved queries run. Thread-safe; results arrive on `context.executor`.
class SavedQueryRunner {
 public:
  virtual ~SavedQueryRunner() = default;

  /// Prepares the statement once, and nothing else. Blocks. Errors: `invalid`, with the database's own words in the
  /// message: what it does not understand, a number of columns that is not declared, a write that is not.
  virtual Result<void> check(const SavedQuery& query) = 0;

  /// Runs it in a transaction of its own. `arguments` are canonical, one a parameter, in order; canonical rows come
  /// out. Errors: too_large (rows or bytes), deadline_exceeded, invalid (the database refuses a value: it divides by
  /// zero), already_exists, reference_broken, internal (a column holds what it is not declared to), and those of every
  /// store.
  virtual Task<Result<SavedRows>> run(const Context& context, const SavedQuery& query,
                                      std::vector<Value> arguments) = 0;

  /// Finishes what is queued and refuses what comes afterwards: before executors of requests under way end.
  virtual void stop() = 0;
};

}  // namespace banyan
