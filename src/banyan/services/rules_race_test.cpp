#include "banyan/adapters/memory/gate.hpp"
#include "banyan/services/rules_fixture.hpp"

namespace banyan::services {
namespace {

/// Reads that are held half-way, while others write.
class RuledReads : public testing::RuledRecords {
 protected:
  memory::Gate gate;

  Task<void> read_into(std::string& out, const Context& context, const Collection& in, std::int64_t id) {
    const Result<CachedRecordPtr> found = co_await records.find(context, in, Value(id));
    out = found ? (*found)->body : to_string(found.error().code);
  }
  /// Starts a read that stops where a hook holds it.
  std::unique_ptr<std::string> begin(const Context& context, const Collection& in, std::int64_t id) {
    auto out = std::make_unique<std::string>("held");
    detach(read_into(*out, context, in, id));
    EXPECT_EQ(*out, "held");
    return out;
  }
  memory::StagedRecordStore::FindHook hold(const Collection& in) {
    return [this, &in](const Context& context, const RecordKey& key) {
      return key.collection == &in ? gate.pass(context.executor) : Task<void>();
    };
  }
};

TEST_F(RuledReads, a_read_that_began_before_a_right_was_taken_away_keeps_nothing_for_later_ones) {
  store.after_find(hold(notes));
  const auto early = begin(*nobody, notes, 1);
  store.after_find({});
  ASSERT_NE(update(*ann, notes, 1, R"({"public":false})"), "forbidden");
  EXPECT_EQ(find(*nobody, notes, 1), "not_found");
  gate.open();
  EXPECT_NE(*early, "held");
  EXPECT_EQ(find(*nobody, notes, 1), "not_found");
  EXPECT_NE(find(*ann, notes, 1), "not_found");
}

TEST_F(RuledReads, a_right_behind_a_reference_that_was_taken_away_is_not_given_by_an_older_read) {
  store.after_find(hold(notes));
  const auto early = begin(*nobody, comments, 1);
  store.after_find({});
  ASSERT_NE(update(*ann, notes, 1, R"({"public":false})"), "forbidden");
  EXPECT_EQ(find(*nobody, comments, 1), "not_found");
  gate.open();
  EXPECT_NE(*early, "held");
  EXPECT_EQ(find(*nobody, comments, 1), "not_found");
}

TEST_F(RuledReads, what_a_record_held_before_a_change_is_not_shown_by_a_right_from_after_it) {
  store.before_find(hold(notes));
  const auto held = begin(*nobody, comments, 2);
  store.before_find({});
  ASSERT_NE(update(*service, comments, 2, R"({"text":"clean"})"), "forbidden");
  ASSERT_NE(update(*ann, notes, 2, R"({"public":true})"), "forbidden");
  gate.open();
  EXPECT_EQ(*held, R"({"id":2,"note":2,"text":"clean"})");
}

TEST_F(RuledReads, a_record_that_never_stays_the_same_is_read_with_one_statement) {
  int changes = 0;
  store.before_find([&](const Context&, const RecordKey& key) {
    if (key.collection == &notes && ++changes < 9) {
      update(*service, comments, 1, R"({"text":"v)" + std::to_string(changes) + "\"}");
      update(*service, notes, 1, R"({"state":"v)" + std::to_string(changes) + "\"}");
      (void)block_on(cache.clear(*nobody));
    }
    return Task<void>();
  });
  EXPECT_EQ(find(*nobody, comments, 1), R"({"id":1,"note":1,"text":"v3"})");
  EXPECT_EQ(store.counts().lists, 1U);
}

TEST_F(RuledReads, a_right_that_changes_between_a_write_and_its_answer_is_taken_from_the_store) {
  store.after_apply([&](const Context&, const WriteBatch& batch) {
    store.after_apply({});
    if (batch.writes.front().collection == &comments) update(*ann, notes, 1, R"({"public":false})");
    return Task<void>();
  });
  EXPECT_EQ(update(*nobody, comments, 1, R"({"text":"mine"})"), "unseen");
}

}  // namespace
}  // namespace banyan::services
