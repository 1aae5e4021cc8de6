#include "banyan/api/query/query_fixture.hpp"

namespace banyan::api {
namespace {

using testing::HasSubstr;

class Select : public Grammar {
 protected:
  const Record ann_{.version = 1,
                    .values = {std::int64_t{1}, text("Ann"), std::int64_t{40}, 1.5, true, text("2000-01-02"),
                               text(R"({"a":{"b":["x",{"c":7}]},"n":"12","t":null})")}};

  /// Ann as the select shows her.
  std::string shown(const std::string& select) const {
    const ParsedQuery parsed = parse("users", "select=" + select);
    RecordPage page;
    page.records = {ann_};
    std::string out;
    const Result<void> appended = append_page(out, parsed.selection, page);
    return appended ? out : appended.error().reason + ": " + appended.error().message;
  }
};

struct Case {
  const char* select;
  const char* shown;
};

TEST_F(Select, members_have_names_paths_and_casts) {
  const Case cases[] = {
      {"name,id", R"([{"name":"Ann","id":1}])"},
      {" name , who : id , age::text ", R"([{"name":"Ann","who":1,"age":"40"}])"},
      {"who:name", R"([{"who":"Ann"}])"},
      {"\"Who is it?\":name", R"([{"Who is it?":"Ann"}])"},
      {"age::text,height::text,active::text", R"([{"age":"40","height":"1.5","active":"true"}])"},
      {"height::int,active::int,age::numeric", R"([{"height":2,"active":1,"age":40}])"},
      {"born::timestamp,age::bool", R"([{"born":"2000-01-02T00:00:00.000000Z","age":true}])"},
      {"extra->a->b->0", R"([{"b":"x"}])"},
      {"extra->a->b->1->>c", R"([{"c":"7"}])"},
      {"extra->a->b->-1->c", R"([{"c":7}])"},
      {"extra->a->b->9", R"([{"b":null}])"},
      {"extra->>n", R"([{"n":"12"}])"},
      {"n:extra->>n::int", R"([{"n":12}])"},
      {"extra->>t,u:extra->t", R"([{"t":null,"u":null}])"},
      {"extra->\"a\"->b->>0", R"([{"b":"x"}])"},
      {"name,*", R"([{"name":"Ann","id":1,"age":40,"height":1.5,"active":true,"born":"2000-01-02",)"
                 R"("extra":{"a":{"b":["x",{"c":7}]},"n":"12","t":null}}])"},
      {"*,age::text", R"([{"id":1,"name":"Ann","height":1.5,"active":true,"born":"2000-01-02",)"
                      R"("extra":{"a":{"b":["x",{"c":7}]},"n":"12","t":null},"age":"40"}])"},
  };
  for (const Case& each : cases) EXPECT_EQ(shown(each.select), each.shown) << each.select;
}

TEST_F(Select, a_value_that_a_cast_does_not_take_is_told_with_its_name) {
  EXPECT_THAT(shown("name::int"), HasSubstr("uncastable: name: 'Ann' is not of the type integer."));
  EXPECT_THAT(shown("id,n:extra->n::int"), HasSubstr("uncastable"));
}

TEST_F(Select, an_answer_is_bounded_however_often_a_field_is_named) {
  std::string select = "a0:name";
  for (int i = 1; i < 130; ++i) select += ",a" + std::to_string(i) + ":name";
  const ParsedQuery parsed = parse("users", "select=" + select);
  RecordPage page;
  page.records = {ann_};
  std::string out;
  EXPECT_TRUE(append_page(out, parsed.selection, page));
  page.records.front().values[1] = std::string(answer_bytes_max / 128, 'a');
  EXPECT_EQ(append_page(out, parsed.selection, page).error().code, ErrorCode::too_large);
  EXPECT_LT(out.size(), answer_bytes_max + answer_bytes_max / 64) << "it stops where it is too much";
}

TEST_F(Select, casts_without_a_plain_meaning_are_not_offered) {
  for (const char* raw : {"select=age::money", "select=active::date", "select=extra::uuid", "select=born::int",
                          "select=height::bool", "select=age::date"})
    EXPECT_EQ(reason_of("users", raw), "unsupported") << raw;
  EXPECT_THAT(refusal("users", "select=age::txt").message, HasSubstr("did you mean 'text'"));
}

TEST_F(Select, aggregates_group_by_what_else_is_named) {
  const ParsedQuery parsed = parse("users", "select=kind:active,age.sum(),n:count(),k:extra->>k,height.avg()::int");
  ASSERT_TRUE(parsed.query.grouping);
  const Grouping& grouping = *parsed.query.grouping;
  ASSERT_EQ(grouping.by.size(), 2U);
  EXPECT_EQ(grouping.by[0].field, 4U);
  EXPECT_EQ(grouping.by[1].path, (std::vector<std::string>{"k"}));
  ASSERT_EQ(grouping.aggregates.size(), 3U);
  EXPECT_EQ(grouping.aggregates[1].term, std::nullopt);
  RecordPage page;
  page.rows = {{true, text("x"), std::int64_t{70}, std::int64_t{2}, 1.75}};
  std::string out;
  ASSERT_TRUE(append_page(out, parsed.selection, page));
  EXPECT_EQ(out, R"([{"kind":true,"sum":70,"n":2,"k":"x","avg":2}])");
}

TEST_F(Select, aggregates_look_at_numbers_within_json_once_they_are_cast) {
  const auto grouping = parse("users", "select=extra->n::numeric.sum()").query.grouping;
  ASSERT_TRUE(grouping);
  EXPECT_EQ(grouping->aggregates[0].term->json, Term::Json::number);
  EXPECT_THAT(refusal("users", "select=extra->n.sum()").hint, HasSubstr("::numeric.sum()"));
}

TEST_F(Select, count_needs_no_brackets) {
  EXPECT_TRUE(parse("users", "select=count").query.grouping);
  EXPECT_TRUE(parse("posts", "select=comments(count)").query.embeds[0].query.grouping);
}

TEST_F(Select, groups_are_ordered_by_what_makes_them) {
  EXPECT_EQ(parse("users", "select=active,count()&order=active.desc").query.order.size(), 1U);
  EXPECT_EQ(reason_of("users", "select=active,count()&order=age"), "malformed_query");
}

TEST_F(Select, aggregates_take_values_that_they_understand) {
  for (const char* raw :
       {"select=name.sum()", "select=active.max()", "select=extra.min()", "select=born.avg()", "select=*,count()",
        "select=extra,count()", "select=extra->a,count()", "select=age.total()", "select=age.sum"})
    EXPECT_EQ(reason_of("users", raw), "malformed_query") << raw;
  EXPECT_EQ(reason_of("users", "select=age::text.max()"), "unsupported");
  EXPECT_THAT(refusal("users", "select=age.summ()").message, HasSubstr("did you mean 'sum'"));
}

class Pages : public Grammar {
 protected:
  std::string shown(const std::string& select, const RecordPage& page) const {
    std::string out;
    EXPECT_TRUE(append_page(out, parse("posts", "select=" + select).selection, page));
    return out;
  }

  static Record post(std::int64_t id, std::string_view title, Value author) {
    return {.version = 1, .values = {id, text(title), std::move(author), Null(), Null()}};
  }
  static Record ann() { return user(7, text("Ann"), std::int64_t{40}); }
  /// A post by Ann, and one by nobody.
  static RecordPage posts(EmbeddedPage embedded) {
    RecordPage page;
    page.records = {post(1, "a", std::int64_t{7}), post(2, "b", Null())};
    page.embeds.push_back(std::move(embedded));
    return page;
  }
  static EmbeddedPage of_first(std::vector<Record> records) {
    EmbeddedPage embedded;
    const std::size_t size = records.size();
    embedded.page.records = std::move(records);
    embedded.spans = {{0, size}, {size, size}};
    return embedded;
  }
};

TEST_F(Pages, one_that_belongs_is_an_object_or_null_and_many_are_an_array) {
  EXPECT_EQ(shown("id,author(name)", posts(of_first({ann()}))),
            R"([{"id":1,"author":{"name":"Ann"}},{"id":2,"author":null}])");
  const Record comment{.version = 1, .values = {std::int64_t{3}, text("hm"), std::int64_t{1}, Null()}};
  EXPECT_EQ(shown("id,comments(text)", posts(of_first({comment}))),
            R"([{"id":1,"comments":[{"text":"hm"}]},{"id":2,"comments":[]}])");
}

TEST_F(Pages, what_is_spread_stands_among_the_members_around_it) {
  EXPECT_EQ(shown("id,...author(name,years:age)", posts(of_first({ann()}))),
            R"([{"id":1,"name":"Ann","years":40},{"id":2,"name":null,"years":null}])");
  const Record one{.version = 1, .values = {std::int64_t{3}, text("x"), std::int64_t{1}, Null()}};
  EXPECT_EQ(shown("id,...comments(text)", posts(of_first({one, one}))),
            R"([{"id":1,"text":["x","x"]},{"id":2,"text":[]}])");
}

TEST_F(Pages, an_embed_takes_the_place_of_the_reference_that_all_fields_show) {
  EXPECT_EQ(shown("*,author(name)", posts(of_first({ann()}))),
            R"([{"id":1,"title":"a","editor":null,"score":null,"author":{"name":"Ann"}},)"
            R"({"id":2,"title":"b","editor":null,"score":null,"author":null}])");
}

TEST_F(Pages, a_record_that_many_refer_to_counts_as_often_as_it_is_shown) {
  EmbeddedPage embedded;
  embedded.page.records = {user(7, text(std::string(answer_bytes_max / 100, 'a')), std::int64_t{40})};
  RecordPage page;
  for (std::int64_t i = 0; i < 110; ++i) {
    page.records.push_back(post(i, "a", std::int64_t{7}));
    embedded.spans.push_back({0, 1});
  }
  page.embeds.push_back(std::move(embedded));
  for (const char* select : {"author(*)", "author(name)", "...author(name)"}) {
    std::string out;
    const Result<void> appended = append_page(out, parse("posts", std::string("select=") + select).selection, page);
    ASSERT_FALSE(appended) << select;
    EXPECT_EQ(appended.error().reason, "page_too_large") << select;
    EXPECT_LT(out.size(), answer_bytes_max + answer_bytes_max / 64) << "it stops where it is too much: " << select;
  }
}

TEST_F(Pages, groups_that_belong_are_rows) {
  EmbeddedPage embedded;
  embedded.page.rows = {{std::int64_t{4}}, {std::int64_t{0}}};
  embedded.spans = {{0, 1}, {1, 2}};
  EXPECT_EQ(shown("id,comments(count())", posts(std::move(embedded))),
            R"([{"id":1,"comments":[{"count":4}]},{"id":2,"comments":[{"count":0}]}])");
}

TEST_F(Pages, what_is_hidden_is_left_out_record_by_record) {
  EmbeddedPage embedded = of_first({ann()});
  embedded.page.hidden = {{1}};
  RecordPage page = posts(std::move(embedded));
  page.hidden = {{1}, {}};
  EXPECT_EQ(shown("id,title,author(id,name)", page),
            R"([{"id":1,"author":{"id":7}},{"id":2,"title":"b","author":null}])");
  EXPECT_EQ(shown("*", page), R"([{"id":1,"author":7,"editor":null,"score":null},)"
                              R"({"id":2,"title":"b","author":null,"editor":null,"score":null}])");
}

}  // namespace
}  // namespace banyan::api
