#include "banyan/services/copy.hpp"

#include <gtest/gtest.h>

#include "banyan/adapters/postgres/bulk.hpp"
#include "banyan/adapters/postgres/store_under_test.hpp"
#include "banyan/adapters/sqlite/bulk.hpp"
#include "banyan/adapters/sqlite/store_under_test.hpp"
#include "tests/contracts/example_schema.hpp"
#include "tests/contracts/record_store_random.hpp"
#include "tests/contracts/record_store_random_source.hpp"
#include "tests/servers/environment.hpp"

// Whole databases, from one store to another and back.
namespace banyan {
namespace {

using services::CopyReport;

/// Passes everything on, and does something else besides at chosen moments.
class SinkWithFaults final : public BulkSink {
 public:
  explicit SinkWithFaults(BulkSink& inner) : inner_(inner) {}

  std::size_t writes_left = static_cast<std::size_t>(-1);  ///< Before it fails.
  std::function<void()> after_finish = [] {};

  SchemaKeeper& keeper() override { return inner_.keeper(); }
  Result<std::optional<std::string>> under_way() override { return inner_.under_way(); }
  Result<void> begin(const std::string& source) override { return inner_.begin(source); }
  Result<std::optional<Value>> last_record(const Collection& of) override { return inner_.last_record(of); }
  Result<void> write(const Collection& collection, const std::vector<Record>& records) override {
    if (writes_left-- == 0) return fail(ErrorCode::unavailable, "broken off");
    return inner_.write(collection, records);
  }
  Result<void> set_last_id(const Collection& of, std::int64_t id) override { return inner_.set_last_id(of, id); }
  Result<void> finish() override {
    auto done = inner_.finish();
    after_finish();
    return done;
  }
  Result<void> release() override { return inner_.release(); }
  Result<std::unique_ptr<BulkSource>> read_back() override { return inner_.read_back(); }

 private:
  BulkSink& inner_;
};

class CopyTest : public testing::Test {
 protected:
  sqlite::Options file(const std::string& name) const { return {.file = folder_.path() / name}; }
  postgres::Options database(const std::string& url) const { return {.url = url}; }

  /// A SQLite database with what some thousand random batches have left.
  void fill(const std::string& name) {
    auto store = sqlite::Store::open(file(name), {schema_, clock_, log_, metrics_}).value();
    ASSERT_TRUE(store->apply_additive(store->plan().value()));
    ASSERT_TRUE(store->start());
    const std::uint64_t seed = testkit::seed_from_environment();
    std::cout << "BANYAN_SEED=" << seed << std::endl;
    contracts::RandomSource source(schema_, clock_, seed);
    const Context context{.executor = executor_, .clock = clock_, .deadline = SteadyTime::max()};
    for (int i = 0; i < 3'000; ++i) {
      clock_.advance(std::chrono::microseconds(1 + source.below(1'000)));
      const WriteBatch batch = source.batch();
      const auto applied = block_on(store->apply(context, batch));
      if (applied && !batch.rehearsal) source.learn(*applied);
    }
  }

  Result<CopyReport> run(BulkSource& source, BulkSink& sink) {
    return services::copy(schema_, source, sink, [](const services::CopyProgress&) {});
  }
  Result<CopyReport> to_postgres(const std::string& name, const std::string& url) {
    const auto source = sqlite::open_source(file(name)).value();
    const auto sink = postgres::open_sink(database(url), schema_, clock_).value();
    return run(*source, *sink);
  }
  Result<CopyReport> to_sqlite(const std::string& url, const std::string& name) {
    const auto source = postgres::open_source(database(url), schema_).value();
    const auto sink = sqlite::open_sink(file(name), schema_, clock_).value();
    return run(*source, *sink);
  }

  static std::string digests(const CopyReport& report) {
    std::string all;
    for (const CopyReport::Collection& one : report.collections)
      all += one.name + " " + std::to_string(one.records) + " " + std::to_string(one.last_id) + " " + one.digest + "\n";
    return all;
  }

  Schema schema_ = contracts::example_schema();
  ManualClock clock_;
  NullLog log_;
  UnseenMetrics metrics_;
  InlineExecutor executor_;
  sqlite::testkit::TempDirectory folder_;
  std::string url_ = ::banyan::testkit::shared_postgres().make_database();
};

TEST_F(CopyTest, there_and_back_everything_is_the_same_and_ids_go_on) {
  fill("from.db");
  const auto there = to_postgres("from.db", url_);
  ASSERT_TRUE(there) << there.error().message << " " << there.error().detail;
  const auto back = to_sqlite(url_, "back.db");
  ASSERT_TRUE(back) << back.error().message << " " << back.error().detail;
  EXPECT_EQ(digests(*there), digests(*back));
  EXPECT_GT(there->collections.front().records, 20U);

  auto store = sqlite::Store::open(file("back.db"), {schema_, clock_, log_, metrics_}).value();
  const auto plan = store->plan();
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->differences.empty()) << plan->differences.front().what;
  ASSERT_TRUE(store->start());
  const Context context{.executor = executor_, .clock = clock_, .deadline = SteadyTime::max()};
  WriteBatch batch{{contracts::create(*schema_.find("posts"), {{"title", contracts::text("next")}})}};
  const auto made = block_on(store->apply(context, batch));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->changes.front().key.id, Value(there->collections[1].last_id + 1));
}

TEST_F(CopyTest, what_it_has_filled_in_postgresql_serves_with_all_of_its_keys) {
  fill("from.db");
  ASSERT_TRUE(to_postgres("from.db", url_));
  auto store = postgres::Store::open(database(url_), {schema_, clock_, log_, metrics_}).value();
  const auto plan = store->plan();
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->differences.empty()) << plan->differences.front().what;
  ASSERT_TRUE(store->start());
  const Context context{.executor = executor_, .clock = clock_, .deadline = SteadyTime::max()};
  WriteBatch batch{{contracts::create(*schema_.find("posts"),
                                      {{"title", contracts::text("x")}, {"author", Value(std::int64_t{999'999})}})}};
  const auto refused = block_on(store->apply(context, batch));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::reference_broken);
}

TEST_F(CopyTest, a_target_with_records_is_refused_and_stays_as_it_is) {
  fill("from.db");
  ASSERT_TRUE(to_postgres("from.db", url_));
  const auto again = to_postgres("from.db", url_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::invalid);
  EXPECT_EQ(again.error().message, "the target is not empty: table users has records");
  const auto back = to_sqlite(url_, "from.db");
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::invalid);
}

TEST_F(CopyTest, one_that_was_broken_off_is_not_served_and_goes_on_where_it_was) {
  fill("from.db");
  std::optional<std::string> whole;
  for (std::size_t writes = 0; writes < 5; ++writes) {
    const auto source = sqlite::open_source(file("from.db")).value();
    const auto sink = postgres::open_sink(database(url_), schema_, clock_).value();
    SinkWithFaults faulty(*sink);
    faulty.writes_left = writes == 4 ? 100 : 1;  // a collection a time, for each has less than a page
    const auto copied = run(*source, faulty);
    if (copied) {
      EXPECT_LT(copied->loaded, copied->collections[0].records + copied->collections[1].records +
                                    copied->collections[2].records + copied->collections[3].records);
      whole = digests(*copied);
      break;
    }
    EXPECT_EQ(copied.error().message, "broken off");
    const auto plan = postgres::Store::open(database(url_), {schema_, clock_, log_, metrics_}).value()->plan();
    ASSERT_TRUE(plan);
    EXPECT_TRUE(plan->has(SchemaDifference::Kind::blocking));
  }
  ASSERT_TRUE(whole);
  const auto back = to_sqlite(url_, "back.db");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(digests(*back), *whole);
}

TEST_F(CopyTest, another_source_does_not_go_on_with_it) {
  fill("from.db");
  {
    const auto source = sqlite::open_source(file("from.db")).value();
    const auto sink = postgres::open_sink(database(url_), schema_, clock_).value();
    SinkWithFaults faulty(*sink);
    faulty.writes_left = 1;
    ASSERT_FALSE(run(*source, faulty));
  }
  std::filesystem::copy(folder_.path() / "from.db", folder_.path() / "other.db");
  const auto other = to_postgres("other.db", url_);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::invalid);
  EXPECT_NE(other.error().message.find("part of a copy from sqlite:"), std::string::npos) << other.error().message;
}

TEST_F(CopyTest, a_record_that_is_not_what_it_was_is_named) {
  fill("from.db");
  const auto source = sqlite::open_source(file("from.db")).value();
  const auto sink = postgres::open_sink(database(url_), schema_, clock_).value();
  const auto at_target = [&](const std::string& sql) {
    return ::banyan::testkit::shared_postgres().run(::banyan::testkit::PostgresAddress::name_in(url_), sql);
  };
  std::string changed;
  SinkWithFaults faulty(*sink);
  faulty.after_finish = [&] {
    changed = at_target("UPDATE users SET name = name || '!' WHERE id = (SELECT max(id) FROM users) RETURNING id");
    at_target("SELECT setval(pg_get_serial_sequence('posts', 'id'), 1234567)");
  };
  const auto copied = run(*source, faulty);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().message, "the copy differs from its source: users:" + changed + ", the next id of posts");
  const auto plan = postgres::Store::open(database(url_), {schema_, clock_, log_, metrics_}).value()->plan();
  EXPECT_TRUE(plan->has(SchemaDifference::Kind::blocking)) << "what differs is not served";
}

}  // namespace
}  // namespace banyan
