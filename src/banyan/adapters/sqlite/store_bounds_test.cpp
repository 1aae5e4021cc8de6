// What a store does with damage, with more than it may hold, and without memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <atomic>
#include <new>
#include <optional>
#include <thread>

#include "banyan/adapters/sqlite/store_fixture.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests

class StoreBoundsTest : public StoreTest {};

TEST_F(StoreBoundsTest, a_version_that_no_write_gave_is_damage_to_every_reader) {
  ASSERT_TRUE(opened.apply({user("Alice")}));
  RawDatabase raw(opened.options.file);
  for (const char* version : {"0", "-1"}) {
    raw.run(std::string("UPDATE users SET _version = ") + version);
    EXPECT_EQ(opened.find("users", number(1)).error().code, ErrorCode::internal) << version;
    EXPECT_EQ(opened.list({.collection = &opened.at("users")}).error().code, ErrorCode::internal) << version;
  }
  ASSERT_TRUE(opened.apply({opened.update("users", number(1), {{"name", text("Bob")}})})) << "which repairs it";
  EXPECT_TRUE(opened.find("users", number(1)));
}

TEST_F(StoreBoundsTest, an_update_changes_nothing_of_a_record_that_cannot_be_read_but_mends_it) {
  Opened weights(Options{.file = directory.path() / "weights.db"},
                 schema({collection("weights", {field("of", FieldType::text), field("kg", FieldType::number)})}));
  ASSERT_TRUE(weights.start());
  ASSERT_TRUE(weights.apply({weights.create("weights", {{"of", text("stone")}, {"kg", Value(1.5)}})}));
  RawDatabase raw(weights.options.file);
  const auto rename = [&] { return weights.apply({weights.update("weights", number(1), {{"of", text("rock")}})}); };
  raw.run("UPDATE weights SET kg = 9e999");
  const auto refused = rename();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::internal);
  EXPECT_NE(refused.error().detail.find("column kg"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(raw.ask("SELECT of FROM weights"), "stone\n");
  ASSERT_TRUE(weights.apply({weights.update("weights", number(1), {{"kg", Value(2.0)}})})) << "which repairs it";
  EXPECT_TRUE(weights.find("weights", number(1)));

  raw.run("UPDATE weights SET _version = 9223372036854775807");
  EXPECT_EQ(rename().error().code, ErrorCode::internal) << "no version is left above it";
  EXPECT_EQ(raw.ask("SELECT of FROM weights"), "stone\n");
}

// Rules are asked of records, too, and compare bytes there.
TEST_F(StoreBoundsTest, texts_are_compared_by_their_bytes_whatever_the_column_says) {
  const std::filesystem::path file = directory.path() / "adopted.db";
  RawDatabase raw(file);
  raw.run(
      "CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT COLLATE NOCASE, name TEXT COLLATE RTRIM, "
      "_version INTEGER NOT NULL DEFAULT 1) STRICT; CREATE INDEX by_email ON people (email COLLATE BINARY); "
      "INSERT INTO people (email, name) VALUES ('b@x.y', 'Ann'), ('B@x.y', 'Ann '), ('C@x.y', 'ann')");
  Opened adopted(Options{.file = file},
                 schema({collection("people", {field("email", FieldType::text), field("name", FieldType::text)})}));
  ASSERT_TRUE(adopted.start());
  const auto ids = [&](Query query) {
    query.collection = &adopted.at("people");
    const auto page = adopted.list(query);
    std::string all;
    if (page)
      for (const Record& record : page->records) all += std::to_string(std::get<std::int64_t>(record.values[0]));
    return page ? all : page.error().message + page.error().detail;
  };
  EXPECT_EQ(ids({.filter = Filter::compare(1, CompareOp::eq, {text("b@x.y")})}), "1");
  EXPECT_EQ(ids({.filter = Filter::compare(1, CompareOp::in, {text("B@x.y"), text("c@x.y")})}), "2");
  EXPECT_EQ(ids({.filter = Filter::compare(2, CompareOp::eq, {text("Ann")})}), "1");
  EXPECT_EQ(ids({.order = {{.field = 1}}}), "231");
  Write rename{.kind = Write::Kind::update_matches, .collection = &adopted.at("people")};
  rename.changes = {{2, text("x")}};
  rename.filter = Filter::compare(1, CompareOp::eq, {text("c@x.y")});
  EXPECT_EQ(adopted.apply({rename})->changes.size(), 0U);
}

TEST_F(StoreBoundsTest, text_that_is_not_utf8_is_damage) {
  ASSERT_TRUE(opened.apply({user("Alice")}));
  RawDatabase(opened.options.file).run("UPDATE users SET name = CAST(x'41ff42' AS TEXT)");
  EXPECT_EQ(opened.find("users", number(1)).error().code, ErrorCode::internal);
  EXPECT_EQ(opened.list({.collection = &opened.at("users")}).error().code, ErrorCode::internal);
}

/// While it lives the process can open no file.
class NoFileHandles {
 public:
  NoFileHandles() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{0, before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  NoFileHandles(const NoFileHandles&) = delete;
  NoFileHandles& operator=(const NoFileHandles&) = delete;
  ~NoFileHandles() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(StoreBoundsTest, reads_go_on_without_file_handles) {
#ifdef BANYAN_VPTR_SANITIZED
  GTEST_SKIP() << "UBSan needs a file handle to look at a vptr";
#endif
  ASSERT_TRUE(opened.apply({user("Alice")}));
  std::optional<Result<Record>> found;
  std::optional<Result<RecordPage>> page;
  {
    const NoFileHandles none;
    std::thread([&] { found.emplace(opened.find("users", number(1))); }).join();
    std::thread([&] { page.emplace(opened.list({.collection = &opened.at("users")})); }).join();
  }
  EXPECT_TRUE(*found) << found->error().message;
  EXPECT_TRUE(*page) << page->error().message;
}

TEST_F(StoreBoundsTest, an_update_answers_what_a_trigger_made_of_it) {
  ASSERT_TRUE(opened.apply({user("Alice")}));
  RawDatabase(opened.options.file)
      .run(
          "CREATE TRIGGER shout AFTER UPDATE OF name ON users BEGIN "
          "UPDATE users SET name = upper(new.name) WHERE id = new.id; END");
  const auto applied = opened.apply({opened.update("users", number(1), {{"name", text("Bob")}})});
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->changes.front().record, *opened.find("users", number(1)));
  EXPECT_EQ(applied->changes.front().record->values[1], text("BOB"));
}

TEST_F(StoreBoundsTest, a_page_of_too_many_bytes_is_refused) {
  Opened small(Options{.file = directory.path() / "small.db", .page_bytes_max = 10'000});
  ASSERT_TRUE(small.start());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(small.apply({small.create("users", {{"name", text(std::string(3'000, 'x'))}})}));
  }
  const auto page = small.list({.collection = &small.at("users")});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::too_large);
  EXPECT_EQ(page.error().reason, "page_too_large");
  EXPECT_THAT(page.error().hint, ::testing::HasSubstr("limit"));
  EXPECT_EQ(small.list({.collection = &small.at("users"), .limit = 2})->records.size(), 2U);
}

TEST_F(StoreBoundsTest, a_write_that_changes_too_many_bytes_is_refused_and_changes_nothing) {
  Opened small(Options{.file = directory.path() / "small.db", .page_bytes_max = 10'000});
  ASSERT_TRUE(small.start());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(small.apply({small.create("users", {{"name", text(std::string(3'000, 'x'))}})}));
  }
  Write all{.kind = Write::Kind::update_matches, .collection = &small.at("users")};
  all.changes = {{3, number(7)}};
  EXPECT_EQ(small.apply({all}).error().code, ErrorCode::too_large);
  all.kind = Write::Kind::remove_matches;
  all.changes.clear();
  EXPECT_EQ(small.apply({all}).error().code, ErrorCode::too_large);
  std::vector<Write> one_often(5, small.update("users", number(1), {{"age", number(7)}}));
  EXPECT_EQ(small.apply(one_often).error().code, ErrorCode::too_large);
  one_often.resize(3);
  EXPECT_TRUE(small.apply(one_often));
  EXPECT_TRUE(is_null(small.find("users", number(2))->values[3]));
}

/// Has no memory left at one look.
class StarvedClock final : public Clock {
 public:
  SteadyTime steady() const override { return look(), system_.steady(); }
  UnixMicros wall() const override { return look(), system_.wall(); }
  mutable std::atomic<int> looks_left = 0;

 private:
  void look() const {
    if (--looks_left == 0) throw std::bad_alloc();
  }
  SystemClock system_;
};

TEST_F(StoreBoundsTest, a_read_without_memory_is_refused_and_the_reader_goes_on) {
  const StarvedClock clock;
  Context context{opened.executor, clock, clock.steady() + std::chrono::seconds(30)};
  clock.looks_left = 2;
  const auto page = block_on(opened.store->list(context, {.collection = &opened.at("users")}));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(opened.list({.collection = &opened.at("users")}));
}

/// Its wall clock, which the store asks while it applies a write, has no memory left once.
class StarvedWall final : public Clock {
 public:
  SteadyTime steady() const override { return system_.steady(); }
  UnixMicros wall() const override {
    if (starves.exchange(false)) throw std::bad_alloc();
    return system_.wall();
  }
  mutable std::atomic<bool> starves = false;

 private:
  SystemClock system_;
};

TEST_F(StoreBoundsTest, a_write_without_memory_is_undone_and_the_writer_goes_on) {
  const auto file = opened.options.file;
  opened.store.reset();
  const StarvedWall clock;
  auto store = Store::open(Options{.file = file}, {*opened.schema, clock, opened.log, opened.metrics});
  ASSERT_TRUE(store);
  opened.store = std::move(*store);
  ASSERT_TRUE(opened.store->start());
  clock.starves = true;
  const auto failed = opened.apply({user("Alice")});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(opened.apply({user("Bob")}));
  EXPECT_FALSE(opened.store->unready_reason());
  EXPECT_EQ(RawDatabase(file).ask("SELECT name FROM users"), "Bob\n");
  opened.store.reset();
}

}  // namespace
}  // namespace banyan::sqlite
