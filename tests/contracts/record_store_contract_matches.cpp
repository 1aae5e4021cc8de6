#include <chrono>

#include "tests/contracts/record_store_contract.hpp"

// Writes that mean every record that matches.
namespace banyan::contracts {

bool link_contract_matches() { return true; }

namespace {

using namespace std::chrono_literals;

using Ids = std::vector<Value>;

Ids changed_ids(const Applied& applied, std::size_t count) {
  Ids ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back(applied.changes.at(i).key.id);
  return ids;
}

TEST_P(RecordStoreMatches, all_that_match_are_changed_in_the_order_of_their_ids) {
  Ids made;
  for (int i = 0; i < 5; ++i) made.push_back(make("users", {{"age", integer(5 - i)}, {"score", 1.0}}));
  clock_.advance(1s);
  const Filter younger = where("users", "age", CompareOp::lt, {integer(4)});
  const Result<Applied> applied =
      apply(change_of_matches("users", younger, {{"age", integer(9)}, {"handle", text("h")}}));
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->counts, std::vector<std::size_t>{3});
  ASSERT_EQ(applied->changes.size(), 3U);
  EXPECT_EQ(changed_ids(*applied, 3), (Ids{made[2], made[3], made[4]}));
  for (const Changed& changed : applied->changes) {
    EXPECT_EQ(changed.version, static_cast<Version>(clock_.wall()));
    EXPECT_FALSE(changed.created);
    ASSERT_TRUE(changed.record.has_value());
    EXPECT_EQ(*changed.record, must_find("users", changed.key.id)) << "whole, as it is now";
    EXPECT_EQ(changed.record->values[field("users", "age")], integer(9));
    EXPECT_EQ(changed.record->values[field("users", "score")], Value(1.0));
  }
  EXPECT_EQ(value_of("users", made[1], "age"), integer(4)) << "the others are as they were";
  EXPECT_EQ(value_of("users", made[1], "handle"), Value());
}

TEST_P(RecordStoreMatches, uuids_are_in_order_too) {
  for (const std::uint64_t number : {3U, 1U, 2U}) make("tags", {{"id", uuid(number)}});
  const Result<Applied> changed = apply(change_of_matches("tags", {}, {{"weight", integer(1)}}));
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed_ids(*changed, 3), (Ids{uuid(1), uuid(2), uuid(3)}));
  const Result<Applied> removed = apply(removal_of_matches("tags", {}));
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(changed_ids(*removed, 3), (Ids{uuid(1), uuid(2), uuid(3)}));
}

TEST_P(RecordStoreMatches, that_nothing_matches_is_no_error) {
  make("users");
  for (Write& write : std::vector<Write>{change_of_matches("users", Filter::nothing(), {{"age", integer(1)}}),
                                         removal_of_matches("users", Filter::nothing())}) {
    const Result<Applied> applied = apply(std::move(write));
    ASSERT_TRUE(applied.has_value());
    EXPECT_EQ(applied->counts, std::vector<std::size_t>{0});
    EXPECT_TRUE(applied->changes.empty());
  }
  const Filter unknown = where("users", "age", CompareOp::neq, {integer(1)});
  EXPECT_EQ(apply(removal_of_matches("users", unknown))->counts.front(), 0U) << "nor does what is unknown";
  EXPECT_EQ(apply(removal_of_matches("users", Filter::negate(unknown)))->counts.front(), 0U);
}

TEST_P(RecordStoreMatches, versions_of_what_is_changed_grow_while_the_clock_stands) {
  const Changed first = must_apply(creation("users"));
  const Changed second = must_apply(creation("users"));
  must_apply(change("users", second.key.id, {{"age", integer(1)}}));
  const Result<Applied> applied = apply(change_of_matches("users", {}, {{"age", integer(2)}}));
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->changes.at(0).version, first.version + 1);
  EXPECT_EQ(applied->changes.at(1).version, second.version + 2);
  const Result<Applied> removed = apply(removal_of_matches("users", {}));
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(removed->changes.at(0).version, first.version + 2);
  EXPECT_EQ(removed->changes.at(1).version, second.version + 3);
}

TEST_P(RecordStoreMatches, all_that_match_are_deleted_and_answered_as_they_were) {
  const Value kept = make("users", {{"age", integer(1)}});
  const Value ann = make("users", {{"age", integer(2)}, {"name", text("Ann")}});
  const Value bob = make("users", {{"age", integer(3)}, {"name", text("Bob")}});
  const Record ann_before = must_find("users", ann);
  const Result<Applied> applied =
      apply(removal_of_matches("users", where("users", "age", CompareOp::gt, {integer(1)})));
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->counts, std::vector<std::size_t>{2});
  EXPECT_EQ(changed_ids(*applied, 2), (Ids{ann, bob}));
  EXPECT_FALSE(applied->changes[0].record.has_value());
  EXPECT_EQ(applied->changes[0].before, ann_before);
  EXPECT_EQ(ids(query("users")), Ids{kept});
}

TEST_P(RecordStoreMatches, the_deletion_of_one_record_answers_it_as_it_was_too) {
  const Value id = make("users", every_type());
  const Record before = must_find("users", id);
  EXPECT_EQ(must_apply(removal("users", id)).before, before);
}

TEST_P(RecordStoreMatches, what_cascades_from_a_deletion_of_matches_is_told_after_it) {
  const Value ann = make("users", {{"age", integer(1)}});
  const Value bob = make("users", {{"boss", ann}});
  const Value post = make("posts", {{"author", ann}});
  const Value edited = make("posts", {{"editor", ann}});
  const Result<Applied> applied =
      apply(removal_of_matches("users", where("users", "age", CompareOp::eq, {integer(1)})));
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->counts, std::vector<std::size_t>{1});
  ASSERT_EQ(applied->changes.size(), 4U);
  EXPECT_FALSE(exists("posts", post));
  EXPECT_EQ(value_of("users", bob, "boss"), Value());
  EXPECT_EQ(value_of("posts", edited, "editor"), Value());
  for (std::size_t i = 1; i < 4; ++i) {
    const Changed& consequence = applied->changes[i];
    EXPECT_TRUE(consequence.key == key("users", bob) || consequence.key == key("posts", post) ||
                consequence.key == key("posts", edited));
    EXPECT_EQ(consequence.record.has_value(), consequence.key != key("posts", post));
  }
}

TEST_P(RecordStoreMatches, what_matches_is_deleted_together_and_no_consequence_of_itself) {
  const Value post = make("posts");
  const Value parent = make("comments", {{"post", post}});
  const Value reply = make("comments", {{"post", post}, {"parent", parent}});
  const Value ann = make("users");
  const Value bob = make("users", {{"boss", ann}});
  make("tags", {{"id", uuid(1)}});
  make("tags", {{"id", uuid(2)}, {"parent", uuid(1)}});
  const Version reply_version = must_find("comments", reply).version;
  const Version bob_version = must_find("users", bob).version;

  const Result<Applied> comments = apply(removal_of_matches("comments", {}));
  ASSERT_TRUE(comments.has_value());
  EXPECT_EQ(comments->counts, std::vector<std::size_t>{2});
  ASSERT_EQ(comments->changes.size(), 2U);
  EXPECT_EQ(comments->changes[1].version, reply_version + 1);
  const Result<Applied> users = apply(removal_of_matches("users", {}));
  ASSERT_TRUE(users.has_value());
  ASSERT_EQ(users->changes.size(), 2U);
  EXPECT_EQ(users->changes[1].version, bob_version + 1) << "his reference is not cleared before";
  EXPECT_EQ(users->changes[1].before->values[field("users", "boss")], ann);
  EXPECT_EQ(apply(removal_of_matches("tags", {}))->counts.front(), 2U) << "none restricts the other";
}

TEST_P(RecordStoreMatches, nothing_is_cleared_that_goes_with_its_level) {
  const Value ann = make("users");
  const Value bob = make("users");
  const Value post = make("posts", {{"author", bob}, {"editor", ann}});
  const Version version = must_find("posts", post).version;
  const Result<Applied> applied = apply(removal_of_matches("users", {}));
  ASSERT_TRUE(applied.has_value());
  ASSERT_EQ(applied->changes.size(), 3U);
  EXPECT_EQ(applied->changes[2].key, key("posts", post));
  EXPECT_EQ(applied->changes[2].version, version + 1);
}

TEST_P(RecordStoreMatches, what_is_still_referred_to_keeps_all_of_them) {
  const Value ann = make("users");
  make("users");
  make("tags", {{"owner", ann}});
  const auto before = everything();
  EXPECT_TRUE(fails_with(apply(removal_of_matches("users", {})), ErrorCode::reference_broken));
  EXPECT_EQ(everything(), before);
}

TEST_P(RecordStoreMatches, more_than_their_bound_are_too_large_and_nothing_is_done) {
  for (int i = 0; i < 3; ++i) make("users");
  const auto before = everything();
  for (Write& write :
       std::vector<Write>{change_of_matches("users", {}, {{"age", integer(1)}}), removal_of_matches("users", {})}) {
    write.matches_max = 2;
    const Result<Applied> applied = apply(write);
    EXPECT_TRUE(fails_with(applied, ErrorCode::too_large));
    EXPECT_EQ(applied.error().reason, "too_many_matches");
    EXPECT_EQ(everything(), before);
    write.matches_max = 3;
    EXPECT_EQ(rehearse({write})->counts.front(), 3U) << "as many as the bound may";
    write.matches_max = 2;
    EXPECT_TRUE(fails_with(apply({creation("users"), std::move(write)}), ErrorCode::too_large, {"[1]"}));
    EXPECT_EQ(everything(), before);
  }
}

TEST_P(RecordStoreMatches, two_matches_cannot_take_the_same_unique_value) {
  make("users", {{"email", text("a@a.org")}});
  make("users", {{"email", text("b@a.org")}});
  const auto before = everything();
  EXPECT_TRUE(fails_with(apply(change_of_matches("users", {}, {{"email", text("c@a.org")}})), ErrorCode::already_exists,
                         {"email"}));
  EXPECT_EQ(everything(), before);
  const Filter first = where("users", "id", CompareOp::eq, {integer(1)});
  EXPECT_TRUE(apply(change_of_matches("users", first, {{"email", text("a@a.org")}})).has_value()) << "its own it may";
  EXPECT_TRUE(apply(change_of_matches("users", {}, {{"email", Null()}})).has_value());
}

TEST_P(RecordStoreMatches, a_reference_that_names_nothing_is_refused_for_all) {
  make("posts");
  make("posts");
  const auto before = everything();
  EXPECT_TRUE(fails_with(apply(change_of_matches("posts", {}, {{"author", integer(99)}})), ErrorCode::reference_broken,
                         {"author"}));
  EXPECT_EQ(everything(), before);
}

TEST_P(RecordStoreMatches, what_is_set_may_stop_the_record_from_matching) {
  for (int i = 0; i < 4; ++i) make("users", {{"age", integer(1)}, {"active", i % 2 == 0}});
  const Filter active = where("users", "active", CompareOp::is_true);
  EXPECT_EQ(apply(change_of_matches("users", active, {{"active", false}}))->counts.front(), 2U);
  EXPECT_EQ(apply(change_of_matches("users", active, {{"active", false}}))->counts.front(), 0U);
}

TEST_P(RecordStoreMatches, matches_are_found_through_related_records_and_json) {
  const Value ann = make("users", {{"name", text("Ann")}, {"settings", text(R"({"plan":"free"})")}});
  const Value bob = make("users", {{"name", text("Bob")}, {"settings", text(R"({"plan":"paid"})")}});
  const Value hers = make("posts", {{"author", ann}});
  const Value his = make("posts", {{"author", bob}});
  const Relation author{.kind = Relation::Kind::to_one,
                        .target = &collection("users"),
                        .field = field("posts", "author"),
                        .single = true};
  Term plan(field("users", "settings"));
  plan.path = {"plan"};
  plan.json = Term::Json::text;
  const Filter paid = Filter::compare(plan, CompareOp::eq, {text("paid")});
  const Result<Applied> changed =
      apply(change_of_matches("posts", Filter::related_by(author, paid, {}), {{"rating", 5.0}}));
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed_ids(*changed, changed->counts.front()), Ids{his});
  const Result<Applied> removed =
      apply(removal_of_matches("posts", Filter::negate(Filter::related_by(author, paid, {}))));
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(changed_ids(*removed, removed->counts.front()), Ids{hers});
}

TEST_P(RecordStoreMatches, later_writes_of_a_batch_see_earlier_ones) {
  make("users", {{"age", integer(1)}});
  const Filter old = where("users", "age", CompareOp::eq, {integer(9)});
  const Applied applied = must_apply(std::vector<Write>{creation("users", {{"age", integer(9)}}),
                                                        change_of_matches("users", {}, {{"age", integer(9)}}),
                                                        removal_of_matches("users", old), creation("users")});
  EXPECT_EQ(applied.counts, (std::vector<std::size_t>{1, 2, 2, 1}));
  EXPECT_EQ(applied.changes.size(), 6U);
  EXPECT_TRUE(applied.changes[0].created);
  EXPECT_TRUE(applied.changes[5].created);
  EXPECT_EQ(ids(query("users")), Ids{applied.changes[5].key.id});
}

}  // namespace
}  // namespace banyan::contracts
