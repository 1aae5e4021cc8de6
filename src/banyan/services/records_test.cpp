#include "banyan/services/records.hpp"

#include <gtest/gtest.h>

#include "banyan/adapters/memory/staged_record_store.hpp"

#include "banyan/adapters/memory/cache.hpp"
#include "banyan/adapters/memory/record_store.hpp"
#include "banyan/services/testing_rig.hpp"

namespace banyan::services {
namespace {

using testing::field;
using testing::json;

std::vector<Collection> collections() {
  Collection users = testing::open_collection("users");
  Field email = field("email");
  email.unique = true;
  users.fields.insert(users.fields.end(), {field("name"), email});
  Collection notes = testing::open_collection("notes", IdKind::uuid);
  Field author = field("author", FieldType::reference);
  author.reference_to = "users";
  author.on_delete = OnDelete::cascade;
  notes.fields.push_back(author);
  Collection plain = testing::open_collection("plain");
  plain.cached = false;
  plain.fields.push_back(field("name"));
  Collection closed = testing::open_collection("closed");
  closed.policy = Policy();
  closed.fields.push_back(field("name"));
  return {users, notes, plain, closed};
}

/// A cache that answers only after a turn through the executor, as one over the network does.
class FarCache final : public Cache {
 public:
  explicit FarCache(Cache& near) : near_(near) {}
  Task<CachedRecordPtr> get(const Context& context, std::string_view key) override {
    co_return co_await near_.get(context, key);
  }
  Task<Ticket> take_ticket(const Context& context, std::string_view key) override {
    co_return co_await near_.take_ticket(context, key);
  }
  Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) override {
    co_await near_.fill(context, key, ticket, std::move(value));
  }
  Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                           const std::optional<CacheUse>& use) override {
    co_return co_await near_.raise(context, keys, use);
  }
  Task<void> hear(const Context& context, std::span<const Raise> keys) override { co_await near_.hear(context, keys); }
  Task<Result<void>> clear(const Context& context) override { co_return co_await near_.clear(context); }

 private:
  Cache& near_;
};

class RecordsTest : public ::testing::Test {
 protected:
  InlineExecutor executor;
  ManualClock clock;
  SystemRandom random;
  UnseenMetrics metrics;
  Schema schema = testing::completed(collections());
  memory::RecordStore inner{schema, clock};
  memory::StagedRecordStore store{inner};
  memory::Cache cache{{.ttl_jitter = 0}, {clock, random, metrics}};
  Records records{{schema, store, cache, clock, random, metrics}};
  std::unique_ptr<Context> context = testing::request(executor, clock);
  const Collection& users = schema.collections[0];
  const Collection& notes = schema.collections[1];

  Result<CachedRecordPtr> find(const Collection& collection, Value id) {
    return block_on(records.find(*context, collection, std::move(id)));
  }
  std::string body(const Collection& collection, Value id) {
    auto found = find(collection, std::move(id));
    return found ? (*found)->body : to_string(found.error().code);
  }
  Result<std::vector<Written>> create(const Collection& collection, std::string_view text) {
    const boost::json::value value = json(text);
    return block_on(records.create(*context, collection, value));
  }
  Result<Written> update(const Collection& collection, Value id, std::string_view text,
                         std::optional<Version> expected = std::nullopt) {
    const boost::json::value value = json(text);
    return block_on(records.update(*context, collection, std::move(id), value, expected));
  }
  Result<Written> replace(const Collection& collection, Value id, std::string_view text) {
    const boost::json::value value = json(text);
    return block_on(records.replace(*context, collection, std::move(id), value, std::nullopt));
  }
  Result<void> remove(const Collection& collection, Value id) {
    return block_on(records.remove(*context, collection, std::move(id), std::nullopt));
  }
  std::uint64_t finds() { return store.counts().finds; }
};

constexpr std::int64_t one = 1;

TEST_F(RecordsTest, a_record_is_read_from_the_store_once) {
  ASSERT_TRUE(create(users, R"({"name":"Alice"})"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(body(users, one), R"({"id":1,"name":"Alice","email":null})");
  EXPECT_EQ(finds(), 1U);
}

TEST_F(RecordsTest, that_there_is_no_record_is_remembered_until_it_is_made) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(body(users, one), "not_found");
  EXPECT_EQ(finds(), 1U);
  ASSERT_TRUE(create(users, R"({"name":"Alice"})"));
  EXPECT_EQ(body(users, one), R"({"id":1,"name":"Alice","email":null})");
}

TEST_F(RecordsTest, what_cannot_be_an_id_is_not_found_and_asks_nobody) {
  EXPECT_EQ(body(users, std::string("x")), "not_found");
  EXPECT_EQ(body(notes, one), "not_found");
  EXPECT_EQ(finds(), 0U);
}

TEST_F(RecordsTest, a_write_answers_with_the_record_as_stored_and_the_next_read_sees_it) {
  const auto created = create(users, R"([{"name":"Alice"},{"name":"Bob","email":"bob"}])");
  ASSERT_TRUE(created);
  ASSERT_EQ(created->size(), 2U);
  EXPECT_EQ((*created)[1].record->body, R"({"id":2,"name":"Bob","email":"bob"})");
  EXPECT_EQ(body(users, std::int64_t{2}), (*created)[1].record->body);
  const auto updated = update(users, std::int64_t{2}, R"({"name":"Bobby"})");
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->record->body, R"({"id":2,"name":"Bobby","email":"bob"})");
  EXPECT_GT(updated->version, (*created)[1].version);
  EXPECT_EQ(body(users, std::int64_t{2}), updated->record->body);
  const auto replaced = replace(users, std::int64_t{2}, R"({"name":"Rob"})");
  ASSERT_TRUE(replaced);
  EXPECT_EQ(body(users, std::int64_t{2}), R"({"id":2,"name":"Rob","email":null})");
  ASSERT_TRUE(remove(users, std::int64_t{2}));
  EXPECT_EQ(body(users, std::int64_t{2}), "not_found");
}

TEST_F(RecordsTest, an_update_of_a_kept_record_keeps_the_new_one_without_a_query) {
  ASSERT_TRUE(create(users, R"({"name":"Alice"})"));
  (void)find(users, one);
  ASSERT_TRUE(update(users, one, R"({"name":"Al"})"));
  EXPECT_EQ(body(users, one), R"({"id":1,"name":"Al","email":null})");
  EXPECT_EQ(finds(), 1U);
}

TEST_F(RecordsTest, an_empty_array_makes_nothing_and_asks_nobody) {
  const auto created = create(users, "[]");
  ASSERT_TRUE(created);
  EXPECT_TRUE(created->empty());
  EXPECT_EQ(store.counts().applies, 0U);
}

TEST_F(RecordsTest, bad_input_never_reaches_the_store) {
  EXPECT_FALSE(create(users, R"({"nme":"Alice"})"));
  EXPECT_FALSE(update(users, one, "{}"));
  EXPECT_FALSE(replace(users, one, "[]"));
  EXPECT_EQ(store.counts().applies, 0U);
}

TEST_F(RecordsTest, the_stores_refusals_come_through) {
  ASSERT_TRUE(create(users, R"({"email":"a"})"));
  EXPECT_EQ(create(users, R"({"email":"a"})").error().code, ErrorCode::already_exists);
  EXPECT_EQ(update(users, std::int64_t{9}, R"({"name":"x"})").error().code, ErrorCode::not_found);
  EXPECT_EQ(update(users, one, R"({"name":"x"})", Version{1}).error().code, ErrorCode::version_mismatch);
  EXPECT_EQ(remove(users, std::int64_t{9}).error().code, ErrorCode::not_found);
}

TEST_F(RecordsTest, a_closed_collection_is_for_the_service_key_and_the_store_is_not_asked) {
  const Collection& closed = schema.collections[3];
  Query query;
  query.collection = &closed;
  const auto codes = [&] {
    std::vector<ErrorCode> list;
    const auto note = [&](const auto& result) { list.push_back(result ? ErrorCode::internal : result.error().code); };
    note(find(closed, one));
    note(block_on(records.list(*context, query)));
    note(create(closed, "{}"));
    note(update(closed, one, R"({"name":"x"})"));
    note(replace(closed, one, "{}"));
    note(remove(closed, one));
    return list;
  };
  EXPECT_EQ(codes(), std::vector<ErrorCode>(6, ErrorCode::unauthenticated));
  EXPECT_EQ(finds() + store.counts().lists + store.counts().applies, 0U);
  context->viewer.kind = Viewer::Kind::service;
  EXPECT_TRUE(create(closed, R"({"name":"x"})"));
  EXPECT_EQ(body(closed, one), R"({"id":1,"name":"x"})");
}

TEST_F(RecordsTest, an_uncached_collection_is_read_from_the_store_each_time) {
  const Collection& plain = schema.collections[2];
  ASSERT_TRUE(create(plain, R"({"name":"x"})"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(body(plain, one), R"({"id":1,"name":"x"})");
  EXPECT_EQ(body(plain, std::int64_t{2}), "not_found");
  EXPECT_EQ(finds(), 4U);
  EXPECT_EQ(cache.stats().entries, 0U);
}

TEST_F(RecordsTest, what_a_deletion_takes_along_is_gone_from_the_cache_too) {
  ASSERT_TRUE(create(users, R"({"name":"Alice"})"));
  const auto note = create(notes, R"({"author":1})");
  ASSERT_TRUE(note) << note.error().message;
  const boost::json::value shown = json(note->front().record->body);
  const std::string id(shown.at("id").as_string().c_str());
  EXPECT_EQ(body(notes, id), note->front().record->body);
  ASSERT_TRUE(remove(users, one));
  EXPECT_EQ(body(notes, id), "not_found");
}

TEST_F(RecordsTest, a_cache_that_answers_late_serves_the_same) {
  FarCache far(cache);
  Records over_far({schema, store, far, clock, random, metrics});
  ASSERT_TRUE(create(users, R"({"name":"Alice"})"));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ((*block_on(over_far.find(*context, users, one)))->body, R"({"id":1,"name":"Alice","email":null})");
  EXPECT_EQ(finds(), 1U);
}

TEST_F(RecordsTest, without_a_cache_everything_is_served_from_the_store) {
  memory::NoCache none;
  Records bare({schema, store, none, clock, random, metrics});
  ASSERT_TRUE(create(users, R"({"name":"Alice"})"));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ((*block_on(bare.find(*context, users, one)))->body, R"({"id":1,"name":"Alice","email":null})");
  EXPECT_EQ(finds(), 3U);
}

TEST_F(RecordsTest, after_a_write_of_unknown_outcome_nothing_kept_is_believed) {
  ASSERT_TRUE(create(users, R"({"name":"Alice"})"));
  (void)find(users, one);
  store.lose_next_apply_answer(Error(ErrorCode::outcome_unknown, "lost"));
  EXPECT_EQ(update(users, one, R"({"name":"Al"})").error().code, ErrorCode::outcome_unknown);
  EXPECT_EQ(body(users, one), R"({"id":1,"name":"Al","email":null})");
}

TEST_F(RecordsTest, after_a_deletion_of_unknown_outcome_what_it_may_have_taken_along_is_not_believed_either) {
  ASSERT_TRUE(create(users, R"({"name":"Alice"})"));
  const auto note = create(notes, R"({"author":1})");
  const boost::json::value shown = json(note->front().record->body);
  const std::string id(shown.at("id").as_string().c_str());
  (void)find(notes, id);
  store.lose_next_apply_answer(Error(ErrorCode::outcome_unknown, "lost"));
  EXPECT_FALSE(remove(users, one));
  EXPECT_EQ(body(notes, id), "not_found");
}

TEST_F(RecordsTest, a_failed_read_is_told_and_not_kept) {
  ASSERT_TRUE(create(users, R"({"name":"Alice"})"));
  store.fail_next_find(Error(ErrorCode::unavailable, "not now"));
  EXPECT_EQ(body(users, one), "unavailable");
  EXPECT_EQ(body(users, one), R"({"id":1,"name":"Alice","email":null})");
}

TEST_F(RecordsTest, a_miss_past_its_deadline_does_not_reach_the_store) {
  Context late{.executor = executor, .clock = clock, .deadline = clock.steady(), .viewer = {}, .position = {}};
  EXPECT_EQ(block_on(records.find(late, users, one)).error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(finds(), 0U);
}

}  // namespace
}  // namespace banyan::services
