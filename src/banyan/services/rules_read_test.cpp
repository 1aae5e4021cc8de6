#include "banyan/core/record_json.hpp"
#include "banyan/services/rules_fixture.hpp"

namespace banyan::services {
namespace {

class Find : public testing::RuledRecords {};
class List : public testing::RuledRecords {};

constexpr auto open_without_secret = R"({"id":1,"owner":1,"title":"open","public":true,"state":null})";
constexpr auto open_whole = R"({"id":1,"owner":1,"title":"open","public":true,"secret":"s1","state":null})";

TEST_F(Find, a_record_shows_each_viewer_what_the_rules_give_it) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(find(*ann, notes, 1), open_whole);
    EXPECT_EQ(find(*service, notes, 1), open_whole);
    EXPECT_EQ(find(*bob, notes, 1), open_without_secret);
    EXPECT_EQ(find(*nobody, notes, 1), open_without_secret);
    EXPECT_EQ(find(*nobody, notes, 2), "not_found");
    EXPECT_EQ(find(*bob, notes, 2), "not_found");
  }
  EXPECT_EQ(store.counts().finds, 2U) << "all viewers share what the cache keeps";
}

TEST_F(Find, a_record_that_may_not_be_read_is_answered_as_one_that_is_not_there) {
  const Error closed = block_on(records.find(*bob, notes, Value(std::int64_t{2}))).error();
  ASSERT_EQ(remove(*ann, notes, 2), "removed");
  const Error gone = block_on(records.find(*bob, notes, Value(std::int64_t{2}))).error();
  EXPECT_EQ(words(closed), words(gone));
  EXPECT_EQ(closed.hint + closed.reason, gone.hint + gone.reason);
  EXPECT_EQ(closed.fields, gone.fields);
}

TEST_F(Find, without_a_cache_a_record_that_may_not_be_read_is_answered_so_too) {
  memory::NoCache none;
  Records bare({schema, store, none, clock, random, metrics},
               {.batch_records_max = 9, .flight_followers_max = 9, .cached = false});
  const Error closed = block_on(bare.find(*bob, notes, Value(std::int64_t{2}))).error();
  ASSERT_EQ(remove(*ann, notes, 2), "removed");
  const Error gone = block_on(bare.find(*bob, notes, Value(std::int64_t{2}))).error();
  EXPECT_EQ(words(closed), words(gone));
}

TEST_F(Find, a_projection_leaves_out_what_is_hidden) {
  const auto found = block_on(records.find(*bob, notes, Value(std::int64_t{1})));
  ASSERT_TRUE(found);
  std::string out;
  append_projection(out, **found, std::vector<std::size_t>{note_secret, note_title, note_secret + 1});
  EXPECT_EQ(out, R"({"title":"open","state":null})");
  EXPECT_TRUE((*found)->rule_values.empty()) << "they hold what is hidden";
}

TEST_F(Find, a_rule_may_look_behind_a_reference) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(find(*nobody, comments, 1), R"({"id":1,"note":1,"text":"c1"})");
    EXPECT_EQ(find(*nobody, comments, 2), "not_found");
    EXPECT_EQ(find(*ann, comments, 2), R"({"id":2,"note":2,"text":"c2"})");
    EXPECT_EQ(find(*ann, comments, 3), "not_found");
  }
  EXPECT_EQ(store.counts().finds, 6U) << "three comments and their notes";
  EXPECT_EQ(store.counts().lists, 0U);
}

TEST_F(Find, without_a_cache_a_rule_that_looks_behind_a_reference_is_one_statement) {
  memory::NoCache none;
  Records bare({schema, store, none, clock, random, metrics},
               {.batch_records_max = 9, .flight_followers_max = 9, .cached = false});
  EXPECT_TRUE(block_on(bare.find(*nobody, comments, Value(std::int64_t{1}))));
  EXPECT_EQ(block_on(bare.find(*nobody, comments, Value(std::int64_t{2}))).error().code, ErrorCode::not_found);
  EXPECT_EQ(store.counts().finds, 0U);
  EXPECT_EQ(store.counts().lists, 2U);
}

TEST_F(Find, a_right_that_was_taken_away_is_gone_when_that_is_acknowledged) {
  EXPECT_EQ(find(*nobody, notes, 1), open_without_secret);
  EXPECT_EQ(find(*nobody, comments, 1), R"({"id":1,"note":1,"text":"c1"})");
  ASSERT_NE(update(*ann, notes, 1, R"({"public":false})"), "forbidden");
  EXPECT_EQ(find(*nobody, notes, 1), "not_found");
  EXPECT_EQ(find(*nobody, comments, 1), "not_found") << "its rule looks at the note";
}

TEST_F(List, shows_what_may_be_read_and_says_what_is_hidden) {
  EXPECT_EQ(listed(*nobody, query_of(notes), note_title), "open");
  EXPECT_EQ(listed(*ann, query_of(notes), note_title), "open closed");
  EXPECT_EQ(listed(*service, query_of(notes), note_title), "open closed bobs");
  EXPECT_EQ(listed(*bob, query_of(notes), note_secret), "null s3");
  const auto page = block_on(records.list(*bob, query_of(notes)));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->hidden, (std::vector<std::vector<std::size_t>>{{note_secret}, {}}));
}

TEST_F(List, counts_and_groups_what_may_be_read) {
  Query counted = query_of(notes);
  counted.counted = Counted::estimated;
  std::vector<Counted> asked;
  store.before_list([&](const Context&, const Query& query) {
    asked.push_back(query.counted);
    return Task<void>();
  });
  const auto page = block_on(records.list(*nobody, counted));
  EXPECT_EQ(page->count, 1U);
  (void)block_on(records.list(*service, counted));
  EXPECT_EQ(asked, (std::vector<Counted>{Counted::exact, Counted::estimated}))
      << "a planner's estimate is made of what may not be read, too";
  Query grouped = query_of(notes);
  grouped.grouping = Grouping{.by = {}, .aggregates = {{.function = Aggregate::Function::count, .term = {}}}};
  const auto rows = block_on(records.list(*ann, grouped));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->rows, (std::vector<std::vector<Value>>{{std::int64_t{2}}}));
}

TEST_F(List, never_depends_on_a_field_that_may_be_hidden) {
  const auto refused = [&](Query query) {
    const auto page = block_on(records.list(*bob, query));
    return !page && page.error().code == ErrorCode::forbidden && page.error().reason == "access_denied";
  };
  EXPECT_TRUE(refused(query_of(notes, equals(note_secret, "s1"))));
  EXPECT_TRUE(refused(query_of(notes, Filter::negate(equals(note_secret, "s1")))));
  EXPECT_TRUE(refused(query_of(notes, Filter::compare_terms(note_title, CompareOp::eq, note_secret))));
  const Relation back = relation(comments, Relation::Kind::to_one, notes);
  EXPECT_TRUE(refused(query_of(comments, Filter::related_by(back, equals(note_secret, "s1"), {}))));
  Query ordered = query_of(notes);
  ordered.order.push_back({.field = note_secret});
  EXPECT_TRUE(refused(ordered));
  Query grouped = query_of(notes);
  grouped.grouping = Grouping{.by = {note_secret}, .aggregates = {}};
  EXPECT_TRUE(refused(grouped));
  grouped.grouping = Grouping{.by = {}, .aggregates = {{.function = Aggregate::Function::max, .term = note_secret}}};
  EXPECT_TRUE(refused(grouped));
  EXPECT_EQ(listed(*service, query_of(notes, equals(note_secret, "s1")), note_title), "open");
  EXPECT_EQ(listed(*nobody, query_of(notes, equals(note_secret, "s1")), note_title), "unauthenticated");
}

TEST_F(List, is_not_put_in_the_order_of_records_that_may_not_be_read) {
  Query ordered = query_of(comments);
  ordered.order.push_back({.field = note_title, .of_reference = 1});
  EXPECT_EQ(listed(*bob, ordered, 2), "forbidden");
  EXPECT_EQ(listed(*service, ordered, 2), "c3 c2 c1");
  Query by_owner = query_of(notes);
  by_owner.order.push_back({.field = 1, .descending = true, .of_reference = note_owner});
  EXPECT_EQ(listed(*bob, by_owner, note_title), "bobs open") << "everyone may read people";
}

TEST_F(List, asks_of_related_records_only_what_may_be_read_of_them) {
  const Relation to_notes = relation(people, Relation::Kind::to_many, notes);
  const Filter has_closed = Filter::related_by(to_notes, equals(note_title, "closed"), {});
  EXPECT_EQ(listed(*bob, query_of(people, has_closed), 1), "");
  EXPECT_EQ(listed(*bob, query_of(people, Filter::negate(has_closed)), 1), "Ann Bob");
  EXPECT_EQ(listed(*ann, query_of(people, has_closed), 1), "Ann");
  EXPECT_EQ(listed(*ann, query_of(people, Filter::negate(has_closed)), 1), "Bob");
}

TEST_F(List, embeds_what_may_be_read_at_every_depth) {
  const auto embedded = [&](const Context& context) {
    Query query = query_of(people);
    Embed& of_notes = query.embeds.emplace_back();
    of_notes.relation = relation(people, Relation::Kind::to_many, notes);
    of_notes.query = query_of(notes);
    Embed& of_comments = of_notes.query.embeds.emplace_back();
    of_comments.relation = relation(notes, Relation::Kind::to_many, comments);
    of_comments.query = query_of(comments);
    const auto page = block_on(records.list(context, query));
    if (!page) return words(page.error());
    std::string out;
    const RecordPage& inner_notes = page->embeds[0].page;
    for (const Record& record : inner_notes.records)
      out += text_of(record.values[note_title]) + "/" + text_of(record.values[note_secret]) + " ";
    for (const Record& record : inner_notes.embeds[0].page.records) out += text_of(record.values[2]) + " ";
    return out;
  };
  EXPECT_EQ(embedded(*nobody), "open/null c1 ");
  EXPECT_EQ(embedded(*ann), "open/s1 closed/s2 c1 c2 ");
  EXPECT_EQ(embedded(*bob), "open/null bobs/s3 c1 c3 ");
}

TEST_F(List, goes_through_a_collection_only_where_that_may_be_read) {
  make(tags, R"([{"name":"red"}])");
  make(taggings, R"([{"note":1,"tag":1}])");
  const Relation way = relation(notes, Relation::Kind::through, tags);
  Query query = query_of(notes);
  Embed& embed = query.embeds.emplace_back();
  embed.relation = way;
  embed.query = query_of(tags);
  EXPECT_EQ(block_on(records.list(*bob, query)).error().code, ErrorCode::forbidden);
  EXPECT_EQ(block_on(records.list(*nobody, query)).error().code, ErrorCode::unauthenticated);
  EXPECT_EQ(block_on(records.list(*editor, query))->embeds[0].page.records.size(), 1U);
  const Filter related = Filter::related_by(way, {}, {});
  EXPECT_EQ(listed(*bob, query_of(notes, related), note_title), "forbidden");
  EXPECT_EQ(listed(*editor, query_of(notes, related), note_title), "open");
}

}  // namespace
}  // namespace banyan::services
