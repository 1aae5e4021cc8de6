#include <chrono>

#include "tests/contracts/record_store_contract.hpp"

// Creations that change what is there already.
namespace banyan::contracts {

bool link_contract_upserts() { return true; }

namespace {

using namespace std::chrono_literals;

using Ids = std::vector<Value>;

TEST_P(RecordStoreMatches, an_upsert_that_meets_nothing_is_a_creation) {
  const Result<Applied> applied = apply(upsertion("users", every_type(), {"email"}, {{"name", text("other")}}));
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->counts, std::vector<std::size_t>{1});
  ASSERT_EQ(applied->changes.size(), 1U);
  EXPECT_TRUE(applied->changes[0].created);
  EXPECT_EQ(applied->changes[0].version, static_cast<Version>(clock_.wall()));
  EXPECT_EQ(applied->changes[0].record, must_find("users", applied->changes[0].key.id));
  EXPECT_EQ(value_of("users", applied->changes[0].key.id, "name"), text("Alice"));
}

TEST_P(RecordStoreMatches, an_upsert_changes_the_record_with_the_same_unique_value) {
  const Value id = make("users", every_type());
  make("users");
  clock_.advance(1s);
  const Write upsert = upsertion("users", {{"email", text("alice@example.org")}, {"name", text("new")}}, {"email"},
                                 {{"name", text("new")}, {"age", integer(43)}});
  const Result<Applied> applied = apply(upsert);
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->counts, std::vector<std::size_t>{1});
  const Changed& changed = applied->changes.at(0);
  EXPECT_FALSE(changed.created);
  EXPECT_EQ(changed.key, key("users", id));
  EXPECT_EQ(changed.version, static_cast<Version>(clock_.wall()));
  EXPECT_EQ(changed.record, must_find("users", id));
  EXPECT_EQ(value_of("users", id, "name"), text("new"));
  EXPECT_EQ(value_of("users", id, "age"), integer(43));
  EXPECT_EQ(value_of("users", id, "handle"), text("alice")) << "only `on_conflict` is set";
  EXPECT_EQ(apply(upsert)->changes.at(0).version, changed.version + 1);
}

TEST_P(RecordStoreMatches, an_upsert_by_uuid_meets_the_record_of_that_id) {
  const Write upsert = upsertion("tags", {{"id", uuid(1)}, {"label", text("x")}}, {"id"}, {{"label", text("y")}});
  EXPECT_TRUE(apply(upsert)->changes.at(0).created);
  EXPECT_FALSE(apply(upsert)->changes.at(0).created);
  EXPECT_EQ(value_of("tags", uuid(1), "label"), text("y"));
  const Version last = must_apply(removal("tags", uuid(1))).version;
  const Result<Applied> again = apply(upsert);
  EXPECT_TRUE(again->changes.at(0).created);
  EXPECT_GT(again->changes.at(0).version, last) << "also across deletion and return";
}

TEST_P(RecordStoreMatches, an_upsert_by_an_integer_id_changes_that_record_and_never_makes_it) {
  const Value id = make("users", {{"age", integer(1)}});
  const auto by_id = [&](Value given) {
    Write upsert = upsertion("users", {{"name", text("x")}}, {"id"}, {{"age", integer(2)}});
    upsert.changes.push_back({0, std::move(given)});
    return upsert;
  };
  const Result<Applied> met = apply(by_id(id));
  ASSERT_TRUE(met.has_value());
  EXPECT_FALSE(met->changes.at(0).created);
  EXPECT_EQ(value_of("users", id, "age"), integer(2));
  EXPECT_TRUE(fails_with(apply(by_id(integer(1'000))), ErrorCode::not_found));
  const Result<Applied> made = apply(by_id(Null()));
  ASSERT_TRUE(made.has_value());
  EXPECT_TRUE(made->changes.at(0).created);
  EXPECT_NE(made->changes.at(0).key.id, id);
}

TEST_P(RecordStoreMatches, an_upsert_by_a_unique_index_meets_all_of_its_fields) {
  const Value id = make("users", {{"role", text("admin")}, {"handle", text("a")}});
  make("users", {{"role", text("guest")}, {"handle", text("b")}});
  const auto upsert = [&](Value role, Value handle) {
    return apply(upsertion("users", {{"role", std::move(role)}, {"handle", std::move(handle)}}, {"role", "handle"},
                           {{"age", integer(7)}}))
        ->changes.at(0);
  };
  EXPECT_EQ(upsert(text("admin"), text("a")).key.id, id);
  EXPECT_EQ(value_of("users", id, "age"), integer(7));
  EXPECT_TRUE(upsert(text("admin"), text("b")).created);
  EXPECT_TRUE(upsert(text("admin"), Null()).created);
  EXPECT_TRUE(upsert(text("admin"), Null()).created) << "nulls do not conflict";
}

TEST_P(RecordStoreMatches, an_upsert_that_sets_nothing_leaves_what_it_meets_as_it_is) {
  const Value id = make("users", every_type());
  const Record before = must_find("users", id);
  clock_.advance(1s);
  const Result<Applied> applied =
      apply({upsertion("users", {{"email", text("alice@example.org")}}, {"email"}, {}), creation("users"),
             upsertion("users", {{"email", text("b@example.org")}}, {"email"}, {})});
  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(applied->counts, (std::vector<std::size_t>{0, 1, 1}));
  EXPECT_EQ(applied->changes.size(), 2U);
  EXPECT_TRUE(applied->changes.at(1).created);
  EXPECT_EQ(must_find("users", id), before);
}

TEST_P(RecordStoreMatches, one_batch_may_meet_what_it_has_made) {
  const auto upsert = [&](std::int64_t age) {
    return upsertion("users", {{"email", text("a@a.org")}, {"age", integer(age)}}, {"email"}, {{"age", integer(age)}});
  };
  const Applied applied = must_apply(std::vector<Write>{upsert(1), upsert(2), upsert(3)});
  EXPECT_EQ(applied.counts, (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_TRUE(applied.changes[0].created);
  EXPECT_FALSE(applied.changes[1].created);
  EXPECT_EQ(applied.changes[2].key, applied.changes[0].key);
  EXPECT_EQ(applied.changes[2].version, applied.changes[0].version + 2);
  EXPECT_EQ(value_of("users", applied.changes[0].key.id, "age"), integer(3));
}

TEST_P(RecordStoreMatches, an_upsert_that_collides_elsewhere_is_refused) {
  make("users", {{"email", text("a@a.org")}, {"role", text("admin")}, {"handle", text("a")}});
  make("users", {{"email", text("b@a.org")}, {"role", text("admin")}, {"handle", text("b")}});
  const auto before = everything();
  EXPECT_TRUE(
      fails_with(apply(upsertion("users", {{"email", text("c@a.org")}, {"role", text("admin")}, {"handle", text("a")}},
                                 {"email"}, {{"age", integer(1)}})),
                 ErrorCode::already_exists, {"handle", "role"}))
      << "a creation that meets another constraint";
  EXPECT_TRUE(
      fails_with(apply(upsertion("users", {{"email", text("b@a.org")}}, {"email"}, {{"email", text("a@a.org")}})),
                 ErrorCode::already_exists, {"email"}))
      << "a change that takes what another has";
  EXPECT_EQ(everything(), before);
}

TEST_P(RecordStoreMatches, references_of_an_upsert_must_name_something) {
  const auto upsert = [&](const Value& given, const Value& set) {
    return upsertion("tags", {{"id", uuid(1)}, {"label", text("x")}, {"owner", given}}, {"id"}, {{"owner", set}});
  };
  EXPECT_TRUE(fails_with(apply(upsert(integer(99), Null())), ErrorCode::reference_broken, {"owner"}));
  ASSERT_TRUE(apply(upsert(Null(), integer(99))).has_value()) << "what is not set is not looked at";
  EXPECT_TRUE(fails_with(apply(upsert(Null(), integer(99))), ErrorCode::reference_broken, {"owner"}));
}

}  // namespace
}  // namespace banyan::contracts
