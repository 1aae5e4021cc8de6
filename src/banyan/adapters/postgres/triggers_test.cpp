// What other programs do to a table reaches Banyan.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "banyan/adapters/postgres/listener.hpp"
#include "banyan/adapters/postgres/schema_test_support.hpp"
#include "banyan/adapters/postgres/triggers.hpp"

namespace banyan::postgres {
namespace {

using namespace schema_testing;  // NOLINT: the words of these tests
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = SchemaDifference::Kind;

constexpr const char* alice = "018f0000-0000-7000-8000-00000000000a";
constexpr const char* bob = "018f0000-0000-7000-8000-00000000000b";

/// Gathers what the store is told.
class Heard {
 public:
  void operator()(const ForeignChange& change) {
    const std::lock_guard lock(mutex_);
    keys_.insert(keys_.end(), change.keys.begin(), change.keys.end());
    everything_ += change.everything ? 1 : 0;
    changed_.notify_all();
  }
  /// Waits until the key has been told, and answers the versions of the last time.
  std::optional<Version> version_of(const RecordKey& key) {
    std::unique_lock lock(mutex_);
    std::optional<Version> found;
    changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      for (const auto& told : keys_)
        if (told.key == key) found = told.version;
      return found.has_value();
    });
    return found;
  }
  bool everything() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return everything_ > 0; });
  }
  std::vector<ForeignChange::Key> take() {
    const std::lock_guard lock(mutex_);
    everything_ = 0;
    return std::exchange(keys_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ForeignChange::Key> keys_;
  int everything_ = 0;
};

class TriggersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    opened = std::make_unique<Opened>(database, collections());
    ASSERT_TRUE(opened->open());
    ASSERT_TRUE(opened->store->apply_additive(*opened->store->plan()));
    opened->store->on_foreign_change([this](const ForeignChange& change) { heard(change); });
    ASSERT_TRUE(opened->store->start());
    ASSERT_TRUE(heard.everything()) << "it listens";
    heard.take();
  }
  void TearDown() override { opened.reset(); }

  static std::vector<Collection> collections() {
    Collection uncached = collection("uncached", {field("name", FieldType::text)});
    uncached.cached = false;
    return {collection("users", {required(field("name", FieldType::text))}),
            collection("labels", {field("word", FieldType::text)}, IdKind::uuid),
            collection("notes", {reference("label", "labels", OnDelete::cascade)}, IdKind::uuid), uncached};
  }
  RecordKey key(std::string_view name, Value id) const { return RecordKey(&opened->at(name), std::move(id)); }
  /// What was told until a change made now was.
  std::vector<ForeignChange::Key> told_until_now() {
    database.run("INSERT INTO users (id, name) VALUES (1000000, 'the end')");
    EXPECT_TRUE(heard.version_of(key("users", number(1'000'000))));
    database.run("DELETE FROM users WHERE id = 1000000");
    std::vector<ForeignChange::Key> keys = heard.take();
    std::erase_if(keys, [&](const auto& told) { return told.key == key("users", number(1'000'000)); });
    return keys;
  }
  Version version_in(const std::string& table, const std::string& condition) {
    return std::stoull(database.run("SELECT _version FROM " + table + " WHERE " + condition));
  }

  TestDatabase database;
  Heard heard;
  std::unique_ptr<Opened> opened;
};

TEST_F(TriggersTest, an_insert_gets_the_clock_as_version_and_is_told) {
  const auto before = static_cast<Version>(opened->clock.wall());
  database.run("INSERT INTO users (name) VALUES ('Alice')");
  const auto told = heard.version_of(key("users", number(1)));
  ASSERT_TRUE(told);
  EXPECT_EQ(*told, version_in("users", "id = 1"));
  EXPECT_NEAR(static_cast<double>(*told), static_cast<double>(before), 60e6);
}

TEST_F(TriggersTest, an_update_gets_a_higher_version_even_where_the_clock_is_behind) {
  ASSERT_TRUE(opened->apply({opened->create("users", {{"name", text("Alice")}})}));
  const Version first = opened->find("users", number(1))->version;
  ASSERT_EQ(heard.version_of(key("users", number(1))), first) << "the store hears itself too";
  heard.take();
  database.run("UPDATE users SET name = 'Bob' WHERE id = 1");
  EXPECT_GT(heard.version_of(key("users", number(1))), first);
  const Version ahead = first + 1'000'000'000'000;
  database.run("SET banyan.writer = 'on'; UPDATE users SET _version = " + std::to_string(ahead));
  heard.take();
  database.run("UPDATE users SET name = 'Carol' WHERE id = 1");
  EXPECT_EQ(heard.version_of(key("users", number(1))), ahead + 1);
  EXPECT_EQ(opened->find("users", number(1))->version, ahead + 1);
}

// A database that was there before Banyan may have triggers of its own, which change other records than the write does.
TEST_F(TriggersTest, what_another_trigger_changes_under_a_write_of_banyans_is_told_too) {
  ASSERT_TRUE(opened->apply({opened->create("users", {{"name", text("Alice")}})}));
  const Version first = opened->find("users", number(1))->version;
  ASSERT_EQ(heard.version_of(key("users", number(1))), first);
  heard.take();
  database.run(
      "CREATE FUNCTION count_labels() RETURNS trigger LANGUAGE plpgsql AS "
      "$$BEGIN UPDATE users SET name = name || '+'; RETURN NULL; END$$; "
      "CREATE TRIGGER counts AFTER INSERT ON labels FOR EACH ROW EXECUTE FUNCTION count_labels()");
  ASSERT_TRUE(opened->apply({opened->create("labels", {{"id", text(alice)}, {"word", text("a")}})}));
  EXPECT_GT(heard.version_of(key("users", number(1))), first);
  EXPECT_GT(opened->find("users", number(1))->version, first);
}

TEST_F(TriggersTest, a_deleted_uuid_comes_again_above_its_grave) {
  const std::string id = std::string("'") + alice + "'";
  database.run("INSERT INTO labels (id, word) VALUES (" + id + ", 'a')");
  database.run("SET banyan.writer = 'on'; UPDATE labels SET _version = 9000000000000000");
  ASSERT_TRUE(heard.version_of(key("labels", text(alice))));
  heard.take();
  database.run("DELETE FROM labels");
  EXPECT_EQ(heard.version_of(key("labels", text(alice))), 9'000'000'000'000'001U);
  heard.take();
  database.run("INSERT INTO labels (id, word) VALUES (" + id + ", 'b')");
  EXPECT_EQ(heard.version_of(key("labels", text(alice))), 9'000'000'000'000'002U);
  database.run("DELETE FROM labels");
  const auto again = opened->apply({opened->create("labels", {{"id", text(alice)}, {"word", text("c")}})});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->changes[0].version, 9'000'000'000'000'004U) << "Banyan heeds the grave too";
}

TEST_F(TriggersTest, a_changed_id_tells_both) {
  database.run(std::string("INSERT INTO labels (id, word) VALUES ('") + alice + "', 'a')");
  heard.version_of(key("labels", text(alice)));
  heard.take();
  database.run(std::string("UPDATE labels SET id = '") + bob + "'");
  const auto to = heard.version_of(key("labels", text(bob)));
  ASSERT_TRUE(to);
  EXPECT_EQ(heard.version_of(key("labels", text(alice))), to);
  EXPECT_EQ(database.run("SELECT id, version FROM _banyan_graves"), std::string(alice) + "\t" + std::to_string(*to));
}

TEST_F(TriggersTest, what_the_database_deletes_along_is_told_as_well) {
  database.run(
      "ALTER TABLE notes DROP CONSTRAINT notes_label_fkey, ADD FOREIGN KEY (label) REFERENCES labels ON "
      "DELETE CASCADE");
  database.run(std::string("INSERT INTO labels (id) VALUES ('") + alice +
               "'); INSERT INTO notes (id, label) VALUES ('" + bob + "', '" + alice + "')");
  heard.version_of(key("notes", text(bob)));
  heard.take();
  database.run("DELETE FROM labels");
  EXPECT_TRUE(heard.version_of(key("notes", text(bob))));
}

TEST_F(TriggersTest, a_truncated_table_and_a_large_change_tell_everything) {
  database.run("TRUNCATE users");
  EXPECT_TRUE(heard.everything());
  heard.take();
  database.run("INSERT INTO users (name) SELECT 'x' FROM generate_series(1, 3000)");
  EXPECT_TRUE(heard.everything());
  EXPECT_LE(heard.take().size(), 1000U);
}

TEST_F(TriggersTest, what_is_rolled_back_is_not_told) {
  database.run("BEGIN; INSERT INTO users (name) VALUES ('Alice'); ROLLBACK");
  EXPECT_THAT(told_until_now(), IsEmpty());
}

TEST_F(TriggersTest, banyans_own_writes_are_told_once_and_not_by_the_triggers) {
  Connection own = database.connect();
  ASSERT_TRUE(
      own.execute("INSERT INTO users (name) VALUES ('Alice'); UPDATE users SET name = 'Bob'; DELETE FROM users; "
                  "TRUNCATE users"));
  EXPECT_THAT(told_until_now(), IsEmpty());
  ASSERT_TRUE(opened->apply({opened->create("users", {{"name", text("Alice")}})}));
  EXPECT_LE(told_until_now().size(), 1U);
}

TEST_F(TriggersTest, every_table_that_banyan_makes_has_them_cached_or_not) {
  EXPECT_EQ(database.run("SELECT count(*) FROM pg_trigger WHERE tgname LIKE '\\_banyan%'"),
            std::to_string(4 * triggers_of_a_table));
}

TEST_F(TriggersTest, another_role_needs_no_rights_to_banyans_own_tables) {
  const std::string role = "writer_" + banyan::testkit::PostgresAddress::name_in(database.url());
  database.run("CREATE ROLE " + role + "; GRANT SELECT, INSERT, UPDATE, DELETE ON labels TO " + role);
  database.run("SET ROLE " + role + "; INSERT INTO labels (id) VALUES ('" + alice + "'); DELETE FROM labels");
  EXPECT_TRUE(heard.version_of(key("labels", text(alice))));
  EXPECT_EQ(database.run("SELECT count(*) FROM _banyan_graves"), "1");
  database.run("GRANT CREATE ON SCHEMA public TO " + role);
  EXPECT_THROW(database.run("SET ROLE " + role +
                            "; CREATE TABLE mine (id bigint); CREATE TRIGGER t AFTER INSERT ON mine "
                            "FOR EACH ROW EXECUTE FUNCTION _banyan_tell()"),
               std::runtime_error)
      << "who could would borrow the rights of the functions' owner";
  database.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
}

TEST(Triggers, may_be_made_again) {
  TestDatabase database;
  database.run("CREATE TABLE things (id bigserial PRIMARY KEY, _version bigint)");
  for (int i = 0; i < 2; ++i) {
    for (const TriggerFunction& function : trigger_functions) database.run(function.make());
    for (const std::string& statement : triggers_anew("things")) database.run(statement);
  }
  EXPECT_EQ(database.run("SELECT count(*) FROM pg_trigger"), std::to_string(triggers_of_a_table));
}

TEST(Triggers, name_the_table_and_not_its_partition) {
  TestDatabase database;
  Opened opened(database, {collection("things", {field("name", FieldType::text)})});
  database.run(
      "CREATE TABLE things (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text, _version bigint NOT "
      "NULL DEFAULT 1) PARTITION BY RANGE (id); CREATE TABLE first_things PARTITION OF things FOR VALUES FROM (0) TO "
      "(100)");
  for (const TriggerFunction& function : trigger_functions) database.run(function.make());
  for (const std::string& statement : triggers_on("things")) database.run(statement);
  Heard heard;
  ASSERT_TRUE(opened.open());
  const auto plan = opened.store->plan();
  ASSERT_TRUE(plan);
  EXPECT_THAT(words(*plan, Kind::offered), IsEmpty());
  ASSERT_TRUE(opened.store->apply_additive(*plan));
  opened.store->on_foreign_change([&](const ForeignChange& change) { heard(change); });
  ASSERT_TRUE(opened.store->start());
  ASSERT_TRUE(heard.everything());
  database.run("INSERT INTO first_things (id, name) VALUES (7, 'x')");
  EXPECT_TRUE(heard.version_of(RecordKey(&opened.at("things"), number(7))));
  opened.store.reset();
}

TEST(Triggers, are_offered_for_a_table_that_others_made_unless_it_is_not_cached) {
  TestDatabase database;
  database.run("CREATE TABLE users (id bigserial PRIMARY KEY, name text)");
  Opened opened(database, {collection("users", {field("name", FieldType::text)})});
  ASSERT_TRUE(opened.open());
  const auto plan = opened.store->plan();
  ASSERT_TRUE(plan);
  EXPECT_THAT(words(*plan, Kind::offered), ElementsAre(HasSubstr("other programs make to users are not seen")));
  Collection users = collection("users", {field("name", FieldType::text)});
  users.cached = false;
  Opened uncached(database, {users});
  ASSERT_TRUE(uncached.open());
  EXPECT_THAT(words(*uncached.store->plan(), Kind::offered), IsEmpty());
}

TEST(Notification, of_a_whole_table_is_understood) {
  const auto made = schema({collection("users", {}), collection("labels", {}, IdKind::uuid)});
  EXPECT_TRUE(parse_notification(*made, "users *").everything);
  EXPECT_FALSE(parse_notification(*made, "strangers *").everything) << "it concerns nobody";
  const auto mixed = parse_notification(*made, "users 5 1\nlabels *");
  EXPECT_TRUE(mixed.everything);
  EXPECT_TRUE(parse_notification(*made, "users 5").everything) << "unintelligible";
}

}  // namespace
}  // namespace banyan::postgres
