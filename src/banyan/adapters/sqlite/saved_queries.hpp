#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "banyan/adapters/sqlite/options.hpp"
#include "banyan/core/saved_query.hpp"
#include "banyan/sql/saved_statement.hpp"
#include "banyan/sql/workers.hpp"

namespace banyan::sqlite {

class Connection;

/// Saved queries on threads and connections of their own, which open when the first one runs. Those that only read have
/// connections that cannot write. One that writes waits for SQLite's one lock beside the store's writer, has it for
/// writing_time_max at most, and may keep others waiting meanwhile. Thread-safe.
class SavedQueries final : public SavedQueryRunner {
 public:
  static constexpr std::chrono::milliseconds writing_time_max{1'000};

  /// `options` of the store, whose file is there. `on_commit` is called after a commit and before its answer.
  SavedQueries(const Options& options, std::function<void()> on_commit);
  ~SavedQueries() override;

  Result<void> check(const SavedQuery& query) override;
  Task<Result<SavedRows>> run(const Context& context, const SavedQuery& query, std::vector<Value> arguments) override;
  void stop() override;

 private:
  Result<SavedRows> run_now(std::size_t thread, const Context& context, const SavedQuery& query,
                            const std::vector<Value>& arguments);
  Result<Connection*> reader(std::size_t thread);
  Result<SavedRows> write(const Context& context, const SavedQuery& query, const std::vector<Value>& arguments);

  Options options_;
  std::function<void()> on_commit_;
  std::vector<std::unique_ptr<Connection>> readers_;  ///< One a thread.
  std::mutex writing_;
  std::unique_ptr<Connection> writer_;
  sql::Workers workers_;
};

}  // namespace banyan::sqlite
