#include <limits>

#include "tests/contracts/record_store_contract.hpp"

// Groups and their aggregates, and how many match.
namespace banyan::contracts {

bool link_contract_groups() { return true; }

namespace {

using Function = Aggregate::Function;
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

Query grouped(Query query, std::vector<Term> by, std::vector<Aggregate> aggregates) {
  query.grouping = Grouping{.by = std::move(by), .aggregates = std::move(aggregates)};
  return query;
}

TEST_P(RecordStoreTrees, without_terms_there_is_one_row_over_all_even_over_none) {
  const std::size_t age = field("users", "age");
  const Query wanted = grouped(query("users"), {},
                               {{Function::count},
                                {Function::count, Term(age)},
                                {Function::sum, Term(age)},
                                {Function::avg, Term(age)},
                                {Function::min, Term(age)},
                                {Function::max, Term(age)}});
  EXPECT_EQ(must_list(wanted).rows, (Rows{{integer(0), integer(0), Null(), Null(), Null(), Null()}}));
  make("users");
  EXPECT_EQ(must_list(wanted).rows, (Rows{{integer(1), integer(0), Null(), Null(), Null(), Null()}}));
  make("users", {{"age", integer(3)}});
  make("users", {{"age", integer(-4)}});
  const RecordPage page = must_list(wanted);
  EXPECT_EQ(page.rows, (Rows{{integer(3), integer(2), integer(-1), -0.5, integer(-4), integer(3)}}));
  EXPECT_TRUE(page.records.empty());
}

TEST_P(RecordStoreTrees, a_group_is_made_of_equal_values_and_nulls_are_one) {
  const auto user = [&](std::string_view name, Value age, Value score) {
    make("users", {{"name", text(name)}, {"age", std::move(age)}, {"score", std::move(score)}});
  };
  user("a", integer(1), 0.25);
  user("A", integer(1), 0.5);
  user("a", Null(), 1.0);
  user("b", Null(), Null());
  user("a", integer(1), 8.0);
  const Term name = field("users", "name");
  const Term age = field("users", "age");
  const Term score = field("users", "score");
  EXPECT_EQ(must_list(grouped(query("users"), {age}, {{Function::count}, {Function::sum, score}})).rows,
            (Rows{{integer(1), integer(3), 8.75}, {Null(), integer(2), 1.0}}));
  EXPECT_EQ(must_list(grouped(query("users"), {name, age}, {{Function::count}})).rows,
            (Rows{{text("A"), integer(1), integer(1)},
                  {text("a"), integer(1), integer(2)},
                  {text("a"), Null(), integer(1)},
                  {text("b"), Null(), integer(1)}}));
  EXPECT_EQ(must_list(grouped(query("users"), {age, name}, {})).rows.size(), 4U) << "groups alone are distinct values";
  EXPECT_EQ(must_list(grouped(query("users", Filter::nothing()), {age}, {{Function::count}})).rows, Rows());
}

TEST_P(RecordStoreTrees, rows_are_ordered_and_cut_as_records_are) {
  for (const int age : {1, 2, 2, 3, 3, 3}) make("users", {{"age", integer(age)}, {"active", age != 2}});
  make("users");
  const Term age = field("users", "age");
  const Term active = field("users", "active");
  const auto ages = [&](std::vector<OrderTerm> order, std::uint32_t limit, std::uint64_t offset) {
    Query wanted = grouped(query("users", {}, std::move(order)), {age}, {});
    wanted.limit = limit;
    wanted.offset = offset;
    Row found;
    for (const Row& row : must_list(wanted).rows) found.push_back(row.at(0));
    return found;
  };
  EXPECT_EQ(ages({}, 100, 0), (Row{integer(1), integer(2), integer(3), Null()}));
  EXPECT_EQ(ages({{.field = age, .descending = true}}, 100, 0), (Row{integer(3), integer(2), integer(1), Null()}));
  EXPECT_EQ(ages({{.field = age, .nulls_first = true}}, 2, 1), (Row{integer(1), integer(2)}));
  EXPECT_EQ(ages({}, 2, 3), Row{Null()});
  EXPECT_EQ(ages({}, 0, 0), Row());
  const Rows rows =
      must_list(grouped(query("users", {}, {{.field = active, .descending = true}}), {age, active}, {})).rows;
  EXPECT_EQ(rows, (Rows{{integer(1), true}, {integer(3), true}, {integer(2), false}, {Null(), Null()}}));
}

TEST_P(RecordStoreTrees, sums_of_integers_are_exact_or_an_error) {
  const Term age = field("users", "age");
  const Query sum = grouped(query("users"), {}, {{Function::sum, age}});
  const Query avg = grouped(query("users"), {}, {{Function::avg, age}});
  make("users", {{"age", integer(most)}});
  make("users", {{"age", integer(most)}});
  for (const Query& wanted : {sum, grouped(query("users"), {field("users", "active")}, {{Function::sum, age}})}) {
    const Result<RecordPage> page = list(wanted);
    ASSERT_FALSE(page.has_value());
    EXPECT_EQ(page.error().code, ErrorCode::invalid);
    EXPECT_EQ(page.error().reason, "numeric_value_out_of_range");
  }
  EXPECT_EQ(must_list(avg).rows, (Rows{{9223372036854775808.0}})) << "which a number holds";
  make("users", {{"age", integer(least)}});
  EXPECT_EQ(must_list(sum).rows, (Rows{{integer(most - 1)}})) << "whatever it was on the way";
  make("users", {{"age", integer(least)}});
  EXPECT_EQ(must_list(sum).rows, (Rows{{integer(-2)}}));
  EXPECT_EQ(must_list(avg).rows, (Rows{{-0.5}}));
}

TEST_P(RecordStoreTrees, a_sum_that_does_not_fit_is_an_error_on_every_page) {
  for (const char* name : {"a", "b", "c"}) make("users", {{"name", text(name)}, {"age", integer(1)}});
  for (int i = 0; i < 2; ++i) make("users", {{"name", text("b")}, {"age", integer(most)}});
  const Term name = field("users", "name");
  for (const bool descending : {false, true})
    for (std::uint64_t offset = 0; offset < 3; ++offset) {
      Query one = grouped(query("users"), {name}, {{Function::sum, field("users", "age")}});
      one.order = {{.field = name, .descending = descending}};
      one.limit = 1;
      one.offset = offset;
      const Result<RecordPage> page = list(one);
      ASSERT_FALSE(page.has_value()) << offset;
      EXPECT_EQ(page.error().reason, "numeric_value_out_of_range") << page.error().message;
    }
  Query counted = grouped(query("users"), {name}, {{Function::sum, field("users", "age")}});
  counted.limit = 0;
  counted.counted = Counted::exact;
  EXPECT_EQ(must_list(counted).count, 3U) << "for which no sum is made";
}

TEST_P(RecordStoreTrees, sums_of_numbers_that_no_double_holds_are_an_error) {
  for (int i = 0; i < 2; ++i) make("users", {{"score", 1e308}});
  for (const Function function : {Function::sum, Function::avg}) {
    const Result<RecordPage> page = list(grouped(query("users"), {}, {{function, Term(field("users", "score"))}}));
    ASSERT_FALSE(page.has_value());
    EXPECT_EQ(page.error().code, ErrorCode::invalid);
    EXPECT_EQ(page.error().reason, "numeric_value_out_of_range");
  }
}

TEST_P(RecordStoreTrees, least_and_greatest_have_the_order_of_every_type) {
  make("users", {{"name", text("b")},
                 {"score", -1e300},
                 {"born", text("0999-12-31")},
                 {"seen_at", text("1969-12-31T23:59:59.999999Z")},
                 {"external", uuid(9)},
                 {"role", text("member")}});
  make("users", {{"name", text("Z")},
                 {"score", 5e-324},
                 {"born", text("2026-11-23")},
                 {"seen_at", text("1970-01-01T00:00:00.000000Z")},
                 {"external", uuid(10)},
                 {"role", text("admin")}});
  make("users", {{"name", text("\xC3\xA9")}});
  const std::pair<std::string_view, Row> cases[] = {
      {"name", {text("Z"), text("\xC3\xA9")}},
      {"score", {-1e300, 5e-324}},
      {"born", {text("0999-12-31"), text("2026-11-23")}},
      {"seen_at", {text("1969-12-31T23:59:59.999999Z"), text("1970-01-01T00:00:00.000000Z")}},
      {"external", {uuid(9), uuid(10)}},
      {"role", {text("admin"), text("member")}},
      {"id", {integer(1), integer(3)}},
  };
  for (const auto& [name, expected] : cases) {
    const Term term = field("users", name);
    EXPECT_EQ(must_list(grouped(query("users"), {}, {{Function::min, term}, {Function::max, term}})).rows,
              Rows{expected})
        << name;
  }
}

TEST_P(RecordStoreTrees, groups_and_aggregates_look_at_every_kind_of_term) {
  make("users", {{"name", text("Ann")}, {"settings", text(R"({"k":"x","n":1.5})")}});
  make("users", {{"name", text("aNN")}, {"settings", text(R"({"k":"x","n":2})")}});
  make("users", {{"name", text("Bo")}, {"settings", text(R"({"k":"y","n":"2"})")}});
  make("users", {{"name", text("bO")}});
  const Term lower = function_of("users", "name", Term::Function::lower);
  const Term length = function_of("users", "name", Term::Function::length);
  const Term key = setting({"k"}, Term::Json::text);
  const Term number = setting({"n"}, Term::Json::number);
  EXPECT_EQ(must_list(grouped(query("users"), {lower}, {{Function::count}, {Function::sum, length}})).rows,
            (Rows{{text("ann"), integer(2), integer(6)}, {text("bo"), integer(2), integer(4)}}));
  EXPECT_EQ(must_list(grouped(query("users"), {key}, {{Function::sum, number}, {Function::avg, number}})).rows,
            (Rows{{text("x"), 3.5, 1.75}, {text("y"), Null(), Null()}, {Null(), Null(), Null()}}));
  EXPECT_EQ(must_list(grouped(query("users"), {}, {{Function::max, key}, {Function::min, lower}})).rows,
            (Rows{{text("y"), text("ann")}}));
}

TEST_P(RecordStoreTrees, a_filter_decides_what_is_grouped) {
  const Blog blog = fill_blog();
  const Filter by_ann = Filter::related_by(to_one("posts", "author"), older_than(35), {});
  const Term rating = field("posts", "rating");
  EXPECT_EQ(must_list(grouped(query("posts", by_ann), {}, {{Function::count}, {Function::max, rating}})).rows,
            (Rows{{integer(1), 4.5}}));
  const Term author = field("posts", "author");
  EXPECT_EQ(must_list(grouped(query("posts"), {author}, {{Function::count}})).rows,
            (Rows{{blog.ann, integer(1)}, {blog.bob, integer(1)}, {Null(), integer(1)}}));
}

Rows rows_of(const EmbeddedPage& embedded, std::size_t place) {
  const EmbeddedPage::Span span = embedded.spans.at(place);
  return {embedded.page.rows.begin() + static_cast<std::ptrdiff_t>(span.begin),
          embedded.page.rows.begin() + static_cast<std::ptrdiff_t>(span.end)};
}

TEST_P(RecordStoreTrees, what_belongs_to_each_record_is_grouped_by_itself) {
  const Blog blog = fill_blog();
  make("posts", {{"author", blog.ann}, {"rating", 0.5}, {"editor", blog.bob}});
  const Term rating = field("posts", "rating");
  const Term editor = field("posts", "editor");
  Query wanted = query("users");
  wanted.embeds = {embed(to_many("posts", "author")), embed(to_many("posts", "author")),
                   embed(to_one("users", "boss"))};
  wanted.embeds[0].query = grouped(std::move(wanted.embeds[0].query), {}, {{Function::count}, {Function::sum, rating}});
  wanted.embeds[1].query = grouped(std::move(wanted.embeds[1].query), {editor}, {{Function::count}});
  wanted.embeds[2].query = grouped(std::move(wanted.embeds[2].query), {}, {{Function::count}});
  const RecordPage page = must_list(wanted);
  EXPECT_EQ(rows_of(page.embeds[0], 0), (Rows{{integer(0), Null()}})) << "one row also where nothing belongs";
  EXPECT_EQ(rows_of(page.embeds[0], 1), (Rows{{integer(2), 5.0}}));
  EXPECT_EQ(rows_of(page.embeds[0], 2), (Rows{{integer(1), 1.5}}));
  EXPECT_EQ(rows_of(page.embeds[1], 0), Rows());
  EXPECT_EQ(rows_of(page.embeds[1], 1), (Rows{{blog.bob, integer(2)}}));
  EXPECT_EQ(rows_of(page.embeds[1], 2), (Rows{{Null(), integer(1)}}));
  EXPECT_EQ(rows_of(page.embeds[2], 0), (Rows{{integer(0)}}));
  EXPECT_EQ(rows_of(page.embeds[2], 1), (Rows{{integer(1)}}));
}

TEST_P(RecordStoreTrees, groups_of_what_belongs_are_ordered_and_cut_for_each_record) {
  const Value ann = make("users");
  make("users");
  const Value post = make("posts", {{"author", ann}});
  for (const std::string_view label : {"b", "a", "b", "c"})
    make("comments", {{"post", post}, {"author", ann}, {"body", text(label)}});
  const Term body = field("comments", "body");
  Query wanted = query("users");
  wanted.embeds = {embed(to_many("comments", "author"), {}, {{.field = body, .descending = true}})};
  wanted.embeds[0].query.limit = 2;
  wanted.embeds[0].query.offset = 1;
  wanted.embeds[0].query = grouped(std::move(wanted.embeds[0].query), {body}, {{Function::count}});
  const RecordPage page = must_list(wanted);
  EXPECT_EQ(rows_of(page.embeds[0], 0), (Rows{{text("b"), integer(2)}, {text("a"), integer(1)}}));
  EXPECT_EQ(rows_of(page.embeds[0], 1), Rows());
}

TEST_P(RecordStoreTrees, a_count_says_how_many_match_whatever_limit_and_offset_say) {
  for (int i = 0; i < 7; ++i) make("users", {{"age", integer(i)}});
  const auto count = [&](Filter filter, std::uint32_t limit, std::uint64_t offset) {
    Query wanted = query("users", std::move(filter));
    wanted.counted = Counted::exact;
    wanted.limit = limit;
    wanted.offset = offset;
    return must_list(wanted).count;
  };
  EXPECT_EQ(count({}, 3, 0), 7U);
  EXPECT_EQ(count({}, 0, 0), 7U);
  EXPECT_EQ(count({}, 3, 7), 7U);
  EXPECT_EQ(count({}, 3, 1'000), 7U);
  EXPECT_EQ(count(older_than(4), 1, 0), 2U);
  EXPECT_EQ(count(Filter::nothing(), 10, 0), 0U);
  EXPECT_EQ(must_list(query("users")).count, std::nullopt) << "only when it is asked for";
}

TEST_P(RecordStoreTrees, a_count_goes_with_embeds_and_groups) {
  const Blog blog = fill_blog();
  Query wanted = query("users", Filter::related_by(to_many("posts", "author"), {}, {}));
  wanted.counted = Counted::exact;
  wanted.limit = 1;
  wanted.embeds = {embed(to_many("posts", "author"))};
  const RecordPage page = must_list(wanted);
  EXPECT_EQ(page.count, 2U);
  EXPECT_EQ(embedded_ids(page), (std::vector<Row>{{blog.hers}}));
  Query groups = grouped(query("posts"), {field("posts", "author")}, {});
  groups.counted = Counted::exact;
  groups.limit = 1;
  EXPECT_EQ(must_list(groups).count, 3U) << "of groups";
  Query whole = grouped(query("posts", Filter::nothing()), {}, {{Function::count}});
  whole.counted = Counted::exact;
  EXPECT_EQ(must_list(whole).count, 1U);
}

}  // namespace
}  // namespace banyan::contracts
