#include <chrono>
#include <set>

#include "tests/contracts/record_store_contract.hpp"

// Ids, versions, updates and deletions of single records.
namespace banyan::contracts {

bool link_contract_writes() { return true; }

namespace {

using namespace std::chrono_literals;

std::int64_t number(const Value& id) { return std::get<std::int64_t>(id); }

TEST_P(RecordStoreContract, integer_ids_begin_at_one_and_grow) {
  EXPECT_EQ(make("users"), integer(1));
  const auto second = number(make("users"));
  EXPECT_GT(second, 1);
  EXPECT_GT(number(make("users")), second);
}

TEST_P(RecordStoreContract, each_collection_counts_its_own_ids) {
  make("users");
  EXPECT_EQ(make("posts"), integer(1));
}

TEST_P(RecordStoreContract, the_id_of_the_newest_record_is_not_used_again_when_it_is_deleted) {
  make("users");
  const Value newest = make("users");
  must_apply(removal("users", newest));
  EXPECT_GT(number(make("users")), number(newest));
}

TEST_P(RecordStoreContract, ids_are_not_used_again_when_all_records_are_deleted) {
  for (int i = 0; i < 3; ++i) make("users");
  for (std::int64_t id = 1; id <= 3; ++id) must_apply(removal("users", integer(id)));
  EXPECT_GT(number(make("users")), 3);
}

TEST_P(RecordStoreContract, the_version_of_a_new_record_is_the_clock_in_microseconds) {
  clock_.set_wall(1'777'777'777'777'777);
  EXPECT_EQ(must_apply(creation("users")).version, Version{1'777'777'777'777'777});
}

TEST_P(RecordStoreContract, an_update_takes_the_clock_as_version_when_it_has_gone_on) {
  const Value id = make("users");
  clock_.advance(5s);
  const auto now = static_cast<Version>(clock_.wall());
  EXPECT_EQ(must_apply(change("users", id, {{"age", integer(1)}})).version, now);
  clock_.advance(1us);
  EXPECT_EQ(must_apply(removal("users", id)).version, now + 1);
}

TEST_P(RecordStoreContract, versions_grow_by_one_while_the_clock_stands_still) {
  const Changed created = must_apply(creation("users"));
  const Value id = created.key.id;
  EXPECT_EQ(must_apply(change("users", id, {{"age", integer(1)}})).version, created.version + 1);
  EXPECT_EQ(must_apply(change("users", id, {{"age", integer(1)}})).version, created.version + 2)
      << "also where nothing changes";
  EXPECT_EQ(must_apply(removal("users", id)).version, created.version + 3);
}

TEST_P(RecordStoreContract, versions_grow_while_the_clock_goes_backwards) {
  const Changed created = must_apply(creation("users"));
  clock_.set_wall(clock_.wall() - 3'600'000'000);
  EXPECT_EQ(must_apply(change("users", created.key.id, {{"age", integer(1)}})).version, created.version + 1);
  EXPECT_EQ(must_apply(removal("users", created.key.id)).version, created.version + 2);
}

TEST_P(RecordStoreContract, a_uuid_that_is_created_again_gets_a_version_past_its_deletion) {
  const Changed created = must_apply(creation("tags", {{"id", uuid(5)}}));
  const Changed deleted = must_apply(removal("tags", uuid(5)));
  EXPECT_GT(deleted.version, created.version);
  clock_.set_wall(clock_.wall() - 1'000'000);
  EXPECT_GT(must_apply(creation("tags", {{"id", uuid(5)}})).version, deleted.version);
}

TEST_P(RecordStoreContract, an_update_sets_what_it_names_and_leaves_the_rest) {
  const Named values{{"name", text("Ann")}, {"age", integer(30)}, {"score", 2.5}, {"handle", text("ann")}};
  const Value id = make("users", values);
  const Record before = must_find("users", id);
  const Changed changed = must_apply(change("users", id, {{"age", integer(31)}, {"handle", Null()}}));
  Record expected = before;
  expected.version = changed.version;
  expected.values[field("users", "age")] = integer(31);
  expected.values[field("users", "handle")] = Null();
  EXPECT_EQ(changed.record, expected) << "the answer holds the whole record, not only what was set";
  EXPECT_EQ(must_find("users", id), expected);
}

TEST_P(RecordStoreContract, an_update_touches_one_record_only) {
  const Value one = make("users", {{"age", integer(1)}});
  const Value two = make("users", {{"age", integer(1)}});
  const Record before = must_find("users", two);
  must_apply(change("users", one, {{"age", integer(2)}}));
  EXPECT_EQ(must_find("users", two), before);
}

TEST_P(RecordStoreContract, an_update_reaches_a_record_by_its_uuid) {
  make("tags", {{"id", uuid(1)}});
  must_apply(change("tags", uuid(1), {{"weight", integer(9)}}));
  EXPECT_EQ(value_of("tags", uuid(1), "weight"), integer(9));
}

TEST_P(RecordStoreContract, a_deleted_record_is_gone_and_answered_without_a_record) {
  const Value id = make("users");
  const Changed deleted = must_apply(removal("users", id));
  EXPECT_FALSE(deleted.record.has_value());
  EXPECT_EQ(deleted.key, key("users", id));
  EXPECT_FALSE(exists("users", id));
  EXPECT_TRUE(ids(query("users")).empty());
}

TEST_P(RecordStoreContract, changing_or_deleting_what_is_not_there_is_not_found) {
  EXPECT_TRUE(fails_with(apply(change("users", integer(9), {{"age", integer(1)}})), ErrorCode::not_found));
  EXPECT_TRUE(fails_with(apply(removal("users", integer(9))), ErrorCode::not_found));
  EXPECT_TRUE(fails_with(apply(removal("tags", uuid(9))), ErrorCode::not_found));
  const Value id = make("users");
  must_apply(removal("users", id));
  EXPECT_TRUE(fails_with(apply(removal("users", id)), ErrorCode::not_found)) << "nor twice";
  EXPECT_TRUE(fails_with(apply(change("users", id, {{"age", integer(1)}})), ErrorCode::not_found));
}

TEST_P(RecordStoreContract, a_write_that_expects_the_version_there_is_happens) {
  const Changed created = must_apply(creation("users"));
  const Changed changed = must_apply(change("users", created.key.id, {{"age", integer(1)}}, created.version));
  must_apply(removal("users", created.key.id, changed.version));
  EXPECT_FALSE(exists("users", created.key.id));
}

TEST_P(RecordStoreContract, a_write_that_expects_another_version_changes_nothing) {
  const Changed created = must_apply(creation("users", {{"age", integer(1)}}));
  const Value id = created.key.id;
  for (const Version wrong : {created.version - 1, created.version + 1, Version{0}}) {
    EXPECT_TRUE(fails_with(apply(change("users", id, {{"age", integer(2)}}, wrong)), ErrorCode::version_mismatch));
    EXPECT_TRUE(fails_with(apply(removal("users", id, wrong)), ErrorCode::version_mismatch));
  }
  EXPECT_EQ(must_find("users", id), *created.record);
}

TEST_P(RecordStoreContract, expecting_a_version_of_what_is_not_there_is_not_found) {
  EXPECT_TRUE(fails_with(apply(change("users", integer(9), {{"age", integer(1)}}, 1)), ErrorCode::not_found));
  EXPECT_TRUE(fails_with(apply(removal("users", integer(9), 1)), ErrorCode::not_found));
}

TEST_P(RecordStoreContract, a_batch_answers_one_change_a_write_in_order) {
  const Value old = make("users", {{"age", integer(1)}});
  const Value gone = make("users");
  const Applied applied =
      must_apply({creation("users", {{"name", text("new")}}), change("users", old, {{"age", integer(2)}}),
                  removal("users", gone), creation("posts", {{"title", text("post")}})});
  ASSERT_EQ(applied.changes.size(), 4U);
  EXPECT_EQ(applied.changes[0].record.value().values[field("users", "name")], text("new"));
  EXPECT_EQ(applied.changes[1].key, key("users", old));
  EXPECT_EQ(applied.changes[1].record.value().values[field("users", "age")], integer(2));
  EXPECT_EQ(applied.changes[2].key, key("users", gone));
  EXPECT_FALSE(applied.changes[2].record.has_value());
  EXPECT_EQ(applied.changes[3].key.collection, &collection("posts"));
}

TEST_P(RecordStoreContract, the_writes_of_a_batch_see_those_before_them) {
  const Changed created = must_apply(creation("users", {{"age", integer(1)}}));
  const Value id = created.key.id;
  must_apply({change("users", id, {{"age", integer(2)}}), change("users", id, {{"score", 1.5}}, created.version + 1),
              removal("users", id, created.version + 2)});
  EXPECT_FALSE(exists("users", id));
  EXPECT_TRUE(fails_with(apply({removal("users", id), removal("users", id)}), ErrorCode::not_found, {"[0]"}));
}

TEST_P(RecordStoreContract, an_empty_batch_does_nothing) {
  EXPECT_TRUE(must_apply(std::vector<Write>()).changes.empty());
}

TEST_P(RecordStoreContract, a_batch_of_many_creates_gives_each_its_own_id) {
  std::vector<Write> writes;
  for (int i = 0; i < 500; ++i) writes.push_back(creation("users", {{"age", integer(i)}}));
  const Applied applied = must_apply(std::move(writes));
  std::set<Value> seen;
  for (std::size_t i = 0; i < 500; ++i) {
    seen.insert(applied.changes[i].key.id);
    EXPECT_EQ(applied.changes[i].record.value().values[field("users", "age")], integer(static_cast<std::int64_t>(i)));
  }
  EXPECT_EQ(seen.size(), 500U);
}

}  // namespace
}  // namespace banyan::contracts
