// Queries and writes of tables that others made, whose columns have types of their own.
#include "banyan/adapters/postgres/store_fixture.hpp"

namespace banyan::postgres {
namespace {

using contracts::number;
using contracts::text;

std::unique_ptr<Schema> shop() {
  using namespace contracts;  // NOLINT: words of schemas
  Field state = field("state", FieldType::enumeration);
  state.enum_values = {"open", "paid", "shut"};
  Collection orders = collection("orders", {reference("buyer", "users", OnDelete::restrict), state,
                                            unique(field("code", FieldType::text)), field("price", FieldType::number),
                                            field("extra", FieldType::json), field("pieces", FieldType::integer),
                                            field("placed", FieldType::timestamp), field("note", FieldType::text)});
  orders.search = {3, 8};
  return schema({collection("users", {required(field("name", FieldType::text)), field("age", FieldType::integer)}),
                 std::move(orders)});
}

class Adopted : public StoreTest {
 protected:
  Adopted() : StoreTest(shop()) {
    run(R"sql(
      CREATE EXTENSION IF NOT EXISTS citext;
      CREATE TYPE state AS ENUM ('shut', 'open', 'paid');
      CREATE TABLE users (id serial PRIMARY KEY, name varchar(50) NOT NULL, age smallint);
      CREATE TABLE orders (id serial PRIMARY KEY, buyer integer REFERENCES users, state state, code varchar(20) UNIQUE,
        price numeric(10,2), extra json, pieces numeric(8,0), placed timestamp, note citext);
      INSERT INTO users (name, age) VALUES ('Ann', 30), ('bob', 20), ('Cid', NULL);
      INSERT INTO orders (buyer, state, code, price, extra, pieces, placed, note) VALUES
        (1, 'open', 'a', 1.25, '{"size": 7, "of": "oak"}', 3, '2026-11-01 10:00', 'Red wooden box'),
        (1, 'paid', 'B', 2.50, '{"of": "ash"}', 4, '2026-11-02 10:00', 'blue box'),
        (2, 'shut', 'c', 4.00, 'null', 5, NULL, NULL))sql");
    start();
  }

  std::size_t at_field(std::string_view name) const { return *at("orders").find_field(name); }
  std::string codes(Filter filter, std::vector<OrderTerm> order = {}) {
    Query query{.collection = &at("orders"), .filter = std::move(filter), .order = std::move(order)};
    const auto page = list(std::move(query));
    if (!page) return page.error().message + page.error().detail;
    std::string all;
    for (const Record& record : page->records) all += std::get<std::string>(record.values[at_field("code")]);
    return all;
  }
  Term json(std::string step, Term::Json kind) const {
    Term term(at_field("extra"));
    term.path = {std::move(step)};
    term.json = kind;
    return term;
  }
};

TEST_F(Adopted, columns_are_compared_by_values_whatever_their_types) {
  EXPECT_EQ(codes(Filter::compare(at_field("state"), CompareOp::in, {text("open"), text("shut")})), "ac");
  EXPECT_EQ(codes(Filter::compare(at_field("state"), CompareOp::gt, {text("open")})), "Bc") << "as text, not as enum";
  EXPECT_EQ(codes({}, {{.field = at_field("code")}}), "Bac");
  EXPECT_EQ(codes(Filter::compare(at_field("price"), CompareOp::eq, {Value(2.5)})), "B");
  EXPECT_EQ(codes(Filter::compare(at_field("pieces"), CompareOp::gte, {number(4)})), "Bc");
  EXPECT_EQ(codes(Filter::compare(at_field("note"), CompareOp::like, {text("%Box%")})), "")
      << "citext folds no case here";
  EXPECT_EQ(codes(Filter::compare(at_field("note"), CompareOp::ilike, {text("%BOX%")})), "aB");
}

// A statement and whoever looks at the record itself, as rules on cached records do, must come to the same.
TEST_F(Adopted, what_a_column_rounds_or_pads_is_compared_as_it_is_read) {
  run("ALTER TABLE orders ALTER price TYPE real USING price * 0.1, ALTER code TYPE char(4)");
  store_.reset();
  start();
  for (std::int64_t id = 1; id <= 3; ++id) {
    const auto record = find("orders", number(id));
    ASSERT_TRUE(record) << record.error().message;
    const Value& code = record->values[at_field("code")];
    EXPECT_EQ(std::get<std::string>(code).size(), 4U);
    for (const std::size_t field : {at_field("price"), at_field("code")}) {
      const Value& value = record->values[field];
      const Filter same = Filter::compare(field, CompareOp::eq, {value});
      EXPECT_TRUE(matches(same, *record));
      EXPECT_EQ(codes(same), std::get<std::string>(code)) << field;
      EXPECT_EQ(codes(Filter::both(same, Filter::compare(field, CompareOp::gt, {value}))), "") << field;
    }
  }
  EXPECT_EQ(codes({}, {{.field = at_field("price"), .descending = true}}), "c   B   a   ");
  EXPECT_EQ(codes(Filter::compare(at_field("code"), CompareOp::eq, {text("a")})), "");
  run("ALTER TABLE orders ALTER price TYPE numeric(30, 20); UPDATE orders SET price = 1 + (10 - id) * 1e-18");
  store_.reset();
  start();
  EXPECT_EQ(codes({}, {{.field = at_field("price")}}), "a   B   c   ") << "equal as doubles";
  EXPECT_EQ(codes(Filter::compare(at_field("code"), CompareOp::like, {text("a   ")})), "a   ");
}

TEST_F(Adopted, terms_look_into_them) {
  EXPECT_EQ(codes(Filter::compare(json("of", Term::Json::text), CompareOp::eq, {text("oak")})), "a");
  EXPECT_EQ(codes(Filter::compare(json("size", Term::Json::number), CompareOp::gt, {Value(6.5)})), "a");
  EXPECT_EQ(codes(Filter::compare(json("size", Term::Json::value), CompareOp::eq, {text("7")})), "a");
  EXPECT_EQ(codes(Filter::compare(at_field("extra"), CompareOp::json_contains, {text(R"({"of":"ash"})")})), "B");
  Term upper(at_field("code"));
  upper.function = Term::Function::upper;
  EXPECT_EQ(codes(Filter::compare(upper, CompareOp::eq, {text("C")})), "c");
  Term length(at_field("note"));
  length.function = Term::Function::length;
  EXPECT_EQ(codes(Filter::compare(length, CompareOp::eq, {number(8)})), "B");
  EXPECT_EQ(codes({}, {{.field = length, .descending = true}}), "aBc");
}

TEST_F(Adopted, relations_are_followed_where_the_reference_is_narrower_than_the_id) {
  const Relation buyer{.kind = Relation::Kind::to_one, .target = &at("users"), .field = 1, .single = true};
  const Filter grown = Filter::compare(2, CompareOp::gt, {number(25)});
  EXPECT_EQ(codes(Filter::related_by(buyer, grown, {})), "aB");

  const Relation orders{.kind = Relation::Kind::to_many, .target = &at("orders"), .field = 1};
  Query of_each{.collection = &at("orders"), .order = {{.field = at_field("price"), .descending = true}}, .limit = 1};
  Query query{.collection = &at("users")};
  query.embeds.push_back({.relation = orders, .query = std::move(of_each)});
  query.counted = Counted::exact;
  const auto page = list(std::move(query));
  ASSERT_TRUE(page) << page.error().message << page.error().detail;
  EXPECT_EQ(page->count, 3U);
  ASSERT_EQ(page->embeds.at(0).page.records.size(), 2U);
  EXPECT_EQ(page->embeds[0].page.records[0].values[at_field("code")], text("B"));
  EXPECT_EQ(page->embeds[0].spans.at(2).begin, page->embeds[0].spans.at(2).end);
}

TEST_F(Adopted, groups_and_aggregates_have_the_types_of_the_fields) {
  using Function = Aggregate::Function;
  Query query{.collection = &at("orders")};
  query.grouping = Grouping{.by = {Term(at_field("state"))},
                            .aggregates = {{Function::sum, Term(at_field("pieces"))},
                                           {Function::avg, Term(at_field("price"))},
                                           {Function::max, Term(at_field("placed"))},
                                           {Function::min, Term(at_field("note"))}}};
  const auto page = list(std::move(query));
  ASSERT_TRUE(page) << page.error().message << page.error().detail;
  ASSERT_EQ(page->rows.size(), 3U);
  EXPECT_EQ(page->rows[0], (std::vector<Value>{text("open"), number(3), Value(1.25),
                                               text("2026-11-01T10:00:00.000000Z"), text("Red wooden box")}));
  EXPECT_EQ(page->rows[2][3], Value(Null()));
}

TEST_F(Adopted, a_sum_that_no_integer_holds_is_refused) {
  run("ALTER TABLE orders ALTER pieces TYPE bigint; UPDATE orders SET pieces = 9223372036854775807");
  Query query{.collection = &at("orders")};
  query.grouping = Grouping{.by = {}, .aggregates = {{Aggregate::Function::sum, Term(at_field("pieces"))}}};
  const auto page = list(std::move(query));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::invalid) << page.error().detail;
  EXPECT_EQ(page.error().reason, "numeric_value_out_of_range");
}

TEST_F(Adopted, upserts_and_matches_find_their_records) {
  Write write = contracts::create(at("orders"), {{"buyer", number(1)}, {"state", text("paid")}, {"code", text("a")}});
  write.kind = Write::Kind::upsert;
  write.conflict = {at_field("code")};
  write.on_conflict = {{at_field("state"), text("paid")}, {at_field("extra"), text(R"({"of":"elm"})")}};
  const auto met = apply({write});
  ASSERT_TRUE(met) << met.error().message << met.error().detail;
  EXPECT_FALSE(met->changes.at(0).created);
  EXPECT_EQ(met->changes.at(0).record->values[at_field("extra")], text(R"({"of":"elm"})"));

  Write shut{.kind = Write::Kind::update_matches, .collection = &at("orders")};
  shut.filter = Filter::compare(at_field("state"), CompareOp::eq, {text("paid")});
  shut.changes = {{at_field("state"), text("shut")}, {at_field("pieces"), number(9)}};
  const auto changed = apply({shut});
  ASSERT_TRUE(changed) << changed.error().message << changed.error().detail;
  EXPECT_EQ(changed->counts, std::vector<std::size_t>{2});
  EXPECT_EQ(run("SELECT count(*) FROM orders WHERE state = 'shut' AND pieces = 9"), "2");
}

TEST_F(Adopted, an_upsert_without_a_unique_index_is_refused_plainly) {
  run("ALTER TABLE orders DROP CONSTRAINT orders_code_key; DROP INDEX IF EXISTS \"orders.code.unique\"");
  Write write = contracts::create(at("orders"), {{"code", text("a")}});
  write.kind = Write::Kind::upsert;
  write.conflict = {at_field("code")};
  write.on_conflict = {{at_field("state"), text("paid")}};
  const auto answer = apply({write});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::unsupported) << answer.error().detail;
}

TEST_F(Adopted, words_are_found_in_all_the_texts_that_are_searched) {
  const auto found = [&](std::string words, SearchWords how) {
    Filter filter = Filter::compare(0, CompareOp::search, {text(words)});
    filter.words = how;
    return codes(std::move(filter));
  };
  EXPECT_EQ(found("BOX", SearchWords::plain), "aB");
  EXPECT_EQ(found("c", SearchWords::plain), "c") << "the other text";
  EXPECT_EQ(found("box & !red", SearchWords::query), "B");
  EXPECT_EQ(found("wooden box", SearchWords::phrase), "a");
  EXPECT_EQ(found("box wooden", SearchWords::phrase), "");
  EXPECT_EQ(found("blue or wooden", SearchWords::web), "aB");
  Filter broken = Filter::compare(0, CompareOp::search, {text("box & & ")});
  broken.words = SearchWords::query;
  const auto refused = list({.collection = &at("orders"), .filter = std::move(broken)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid) << refused.error().message << refused.error().detail;
}

TEST_F(Adopted, the_search_has_an_index_that_the_planner_can_use) {
  EXPECT_EQ(run("SELECT count(*) FROM pg_indexes WHERE indexname = 'orders.code.note.search'"), "1");
  EXPECT_NE(run("SET enable_seqscan = off; EXPLAIN SELECT * FROM orders AS t0 WHERE to_tsvector('simple', "
                "coalesce(t0.\"code\", '') || ' ' || coalesce(t0.\"note\", '')) @@ plainto_tsquery('simple', 'box')")
                .find("orders.code.note.search"),
            std::string::npos);
}

TEST_F(Adopted, counts_may_come_from_the_planner) {
  run("INSERT INTO users (name, age) SELECT 'u', i % 100 FROM generate_series(1, 5000) i; ANALYZE users");
  const auto count = [&](Counted how, Filter filter) {
    Query query{.collection = &at("users"), .filter = std::move(filter), .limit = 0};
    query.counted = how;
    const auto page = list(std::move(query));
    return page ? page->count.value_or(0) : 0;
  };
  EXPECT_EQ(count(Counted::exact, {}), 5003U);
  EXPECT_NEAR(static_cast<double>(count(Counted::planned, {})), 5003, 300);
  EXPECT_NEAR(static_cast<double>(count(Counted::estimated, {})), 5003, 300);
  const Filter few = Filter::compare(2, CompareOp::eq, {number(7)});
  EXPECT_EQ(count(Counted::estimated, few), 50U) << "exact, since they are few";
  EXPECT_NEAR(static_cast<double>(count(Counted::planned, few)), 50, 30);
}

}  // namespace
}  // namespace banyan::postgres
