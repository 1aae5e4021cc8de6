// How the store opens, and what it says where it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "banyan/adapters/sqlite/raw_database.hpp"
#include "banyan/adapters/sqlite/test_support.hpp"

namespace banyan::sqlite {
namespace {

using namespace testkit;  // NOLINT: the words of these tests
using ::testing::HasSubstr;

class StoreOpenTest : public ::testing::Test {
 protected:
  Error refusal(const std::filesystem::path& at) {
    Opened opened(Options{.file = at});
    const auto started = opened.start();
    return started ? Error(ErrorCode::internal, "it opened") : started.error();
  }
  TempDirectory directory;
  std::filesystem::path file = directory.path() / "app.db";
};

TEST_F(StoreOpenTest, a_second_owner_is_told_who_holds_the_file_and_which_stage_serves_several) {
  Opened first(Options{.file = file});
  ASSERT_TRUE(first.start());
  const Error error = refusal(file);
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_EQ(error.reason, "database_in_use");
  EXPECT_THAT(error.message, HasSubstr("pid " + std::to_string(getpid())));
  EXPECT_THAT(error.hint, HasSubstr("stage 3"));
  EXPECT_THAT(error.hint, HasSubstr("postgres://"));

  std::filesystem::create_symlink(file, directory.path() / "other.db");
  EXPECT_EQ(refusal(directory.path() / "other.db").reason, "database_in_use") << "another name of the same file";

  first.store.reset();
  Opened second(Options{.file = file});
  EXPECT_TRUE(second.start());
}

TEST_F(StoreOpenTest, a_file_that_is_no_database_is_named) {
  std::ofstream(file) << std::string(8192, 'x');
  const Error error = refusal(file);
  EXPECT_EQ(error.code, ErrorCode::invalid);
  EXPECT_THAT(error.message, HasSubstr(file.string() + " is not an SQLite database"));
}

TEST_F(StoreOpenTest, a_database_that_was_cut_off_is_damaged) {
  RawDatabase(file).run("CREATE TABLE a (b); INSERT INTO a VALUES (zeroblob(100000))");
  std::filesystem::resize_file(file, 4096 * 3);
  const Error error = refusal(file);
  EXPECT_EQ(error.code, ErrorCode::internal);
  EXPECT_THAT(error.message, HasSubstr("is damaged"));
  EXPECT_THAT(error.hint, HasSubstr("backup"));
}

TEST_F(StoreOpenTest, a_file_of_several_names_is_refused) {
  RawDatabase(file).run("CREATE TABLE a (b)");
  std::filesystem::create_hard_link(file, directory.path() / "other.db");
  for (const char* name : {"app.db", "other.db"}) {
    const Error error = refusal(directory.path() / name);
    EXPECT_EQ(error.code, ErrorCode::invalid);
    EXPECT_THAT(error.message, HasSubstr(name));
    EXPECT_THAT(error.message, HasSubstr("hard links"));
  }
}

TEST_F(StoreOpenTest, a_new_database_has_pages_of_2_kib_and_another_keeps_its_own) {
  RawDatabase(file).run("PRAGMA page_size = 8192; CREATE TABLE a (b)");
  for (const char* name : {"app.db", "new.db"}) {
    Opened opened(Options{.file = directory.path() / name});
    ASSERT_TRUE(opened.start());
  }
  EXPECT_EQ(RawDatabase(file).ask("PRAGMA page_size"), "8192\n");
  EXPECT_EQ(RawDatabase(directory.path() / "new.db").ask("PRAGMA page_size"), "2048\n");
}

TEST_F(StoreOpenTest, a_directory_in_place_of_the_file_is_refused) {
  const Error error = refusal(directory.path());
  EXPECT_EQ(error.code, ErrorCode::invalid);
  EXPECT_THAT(error.message, HasSubstr("is a directory"));
}

TEST_F(StoreOpenTest, a_file_where_the_directory_should_be_is_refused) {
  std::ofstream(directory.path() / "data") << "x";
  const Error error = refusal(directory.path() / "data" / "app.db");
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_THAT(error.message, HasSubstr("data"));
}

/// Gives up the rights of root for a while; they are above permissions.
class AsNobody {
 public:
  AsNobody() { done_ = geteuid() != 0 || seteuid(65534) == 0; }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  ~AsNobody() {
    if (getuid() == 0 && seteuid(0) != 0) abort();
  }
  bool done() const { return done_; }

 private:
  bool done_;
};

TEST_F(StoreOpenTest, a_read_only_directory_is_told) {
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0555));
  {
    const AsNobody nobody;
    ASSERT_TRUE(nobody.done());
    const Error error = refusal(file);
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_THAT(error.message, HasSubstr("Permission denied"));
    EXPECT_THAT(error.hint, HasSubstr("right to write"));
  }
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
}

TEST_F(StoreOpenTest, a_read_only_file_is_told) {
  RawDatabase(file).run("CREATE TABLE a (b)");
  std::filesystem::permissions(file, std::filesystem::perms(0444));
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0777));
  const AsNobody nobody;
  ASSERT_TRUE(nobody.done());
  const Error error = refusal(file);
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_THAT(error.message, HasSubstr("read-only"));
}

TEST_F(StoreOpenTest, plans_are_made_while_a_server_runs_and_change_nothing) {
  Opened server(Options{.file = file});
  ASSERT_TRUE(server.start());
  Opened other(Options{.file = file}, schema({collection("things", {field("name", FieldType::text)})}));
  auto keeper = Store::open_for_plan(other.options, {*other.schema, other.clock, other.log, other.metrics});
  ASSERT_TRUE(keeper) << keeper.error().message;
  const auto plan = (*keeper)->plan();
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_TRUE(plan->has(SchemaDifference::Kind::additive));
  EXPECT_TRUE(plan->has(SchemaDifference::Kind::unknown));
  EXPECT_EQ((*keeper)->apply_additive(*plan).error().code, ErrorCode::unsupported);
  EXPECT_TRUE(server.store->plan()->differences.empty());
}

TEST_F(StoreOpenTest, a_plan_for_a_file_that_is_not_there_makes_none) {
  Opened opened(Options{.file = file});
  auto keeper = Store::open_for_plan(opened.options, {*opened.schema, opened.clock, opened.log, opened.metrics});
  ASSERT_TRUE(keeper);
  EXPECT_TRUE((*keeper)->plan()->has(SchemaDifference::Kind::additive));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(StoreOpenTest, a_store_that_closed_leaves_one_file_without_a_log) {
  Opened opened(Options{.file = file});
  ASSERT_TRUE(opened.start());
  ASSERT_TRUE(opened.apply({opened.create("users", {{"name", text("Alice")}})}));
  ASSERT_TRUE(opened.find("users", number(1)));
  opened.store.reset();
  EXPECT_FALSE(std::filesystem::exists(file.string() + "-wal"));
  ASSERT_TRUE(opened.start());
  EXPECT_TRUE(opened.find("users", number(1)));
}

}  // namespace
}  // namespace banyan::sqlite
