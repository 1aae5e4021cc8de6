// Statements that change records of which the cache is told nothing.
#include "banyan/services/saved_queries.hpp"

#include <gtest/gtest.h>

#include "banyan/adapters/postgres/saved_queries.hpp"
#include "tests/histories/stage.hpp"

namespace banyan::histories {
namespace {

constexpr std::size_t key = 0;

/// Cuts an instance off from Redis when the statement has been committed.
class CutsOff final : public SavedQueryRunner {
 public:
  CutsOff(SavedQueryRunner& behind, testkit::TcpProxy& way) : behind_(behind), way_(way) {}
  Result<void> check(const SavedQuery& query) override { return behind_.check(query); }
  Task<Result<SavedRows>> run(const Context& context, const SavedQuery& query, std::vector<Value> arguments) override {
    Result<SavedRows> rows = co_await behind_.run(context, query, std::move(arguments));
    way_.refuse(true);
    way_.cut_all();
    co_return rows;
  }
  void stop() override { behind_.stop(); }

 private:
  SavedQueryRunner& behind_;
  testkit::TcpProxy& way_;
};

Result<SavedRows> call(Instance& instance, SavedQueryRunner& runner, const SavedQuery& query) {
  const std::vector<SavedQuery> all{query};
  services::SavedQueries queries({all, runner, instance.records()});
  InlineExecutor executor;
  const Context context{executor, instance.clock(), instance.clock().steady() + std::chrono::seconds(20)};
  return block_on(queries.call(context, query, {}));
}

TEST(SavedQueryStories, one_that_writes_is_acknowledged_only_when_nobody_is_shown_what_was_before) {
  InstanceSettings impatient;
  impatient.write_patience = std::chrono::milliseconds(500);
  Stage stage({impatient});
  ASSERT_TRUE(stage.begin());
  Client reader = stage.client();
  const std::optional<Version> before = reader.read(1, key);
  SavedQuery query{.name = "rename", .postgres = "UPDATE notes SET text = 'other', _version = _version + 1"};
  query.writes = true;
  postgres::Options options;
  options.url = stage.world().database_url();
  options.positions = true;
  postgres::SavedQueries runner(options, stage.world().schema());
  CutsOff cuts_off(runner, stage.world().way(0));

  const Result<SavedRows> cut = call(stage.world().use(0).instance, cuts_off, query);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(cut.error().reason, "not_made_known");
  EXPECT_EQ(reader.read(1, key), before) << "who reads by another instance is shown what was before";

  stage.world().way(0).refuse(false);
  ASSERT_TRUE(becomes_true([&] { return call(stage.world().use(0).instance, runner, query).has_value(); }));
  EXPECT_GT(reader.read(1, key), before);
}

}  // namespace
}  // namespace banyan::histories
