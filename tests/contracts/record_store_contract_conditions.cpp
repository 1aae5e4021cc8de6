#include "tests/contracts/record_store_contract.hpp"

// What must hold before a write and after it, and writes that are undone.
namespace banyan::contracts {

bool link_contract_conditions() { return true; }

namespace {

using Ids = std::vector<Value>;

Write with_filter(Write write, Filter filter) { return write.filter = std::move(filter), std::move(write); }
Write with_check(Write write, Filter check) { return write.check = std::move(check), std::move(write); }

TEST_P(RecordStoreMatches, what_a_change_or_deletion_names_must_match_before) {
  const Value id = make("users", {{"age", integer(3)}});
  const Filter three = where("users", "age", CompareOp::eq, {integer(3)});
  const Filter four = where("users", "age", CompareOp::eq, {integer(4)});
  const auto before = everything();
  EXPECT_TRUE(is_denied(apply(with_filter(change("users", id, {{"age", integer(4)}}), four))))
      << "what it becomes does not count";
  EXPECT_TRUE(is_denied(apply(with_filter(removal("users", id), four))));
  EXPECT_TRUE(is_denied(apply(with_filter(removal("users", id), where("users", "score", CompareOp::neq, {1.0})))))
      << "what is unknown does not match";
  EXPECT_TRUE(is_denied(apply({creation("users"), with_filter(removal("users", id), four)}), {"[1]"}));
  EXPECT_EQ(everything(), before);
  must_apply(with_filter(change("users", id, {{"age", integer(4)}}), three));
  must_apply(with_filter(removal("users", id), four));
  EXPECT_FALSE(exists("users", id));
}

TEST_P(RecordStoreMatches, what_is_not_there_is_not_found_whatever_must_match) {
  EXPECT_TRUE(fails_with(apply(with_filter(removal("users", integer(9)), Filter::nothing())), ErrorCode::not_found));
  EXPECT_TRUE(fails_with(apply(with_filter(change("users", integer(9), {{"age", integer(4)}}), Filter::nothing())),
                         ErrorCode::not_found));
}

TEST_P(RecordStoreMatches, who_may_not_change_a_record_does_not_learn_its_version) {
  const Changed made = must_apply(creation("users"));
  const Value& id = made.key.id;
  EXPECT_TRUE(is_denied(apply(with_filter(removal("users", id, made.version + 1), Filter::nothing()))));
  EXPECT_TRUE(
      is_denied(apply(with_filter(change("users", id, {{"age", integer(1)}}, made.version + 1), Filter::nothing()))));
  EXPECT_TRUE(fails_with(apply(with_filter(removal("users", id, made.version + 1), {})), ErrorCode::version_mismatch));
}

TEST_P(RecordStoreMatches, what_is_created_must_match_as_it_has_become) {
  const Filter adult = where("users", "age", CompareOp::gte, {integer(18)});
  const auto before = everything();
  EXPECT_TRUE(is_denied(apply(with_check(creation("users", {{"age", integer(17)}}), adult))));
  EXPECT_TRUE(is_denied(apply(with_check(creation("users"), adult))));
  EXPECT_TRUE(is_denied(apply({creation("users"), with_check(creation("users"), adult)}), {"[1]"}));
  EXPECT_EQ(everything(), before);
  must_apply(with_check(creation("users", {{"age", integer(18)}}), adult));
}

TEST_P(RecordStoreMatches, what_is_changed_must_match_as_it_has_become) {
  const Value id = make("users", {{"age", integer(3)}});
  const Filter three = where("users", "age", CompareOp::eq, {integer(3)});
  const auto before = everything();
  EXPECT_TRUE(is_denied(apply(with_check(change("users", id, {{"age", integer(4)}}), three))));
  EXPECT_EQ(everything(), before);
  must_apply(with_check(change("users", id, {{"score", 1.0}}), three));
  must_apply(with_filter(
      with_check(change("users", id, {{"age", integer(4)}}), where("users", "age", CompareOp::eq, {integer(4)})),
      three));
}

TEST_P(RecordStoreMatches, one_match_that_may_not_become_so_keeps_all_of_them) {
  make("users", {{"age", integer(1)}, {"active", true}});
  make("users", {{"age", integer(1)}, {"active", false}});
  const auto before = everything();
  const Filter active = where("users", "active", CompareOp::is_true);
  EXPECT_TRUE(is_denied(apply(with_check(change_of_matches("users", {}, {{"age", integer(2)}}), active))));
  EXPECT_EQ(everything(), before);
  const Result<Applied> applied = apply(with_check(change_of_matches("users", active, {{"age", integer(2)}}), active));
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->counts.front(), 1U);
}

TEST_P(RecordStoreMatches, conditions_look_at_related_records_as_the_batch_has_made_them) {
  const Value ann = make("users", {{"active", true}});
  const Value post = make("posts", {{"author", ann}});
  const Relation author{.kind = Relation::Kind::to_one,
                        .target = &collection("users"),
                        .field = field("posts", "author"),
                        .single = true};
  const Filter of_active = Filter::related_by(author, where("users", "active", CompareOp::is_true), {});
  must_apply(with_filter(change("posts", post, {{"rating", 1.0}}), of_active));
  const auto before = everything();
  EXPECT_TRUE(is_denied(apply({change("users", ann, {{"active", false}}),
                               with_filter(change("posts", post, {{"rating", 2.0}}), of_active)}),
                        {"[1]"}));
  EXPECT_TRUE(is_denied(apply(with_check(creation("posts"), of_active)))) << "it has no author";
  EXPECT_TRUE(is_denied(apply(with_check(change("posts", post, {{"author", Null()}}), of_active))));
  EXPECT_EQ(everything(), before);
  must_apply(with_check(creation("posts", {{"author", ann}}), of_active));
}

TEST_P(RecordStoreMatches, an_upsert_asks_what_it_meets_before_and_after) {
  const Value id = make("users", every_type());
  const auto upsert = [&](std::int64_t age) {
    return upsertion("users", {{"email", text("alice@example.org")}}, {"email"}, {{"age", integer(age)}});
  };
  const Filter is_42 = where("users", "age", CompareOp::eq, {integer(42)});
  const Filter is_43 = where("users", "age", CompareOp::eq, {integer(43)});
  const auto before = everything();
  EXPECT_TRUE(is_denied(apply(with_filter(upsert(43), is_43))));
  Write after = upsert(43);
  after.conflict_check = is_42;
  EXPECT_TRUE(is_denied(apply(after)));
  EXPECT_EQ(everything(), before);
  after.conflict_check = is_43;
  after.filter = is_42;
  after.check = Filter::nothing();
  ASSERT_TRUE(apply(after).has_value()) << "`check` is for what is created";
  EXPECT_EQ(value_of("users", id, "age"), integer(43));
}

TEST_P(RecordStoreMatches, an_upsert_asks_what_it_has_created_by_the_check_alone) {
  Write upsert =
      upsertion("users", {{"email", text("a@a.org")}, {"age", integer(1)}}, {"email"}, {{"age", integer(2)}});
  upsert.filter = Filter::nothing();
  upsert.conflict_check = Filter::nothing();
  upsert.check = where("users", "age", CompareOp::eq, {integer(2)});
  EXPECT_TRUE(is_denied(apply(upsert)));
  EXPECT_EQ(ids(query("users")), Ids());
  upsert.check = where("users", "age", CompareOp::eq, {integer(1)});
  EXPECT_TRUE(apply(upsert)->changes.at(0).created);
  EXPECT_TRUE(is_denied(apply(upsert))) << "now it meets it";
  upsert.on_conflict.clear();
  ASSERT_TRUE(apply(upsert).has_value()) << "what stays as it is, is not asked";
}

TEST_P(RecordStoreMatches, what_is_taken_is_told_before_what_it_must_have_become) {
  make("users", {{"email", text("a@a.org")}});
  EXPECT_TRUE(fails_with(apply(with_check(creation("users", {{"email", text("a@a.org")}}), Filter::nothing())),
                         ErrorCode::already_exists, {"email"}));
}

TEST_P(RecordStoreMatches, a_rehearsal_answers_what_would_be_and_leaves_nothing) {
  const Value ann = make("users", {{"age", integer(1)}});
  const Value post = make("posts", {{"author", ann}});
  const Value bob = make("users", {{"email", text("b@b.org")}});
  const auto before = everything();
  const Result<Applied> applied =
      rehearse({creation("users", {{"name", text("New")}}), change("users", bob, {{"age", integer(9)}}),
                removal("users", ann), change_of_matches("users", {}, {{"score", 1.0}}),
                upsertion("users", {{"email", text("b@b.org")}}, {"email"}, {{"age", integer(10)}})});
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->counts, (std::vector<std::size_t>{1, 1, 1, 2, 1}));
  ASSERT_EQ(applied->changes.size(), 7U) << "consequences too";
  EXPECT_EQ(applied->changes[0].record->values[field("users", "name")], text("New"));
  EXPECT_EQ(applied->changes[5].record->values[field("users", "age")], integer(10));
  EXPECT_EQ(applied->changes[6].key, key("posts", post));
  EXPECT_EQ(everything(), before);
  EXPECT_TRUE(apply(creation("users", {{"email", text("b2@b.org")}})).has_value());
}

TEST_P(RecordStoreMatches, a_rehearsal_fails_as_the_writes_would) {
  make("users", {{"email", text("a@a.org")}});
  const auto before = everything();
  EXPECT_TRUE(
      fails_with(rehearse({creation("users", {{"email", text("a@a.org")}})}), ErrorCode::already_exists, {"email"}));
  EXPECT_TRUE(
      fails_with(rehearse({creation("posts", {{"author", integer(99)}})}), ErrorCode::reference_broken, {"author"}));
  EXPECT_TRUE(is_denied(rehearse({with_check(creation("users"), Filter::nothing())})));
  EXPECT_TRUE(fails_with(rehearse({removal("users", integer(99))}), ErrorCode::not_found));
  EXPECT_EQ(everything(), before);
}

}  // namespace
}  // namespace banyan::contracts
