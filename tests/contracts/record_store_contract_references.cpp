#include <algorithm>

#include "banyan/core/timestamps.hpp"
#include "tests/contracts/record_store_contract.hpp"

// What records say of each other, and what a deletion does to those that refer to it.
namespace banyan::contracts {

bool link_contract_references() { return true; }

namespace {

/// What the batch says of the key beyond its own writes; the latest word counts.
const Changed* consequence(const Applied& applied, std::size_t writes, const RecordKey& key) {
  const Changed* found = nullptr;
  for (std::size_t i = writes; i < applied.changes.size(); ++i) {
    if (applied.changes[i].key == key) found = &applied.changes[i];
  }
  return found;
}

TEST_P(RecordStoreContract, a_reference_to_nothing_is_refused_and_the_field_named) {
  EXPECT_TRUE(fails_with(apply(creation("posts", {{"author", integer(7)}})), ErrorCode::reference_broken, {"author"}));
  EXPECT_TRUE(fails_with(apply(creation("tags", {{"parent", uuid(9)}})), ErrorCode::reference_broken, {"parent"}));
  const Value post = make("posts");
  const Record before = must_find("posts", post);
  EXPECT_TRUE(
      fails_with(apply(change("posts", post, {{"editor", integer(7)}})), ErrorCode::reference_broken, {"editor"}));
  EXPECT_EQ(must_find("posts", post), before);
}

TEST_P(RecordStoreContract, a_reference_to_a_deleted_record_is_refused) {
  const Value user = make("users");
  must_apply(removal("users", user));
  EXPECT_TRUE(fails_with(apply(creation("posts", {{"author", user}})), ErrorCode::reference_broken, {"author"}));
}

TEST_P(RecordStoreContract, a_batch_may_refer_to_what_it_makes_before_and_after) {
  must_apply({creation("tags", {{"id", uuid(1)}, {"parent", uuid(2)}}), creation("tags", {{"id", uuid(2)}}),
              creation("tags", {{"id", uuid(3)}, {"parent", uuid(1)}})});
  EXPECT_EQ(value_of("tags", uuid(1), "parent"), uuid(2));
}

TEST_P(RecordStoreContract, a_record_may_refer_to_itself_and_be_deleted) {
  make("tags", {{"id", uuid(1)}, {"parent", uuid(1)}});
  must_apply(removal("tags", uuid(1)));
  EXPECT_FALSE(exists("tags", uuid(1)));
}

TEST_P(RecordStoreContract, a_broken_reference_of_a_batch_is_named_with_its_place) {
  EXPECT_TRUE(fails_with(apply({creation("users"), creation("posts", {{"author", integer(99)}}), creation("users")}),
                         ErrorCode::reference_broken, {"[1].author"}));
  EXPECT_TRUE(everything()[0].empty());
}

TEST_P(RecordStoreContract, a_reference_that_a_later_write_of_the_batch_repairs_is_whole) {
  const Value user = make("users");
  const Value post = make("posts");
  must_apply({change("posts", post, {{"author", integer(99)}, {"editor", integer(98)}}),
              change("posts", post, {{"author", user}, {"editor", Null()}})});
  EXPECT_EQ(value_of("posts", post, "author"), user);
  must_apply({creation("posts", {{"author", integer(99)}}), creation("tags", {{"id", uuid(1)}, {"parent", uuid(2)}}),
              removal("tags", uuid(1)), change("posts", integer(2), {{"author", Null()}})});
  EXPECT_TRUE(is_null(value_of("posts", integer(2), "author")));
}

TEST_P(RecordStoreContract, a_record_that_is_referred_to_with_restrict_cannot_be_deleted) {
  const Value owner = make("users");
  make("tags", {{"owner", owner}});
  const auto before = everything();
  const auto refused = apply(removal("users", owner));
  EXPECT_TRUE(fails_with(refused, ErrorCode::reference_broken));
  if (!refused) EXPECT_NE(refused.error().message.find("tags"), std::string::npos) << refused.error().message;
  EXPECT_EQ(everything(), before);
}

TEST_P(RecordStoreContract, restrict_looks_at_the_end_of_the_batch) {
  const Value owner = make("users");
  const Value tag = make("tags", {{"owner", owner}});
  must_apply({removal("users", owner), removal("tags", tag)});
  EXPECT_FALSE(exists("users", owner));

  const Value second = make("users");
  const Value released = make("tags", {{"owner", second}});
  must_apply({removal("users", second), change("tags", released, {{"owner", Null()}})});
  EXPECT_FALSE(exists("users", second));
}

TEST_P(RecordStoreContract, a_reference_made_in_the_batch_that_deletes_its_target_is_broken) {
  const Value user = make("users");
  EXPECT_TRUE(fails_with(apply({creation("tags", {{"owner", user}}), removal("users", user)}),
                         ErrorCode::reference_broken, {"[0].owner"}));
  EXPECT_TRUE(fails_with(apply({removal("users", user), creation("posts", {{"author", user}})}),
                         ErrorCode::reference_broken, {"[1].author"}));
  EXPECT_TRUE(exists("users", user));
}

TEST_P(RecordStoreContract, a_cascade_goes_through_every_level) {
  const Value author = make("users");
  const Value post = make("posts", {{"author", author}});
  const Value comment = make("comments", {{"post", post}});
  const Value reply = make("comments", {{"post", post}, {"parent", comment}});
  const Value tag = make("tags");
  const Value tagging = make("taggings", {{"post", post}, {"tag", tag}});
  const Value unrelated = make("posts");
  const Applied applied = must_apply(std::vector<Write>{removal("users", author)});
  for (const RecordKey& gone :
       {key("posts", post), key("comments", comment), key("comments", reply), key("taggings", tagging)}) {
    EXPECT_FALSE(exists(gone.collection->name, gone.id));
    const Changed* changed = consequence(applied, 1, gone);
    ASSERT_NE(changed, nullptr) << to_string(gone);
    EXPECT_FALSE(changed->record.has_value()) << to_string(gone);
  }
  EXPECT_TRUE(exists("posts", unrelated));
  EXPECT_TRUE(exists("tags", tag));
}

TEST_P(RecordStoreContract, a_cascade_over_a_collection_that_refers_to_itself_takes_the_whole_tree) {
  const Value post = make("posts");
  Value parent = make("comments", {{"post", post}});
  const Value root = parent;
  for (int i = 0; i < 30; ++i) parent = make("comments", {{"post", post}, {"parent", parent}});
  const Value other = make("comments", {{"post", post}});
  must_apply(removal("comments", root));
  EXPECT_EQ(ids(query("comments")), std::vector<Value>{other});
}

TEST_P(RecordStoreContract, a_cascade_gives_each_deletion_a_version_past_the_record) {
  const Value author = make("users");
  const Changed post = must_apply(creation("posts", {{"author", author}}));
  const Changed changed = must_apply(change("posts", post.key.id, {{"rating", 1.0}}));
  const Applied applied = must_apply(std::vector<Write>{removal("users", author)});
  const Changed* deleted = consequence(applied, 1, post.key);
  ASSERT_NE(deleted, nullptr);
  EXPECT_EQ(deleted->version, changed.version + 1);
}

TEST_P(RecordStoreContract, a_cascade_into_what_is_restricted_is_refused_whole) {
  const Value owner = make("users");
  const Value post = make("posts", {{"author", owner}});
  make("tags", {{"owner", owner}});
  const auto before = everything();
  EXPECT_TRUE(fails_with(apply(removal("users", owner)), ErrorCode::reference_broken));
  EXPECT_EQ(everything(), before);
  EXPECT_TRUE(exists("posts", post));
}

TEST_P(RecordStoreContract, set_null_clears_the_reference_raises_the_version_and_tells_of_it) {
  const Value editor = make("users");
  const Changed post = must_apply(creation("posts", {{"editor", editor}, {"title", text("kept")}}));
  clock_.advance(std::chrono::seconds(3));
  const Applied applied = must_apply(std::vector<Write>{removal("users", editor)});
  const Record now = must_find("posts", post.key.id);
  EXPECT_TRUE(is_null(now.values[field("posts", "editor")]));
  EXPECT_EQ(now.values[field("posts", "title")], text("kept"));
  EXPECT_EQ(now.version, static_cast<Version>(clock_.wall()));
  EXPECT_EQ(now.values[field("posts", "updated_at")], Value(format_timestamp(clock_.wall())));
  const Changed* changed = consequence(applied, 1, post.key);
  ASSERT_NE(changed, nullptr);
  EXPECT_EQ(changed->record, now);
  EXPECT_EQ(changed->version, now.version);
}

TEST_P(RecordStoreContract, set_null_raises_the_version_while_the_clock_stands_still) {
  const Value editor = make("users");
  const Changed post = must_apply(creation("posts", {{"editor", editor}}));
  must_apply(removal("users", editor));
  EXPECT_EQ(must_find("posts", post.key.id).version, post.version + 1);
}

TEST_P(RecordStoreContract, set_null_within_one_collection_and_by_uuid_works_alike) {
  const Value boss = make("users");
  const Value report = make("users", {{"boss", boss}});
  const Value own_boss = make("users");
  must_apply(change("users", own_boss, {{"boss", own_boss}}));
  must_apply({removal("users", boss), removal("users", own_boss)});
  EXPECT_TRUE(is_null(value_of("users", report, "boss")));
  make("tags", {{"id", uuid(1)}});
  make("tags", {{"id", uuid(2)}, {"rival", uuid(1)}});
  must_apply(removal("tags", uuid(1)));
  EXPECT_TRUE(is_null(value_of("tags", uuid(2), "rival")));
}

TEST_P(RecordStoreContract, a_consequence_is_told_as_it_is_at_the_end_of_the_batch) {
  const Value editor = make("users");
  const Value post = make("posts", {{"editor", editor}});
  const Applied applied = must_apply({removal("users", editor), change("posts", post, {{"title", text("later")}})});
  const Changed* changed = consequence(applied, 2, key("posts", post));
  if (changed == nullptr) changed = &applied.changes[1];  // told as the write's own
  EXPECT_EQ(changed->record, must_find("posts", post));
}

}  // namespace
}  // namespace banyan::contracts
