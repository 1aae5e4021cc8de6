#include "tests/contracts/record_store_contract.hpp"

// Uniqueness, and that a batch happens whole or not at all.
namespace banyan::contracts {

bool link_contract_constraints() { return true; }

namespace {

const Named ann{{"email", text("ann@example.org")}};
const Named bob{{"email", text("bob@example.org")}};

TEST_P(RecordStoreContract, a_unique_value_is_refused_a_second_time_and_the_field_named) {
  make("users", ann);
  const auto refused = apply(creation("users", ann));
  EXPECT_TRUE(fails_with(refused, ErrorCode::already_exists, {"email"}));
  EXPECT_EQ(ids(query("users")).size(), 1U);
}

TEST_P(RecordStoreContract, unique_text_is_compared_by_its_bytes) {
  make("users", {{"email", text("ann@example.org")}});
  make("users", {{"email", text("ANN@example.org")}});
  make("users", {{"email", text("ann@example.org ")}});
  make("tags", {{"label", text("e\xCC\x81")}});
  make("tags", {{"label", text("\xC3\xA9")}});
  EXPECT_EQ(ids(query("users")).size(), 3U);
}

TEST_P(RecordStoreContract, nulls_are_never_taken) {
  make("users");
  make("users");
  make("users", {{"role", text("admin")}});
  make("users", {{"role", text("admin")}});
  make("users", {{"handle", text("ann")}});
  make("users", {{"handle", text("ann")}});
  EXPECT_EQ(ids(query("users")).size(), 6U);
}

TEST_P(RecordStoreContract, an_update_into_a_taken_value_is_refused) {
  make("users", ann);
  const Value id = make("users", bob);
  const Record before = must_find("users", id);
  EXPECT_TRUE(fails_with(apply(change("users", id, ann)), ErrorCode::already_exists, {"email"}));
  EXPECT_EQ(must_find("users", id), before);
}

TEST_P(RecordStoreContract, a_record_does_not_collide_with_itself) {
  const Value id = make("users", ann);
  EXPECT_TRUE(apply(change("users", id, ann)).has_value());
}

TEST_P(RecordStoreContract, a_value_is_free_again_when_its_record_is_changed_or_deleted) {
  const Value first = make("users", ann);
  must_apply(change("users", first, bob));
  const Value second = make("users", ann);
  must_apply(removal("users", second));
  EXPECT_TRUE(apply(creation("users", ann)).has_value());
  EXPECT_TRUE(apply({removal("users", first), creation("users", bob)}).has_value()) << "also inside one batch";
}

TEST_P(RecordStoreContract, several_fields_are_unique_together) {
  make("users", {{"role", text("admin")}, {"handle", text("ann")}});
  make("users", {{"role", text("admin")}, {"handle", text("bob")}});
  const Value guest = make("users", {{"role", text("guest")}, {"handle", text("ann")}});
  EXPECT_TRUE(fails_with(apply(creation("users", {{"role", text("admin")}, {"handle", text("ann")}})),
                         ErrorCode::already_exists, {"handle", "role"}));
  EXPECT_TRUE(fails_with(apply(change("users", guest, {{"role", text("admin")}})), ErrorCode::already_exists,
                         {"handle", "role"}));
}

TEST_P(RecordStoreContract, a_uuid_is_refused_a_second_time) {
  make("tags", {{"id", uuid(1)}, {"label", text("one")}});
  EXPECT_TRUE(fails_with(apply(creation("tags", {{"id", uuid(1)}, {"label", text("two")}})), ErrorCode::already_exists,
                         {"id"}));
  EXPECT_EQ(value_of("tags", uuid(1), "label"), text("one"));
}

TEST_P(RecordStoreContract, two_writes_of_one_batch_collide) {
  EXPECT_TRUE(
      fails_with(apply({creation("users", ann), creation("users", ann)}), ErrorCode::already_exists, {"[1].email"}));
  EXPECT_TRUE(ids(query("users")).empty());
}

TEST_P(RecordStoreContract, a_swap_of_unique_values_is_done_or_refused_but_never_half) {
  const Value first = make("users", ann);
  const Value second = make("users", bob);
  const auto before = everything();
  if (const auto swapped = apply({change("users", first, bob), change("users", second, ann)}); swapped) {
    EXPECT_EQ(value_of("users", first, "email"), text("bob@example.org"));
    EXPECT_EQ(value_of("users", second, "email"), text("ann@example.org"));
  } else {
    EXPECT_TRUE(fails_with(swapped, ErrorCode::already_exists, {"[0].email"}));
    EXPECT_EQ(everything(), before);
  }
}

TEST_P(RecordStoreContract, a_batch_that_fails_at_any_place_leaves_nothing_of_itself) {
  const Value author = make("users", ann);
  const Value other = make("users", bob);
  const Value post = make("posts", {{"author", author}});
  make("comments", {{"post", post}, {"author", author}});
  const auto before = everything();
  constexpr std::size_t count = 6;
  for (std::size_t broken = 0; broken < count; ++broken) {
    std::vector<Write> writes{creation("users"), change("users", other, {{"age", integer(5)}}),
                              removal("users", author), creation("tags", {{"id", uuid(1)}}), creation("posts")};
    const Write impossible = change("users", integer(999), {{"age", integer(1)}});
    writes.insert(writes.begin() + static_cast<std::ptrdiff_t>(broken), impossible);
    EXPECT_TRUE(fails_with(apply(std::move(writes)), ErrorCode::not_found, {"[" + std::to_string(broken) + "]"}));
    EXPECT_EQ(everything(), before) << "failed at " << broken;
  }
}

TEST_P(RecordStoreContract, every_kind_of_refusal_undoes_the_batch_and_names_its_place) {
  const Changed user = must_apply(creation("users", ann));
  const Value owner = make("users");
  make("tags", {{"owner", owner}});
  const auto before = everything();
  const auto refused = [&](Write last, ErrorCode code, const std::string& place) {
    EXPECT_TRUE(fails_with(apply({creation("posts"), change("users", user.key.id, {{"age", integer(3)}}), last}), code,
                           {place}));
    EXPECT_EQ(everything(), before) << place;
  };
  refused(creation("users", ann), ErrorCode::already_exists, "[2].email");
  refused(removal("users", integer(99)), ErrorCode::not_found, "[2]");
  refused(change("users", user.key.id, {{"age", integer(4)}}, user.version), ErrorCode::version_mismatch, "[2]");
  refused(creation("posts", {{"author", integer(99)}}), ErrorCode::reference_broken, "[2].author");
  refused(removal("users", owner), ErrorCode::reference_broken, "[2]");
}

TEST_P(RecordStoreContract, the_store_works_on_after_a_refusal) {
  make("users", ann);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(apply({creation("users"), creation("users", ann)}).has_value());
  EXPECT_EQ(value_of("users", make("users", bob), "email"), text("bob@example.org"));
  EXPECT_EQ(ids(query("users")).size(), 2U);
}

}  // namespace
}  // namespace banyan::contracts
