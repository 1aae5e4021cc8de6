#include "banyan/api/query/query_fixture.hpp"

namespace banyan::api {
namespace {

using testing::HasSubstr;

class Embeds : public Grammar {
 protected:
  /// "to_one author", "through post_tags.post", as the first embed goes.
  std::string way(std::string_view collection, const std::string& select) const {
    const ParsedQuery parsed = parse(collection, "select=" + select);
    if (parsed.query.embeds.empty()) return "none";
    const Relation& relation = parsed.query.embeds[0].relation;
    switch (relation.kind) {
      case Relation::Kind::to_one: return "to_one " + schema_.find(collection)->fields[relation.field].name;
      case Relation::Kind::to_many:
        return "to_many " + relation.target->name + "." + relation.target->fields[relation.field].name;
      case Relation::Kind::through: break;
    }
    return "through " + relation.through->name + "." + relation.through->fields[relation.field].name;
  }
};

TEST_F(Embeds, relations_are_found_by_their_names_and_hints) {
  EXPECT_EQ(way("posts", "author(name)"), "to_one author");
  EXPECT_EQ(way("posts", "users!editor(name)"), "to_one editor");
  EXPECT_EQ(way("posts", "users!posts_editor_fkey(name)"), "to_one editor");
  EXPECT_EQ(way("posts", "posts_author_fkey(name)"), "to_one author");
  EXPECT_EQ(way("users", "posts!author(title)"), "to_many posts.author");
  EXPECT_EQ(way("users", "posts!posts_editor_fkey(title)"), "to_many posts.editor");
  EXPECT_EQ(way("posts", "comments(text)"), "to_many comments.post");
  EXPECT_EQ(way("posts", "tags(word)"), "through post_tags.post");
  EXPECT_EQ(way("posts", "tags!post_tags(word)"), "through post_tags.post");
  EXPECT_EQ(way("users", "posts!comments(title)"), "through comments.writer");
  EXPECT_EQ(way("nodes", "parent(name)"), "to_one parent");
  EXPECT_EQ(way("nodes", "nodes(name)"), "to_many nodes.parent");
  EXPECT_EQ(way("nodes", "children:nodes!parent(name)"), "to_many nodes.parent");
}

TEST_F(Embeds, what_lies_between_is_not_taken_where_something_direct_is_meant) {
  EXPECT_EQ(way("comments", "users(name)"), "to_one writer");
}

TEST_F(Embeds, more_than_one_relation_is_refused_with_all_of_them) {
  const Error error = refusal("posts", "select=title,users(name)");
  EXPECT_EQ(error.reason, "ambiguous_embed");
  ASSERT_EQ(error.fields.size(), 2U);
  EXPECT_EQ(error.fields[0].field, "users!author");
  EXPECT_EQ(error.fields[0].message, "many-to-one: posts.author names users");
  EXPECT_EQ(error.fields[1].field, "users!editor");
  EXPECT_THAT(error.hint, HasSubstr("'users!author', 'users!editor'"));
  EXPECT_EQ(reason_of("users", "select=posts(title)"), "ambiguous_embed");
}

TEST_F(Embeds, no_relation_is_refused_with_the_nearest_name) {
  const Error error = refusal("posts", "select=auhtor(name)");
  EXPECT_EQ(error.reason, "unknown_embed");
  EXPECT_THAT(error.message, HasSubstr("did you mean 'author'?"));
  EXPECT_EQ(reason_of("users", "select=tags(word)"), "unknown_embed");
  EXPECT_EQ(reason_of("posts", "select=users!writer(name)"), "unknown_embed");
}

TEST_F(Embeds, each_is_a_query_of_its_own) {
  const ParsedQuery parsed =
      parse("posts",
            "select=title,comments(text,writer(name))&comments.text=like.a*&comments.order=text.desc&comments.limit=3"
            "&comments.offset=1&comments.writer.name=eq.Ann&comments.or=(id.eq.1,id.eq.2)&title=eq.x");
  ASSERT_EQ(parsed.query.embeds.size(), 1U);
  const Query& comments = parsed.query.embeds[0].query;
  EXPECT_EQ(comments.collection->name, "comments");
  EXPECT_EQ(comments.limit, 3U);
  EXPECT_EQ(comments.offset, 1U);
  EXPECT_EQ(comments.order, (std::vector<OrderTerm>{{1, true, true}}));
  EXPECT_EQ(comments.filter.children.size(), 2U);
  ASSERT_EQ(comments.embeds.size(), 1U);
  EXPECT_EQ(comments.embeds[0].query.filter.children.size(), 1U);
  EXPECT_EQ(parsed.query.filter.children.size(), 1U);
}

TEST_F(Embeds, what_tells_no_limit_has_the_greatest) {
  EXPECT_EQ(parse("posts", "select=comments(text)").query.embeds[0].query.limit, limits_.max_limit);
}

TEST_F(Embeds, an_alias_is_the_name_that_parameters_use) {
  EXPECT_EQ(
      parse("posts", "select=who:users!author(name)&who.name=eq.Ann").query.embeds[0].query.filter.children.size(), 1U);
  EXPECT_EQ(reason_of("posts", "select=who:users!author(name)&users.name=eq.Ann"), "embed_not_selected");
}

TEST_F(Embeds, inner_keeps_records_to_which_something_belongs) {
  const ParsedQuery parsed = parse("posts", "select=title,comments!inner(text)&comments.text=eq.a");
  ASSERT_EQ(parsed.query.filter.children.size(), 1U);
  const Filter& related = parsed.query.filter.children[0];
  EXPECT_EQ(related.kind, Filter::Kind::related);
  EXPECT_EQ(related.children[0].children.size(), 1U);
  EXPECT_TRUE(parse("posts", "select=title,comments!left(text)").query.filter.is_all());
}

TEST_F(Embeds, inner_goes_through_what_stands_between) {
  const ParsedQuery parsed = parse("posts", "select=comments!inner(writer!inner(name))&comments.writer.name=eq.Ann");
  const Filter& comments = parsed.query.filter.children.at(0);
  ASSERT_EQ(comments.kind, Filter::Kind::related);
  const Filter& writer = comments.children.at(0).children.at(0);
  EXPECT_EQ(writer.kind, Filter::Kind::related);
  EXPECT_EQ(writer.children.at(0).children.size(), 1U);
}

TEST_F(Embeds, nothing_belongs_is_asked_as_null) {
  const ParsedQuery none = parse("posts", "select=title,comments()&comments=is.null&comments.text=eq.a");
  EXPECT_TRUE(none.query.embeds.empty());
  ASSERT_EQ(none.query.filter.children.size(), 1U);
  EXPECT_EQ(none.query.filter.children[0].kind, Filter::Kind::negation);
  EXPECT_EQ(none.query.filter.children[0].children[0].kind, Filter::Kind::related);
  const ParsedQuery some = parse("posts", "select=title,comments(),tags()&or=(comments.not.is.null,tags.not.is.null)");
  EXPECT_EQ(some.query.filter.children[0].children[1].kind, Filter::Kind::related);
}

TEST_F(Embeds, orders_go_along_a_reference) {
  const auto order = parse("posts", "select=author(name)&order=author(name).desc,id").query.order;
  ASSERT_EQ(order.size(), 2U);
  EXPECT_EQ(order[0].of_reference, 2U);
  EXPECT_EQ(order[0].field.field, 1U);
  EXPECT_TRUE(order[0].descending);
  EXPECT_EQ(parse("posts", "order=editor(age)").query.order[0].of_reference, 3U);
  EXPECT_EQ(reason_of("posts", "select=comments(text)&order=comments(text)"), "order_by_many");
  EXPECT_EQ(reason_of("posts", "order=comments(text)"), "embed_not_selected");
  EXPECT_EQ(reason_of("posts", "order=author(nmae)"), "unknown_field");
  schema_.collections[2].fields[2].unique = true;
  EXPECT_EQ(reason_of("posts", "select=comments(text)&order=comments(text)"), "unsupported") << "one, not many";
}

TEST_F(Embeds, what_is_not_selected_has_no_parameters) {
  for (const char* raw : {"comments.text=eq.a", "comments.limit=1", "author.name=eq.a",
                          "select=title&comments.or=(id.eq.1)", "select=comments(text)&comments.writer.name=eq.a"})
    EXPECT_EQ(reason_of("posts", raw), "embed_not_selected") << raw;
}

TEST_F(Embeds, a_name_stands_once) {
  for (const char* raw :
       {"select=comments(text),comments(id)", "select=author,author(name)", "select=title,...author(title:name)",
        "select=id,...author(id)", "select=title,title", "select=*,*", "select=*,...author(id)"})
    EXPECT_EQ(reason_of("posts", raw), "malformed_query") << raw;
}

TEST_F(Embeds, breadth_and_depth_have_bounds) {
  limits_.embeds_max = 2;
  limits_.embed_depth_max = 2;
  EXPECT_THAT(refusal("posts", "select=author(id),editor(id),comments(id)").message,
              HasSubstr("at most 2 collections"));
  EXPECT_THAT(refusal("nodes", "select=parent(parent(parent(id)))").message, HasSubstr("at most"));
  limits_.embeds_max = 9;
  EXPECT_THAT(refusal("nodes", "select=parent(parent(parent(id)))").message, HasSubstr("at most 2 deep"));
  limits_.select_members_max = 3;
  EXPECT_THAT(refusal("posts", "select=id,title,author(id)").message, HasSubstr("at most 3 members"));
  limits_.select_members_max = 200;
  limits_.limit_product_max = 1000;
  EXPECT_THAT(refusal("posts", "select=comments(id)&limit=100&comments.limit=11").message, HasSubstr("multiply"));
  EXPECT_EQ(parse("posts", "select=comments(id)&limit=100&comments.limit=10").query.limit, 100U);
}

TEST_F(Embeds, what_has_no_plain_meaning_is_not_offered) {
  for (const char* raw :
       {"select=comments!inner(text)&comments.offset=1", "select=comments!inner(text)&comments.limit=0",
        "select=comments!inner(count())", "select=score.sum(),author(name)", "select=...comments(...writer(name))"})
    EXPECT_EQ(reason_of("posts", raw), "unsupported") << raw;
}

TEST_F(Embeds, malformed_selects_are_refused) {
  for (const char* raw :
       {"select=comments(text", "select=comments(text))", "select=comments!(text)", "select=comments!a!b(text)",
        "select=...title", "select=:title", "select=a:*", "select=title.sum", "select=title->a",
        "select=comments!inner", "select=comments(,)", "select=\"title"})
    EXPECT_NE(reason_of("posts", raw), "unsupported") << raw;
}

TEST_F(Embeds, a_single_record_takes_what_is_said_of_its_embeds) {
  EXPECT_TRUE(parse_record_query("select=title,comments(text)&comments.limit=2", subject("posts")));
  EXPECT_FALSE(parse_record_query("select=title,comments(text)&title=eq.a", subject("posts")));
  EXPECT_FALSE(parse_record_query("select=score.sum()", subject("posts")));
}

}  // namespace
}  // namespace banyan::api
