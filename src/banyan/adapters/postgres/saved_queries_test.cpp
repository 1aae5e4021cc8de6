#include "banyan/adapters/postgres/saved_queries.hpp"

#include "banyan/adapters/postgres/store_fixture.hpp"

namespace banyan::postgres {
namespace {

class SavedQueriesOfPostgres : public StoreTest {
 protected:
  SavedQueriesOfPostgres() {
    start();
    queries_.emplace(options_, *schema_);
  }

  Result<SavedRows> call(const std::string& statement, std::vector<Field> columns = {}, bool writes = false) {
    SavedQuery query;
    query.name = "q";
    query.postgres = statement;
    query.columns = std::move(columns);
    query.writes = writes;
    const Context context{executor_, clock_, clock_.steady() + std::chrono::seconds(30)};
    return block_on(queries_->run(context, query, {}));
  }

  std::optional<SavedQueries> queries_;
};

TEST_F(SavedQueriesOfPostgres, end_where_a_copy_begins_and_answer_the_next) {
  for (const char* statement : {"COPY (SELECT 1 AS x) TO STDOUT", "COPY users (name) FROM STDIN"}) {
    const auto copied = call(statement, {}, true);
    ASSERT_FALSE(copied) << statement;
    EXPECT_EQ(copied.error().code, ErrorCode::internal);
    EXPECT_TRUE(call("SELECT name FROM users", {contracts::field("name", FieldType::text)})) << statement;
  }
}

}  // namespace
}  // namespace banyan::postgres
