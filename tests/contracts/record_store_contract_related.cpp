#include "tests/contracts/record_store_contract.hpp"

// Filters and orders that look at other records.
namespace banyan::contracts {

bool link_contract_related() { return true; }

namespace {

using Ids = std::vector<Value>;

TEST_P(RecordStoreTrees, to_one_looks_at_the_record_that_a_reference_names) {
  const Blog blog = fill_blog();
  const Relation author = to_one("posts", "author");
  const auto finds = [&](const Filter& filter) { return ids(query("posts", filter)); };
  EXPECT_EQ(finds(Filter::related_by(author, older_than(35), {})), Ids{blog.hers});
  EXPECT_EQ(finds(Filter::related_by(author, {}, {})), (Ids{blog.hers, blog.his}));
  EXPECT_EQ(finds(Filter::related_by(author, Filter::nothing(), {})), Ids());
  EXPECT_EQ(finds(Filter::negate(Filter::related_by(author, older_than(35), {}))), (Ids{blog.his, blog.nobodys}))
      << "it is certain that nothing belongs to what names nobody";
  EXPECT_EQ(finds(Filter::negate(Filter::related_by(author, {}, {}))), Ids{blog.nobodys});
}

TEST_P(RecordStoreTrees, what_is_unknown_of_a_related_record_does_not_match_for_certain) {
  const Blog blog = fill_blog();
  const Relation boss = to_one("users", "boss");
  EXPECT_EQ(ids(query("users", Filter::related_by(boss, older_than(35), {}))), Ids{blog.bob});
  EXPECT_EQ(ids(query("users", Filter::negate(Filter::related_by(boss, older_than(35), {})))),
            (Ids{blog.eve, blog.ann}));
  EXPECT_EQ(ids(query("users", Filter::related_by(boss, Filter::negate(older_than(35)), {}))), Ids());
}

TEST_P(RecordStoreTrees, a_related_record_is_compared_with_the_one_that_it_belongs_to) {
  const Blog blog = fill_blog();
  const std::size_t age = field("users", "age");
  const std::size_t name = field("users", "name");
  const auto finds = [&](const Relation& relation, const Filter& target) {
    return ids(query("users", Filter::related_by(relation, target, {})));
  };
  EXPECT_EQ(finds(to_one("users", "boss"), Filter::compare_with_near(age, CompareOp::gt, age)), Ids{blog.bob});
  EXPECT_EQ(finds(to_one("users", "boss"), Filter::compare_with_near(age, CompareOp::lt, age)), Ids())
      << "Eve's age is null, which compares with nothing";
  EXPECT_EQ(finds(to_one("users", "boss"), Filter::compare_with_near(name, CompareOp::gt, name)), Ids{blog.ann});
  EXPECT_EQ(finds(to_many("users", "boss"), Filter::compare_with_near(name, CompareOp::gt, name)), Ids{blog.ann});
  EXPECT_EQ(ids(query("users", Filter::compare_with_near(age, CompareOp::eq, age))), Ids())
      << "without a relation around it there is nothing to compare with";
}

TEST_P(RecordStoreTrees, to_many_looks_for_one_that_matches) {
  const Blog blog = fill_blog();
  const Relation written = to_many("posts", "author");
  const Relation edited = to_many("posts", "editor");
  const Filter good = where("posts", "rating", CompareOp::gt, {4.0});
  const auto finds = [&](const Filter& filter) { return ids(query("users", filter)); };
  EXPECT_EQ(finds(Filter::related_by(written, {}, {})), (Ids{blog.ann, blog.bob}));
  EXPECT_EQ(finds(Filter::related_by(written, good, {})), Ids{blog.ann});
  EXPECT_EQ(finds(Filter::related_by(edited, good, {})), Ids{blog.bob});
  EXPECT_EQ(finds(Filter::negate(Filter::related_by(written, good, {}))), (Ids{blog.eve, blog.bob}));
  EXPECT_EQ(finds(Filter::related_by(to_many("users", "boss"), {}, {})), (Ids{blog.eve, blog.ann}));
}

TEST_P(RecordStoreTrees, a_match_comes_once_however_many_records_belong_to_it) {
  const Value ann = make("users");
  for (int i = 0; i < 3; ++i) make("posts", {{"author", ann}});
  EXPECT_EQ(ids(query("users", Filter::related_by(to_many("posts", "author"), {}, {}))), Ids{ann});
}

TEST_P(RecordStoreTrees, through_looks_at_the_target_and_at_the_record_between) {
  const Blog blog = fill_blog();
  const Relation tags = through("taggings", "post", "tag");
  const Filter red = where("tags", "label", CompareOp::eq, {text("red")});
  const Filter blue = where("tags", "label", CompareOp::eq, {text("blue")});
  const auto finds = [&](const Filter& filter) { return ids(query("posts", filter)); };
  EXPECT_EQ(finds(Filter::related_by(tags, blue, {})), (Ids{blog.hers, blog.his}));
  EXPECT_EQ(finds(Filter::related_by(tags, red, {})), Ids{blog.hers});
  EXPECT_EQ(finds(Filter::negate(Filter::related_by(tags, red, {}))), (Ids{blog.his, blog.nobodys}));
  const Filter first_tagging = where("taggings", "id", CompareOp::eq, {integer(1)});
  EXPECT_EQ(finds(Filter::related_by(tags, {}, first_tagging)), Ids{blog.hers});
  EXPECT_EQ(finds(Filter::related_by(tags, blue, first_tagging)), Ids())
      << "target and record between must match together";
  EXPECT_EQ(ids(query("tags", Filter::related_by(through("taggings", "tag", "post"),
                                                 where("posts", "title", CompareOp::eq, {text("his")}), {}))),
            Ids{blog.blue});
}

TEST_P(RecordStoreTrees, related_filters_nest_and_mix_with_others) {
  const Blog blog = fill_blog();
  const Filter boss_is_eve =
      Filter::related_by(to_one("users", "boss"), where("users", "name", CompareOp::eq, {text("Eve")}), {});
  const Filter by_her = Filter::related_by(to_one("posts", "author"), boss_is_eve, {});
  EXPECT_EQ(ids(query("posts", by_her)), Ids{blog.hers});
  EXPECT_EQ(ids(query("tags", Filter::related_by(through("taggings", "tag", "post"), by_her, {}))),
            (Ids{blog.red, blog.blue}));
  const Filter not_by_her = Filter::negate(by_her);
  EXPECT_EQ(ids(query("tags", Filter::related_by(through("taggings", "tag", "post"), not_by_her, {}))), Ids{blog.blue});
  const Filter both = Filter::both(Filter::related_by(to_many("posts", "author"), {}, {}),
                                   Filter::negate(Filter::related_by(to_many("posts", "editor"), {}, {})));
  EXPECT_EQ(ids(query("users", both)), Ids{blog.ann});
  Filter either;
  either.kind = Filter::Kind::any;
  either.children = {Filter::related_by(to_many("posts", "editor"), {}, {}), older_than(35)};
  EXPECT_EQ(ids(query("users", either)), (Ids{blog.ann, blog.bob}));
}

TEST_P(RecordStoreTrees, a_collection_is_related_to_itself_at_every_depth) {
  Ids chain{make("comments", {{"post", make("posts")}})};
  for (int i = 0; i < 4; ++i) chain.push_back(make("comments", {{"post", integer(1)}, {"parent", chain.back()}}));
  Filter filter = where("comments", "id", CompareOp::eq, {chain[0]});
  for (std::size_t depth = 1; depth < chain.size(); ++depth) {
    filter = Filter::related_by(to_one("comments", "parent"), filter, {});
    EXPECT_EQ(ids(query("comments", filter)), Ids{chain[depth]}) << depth;
  }
}

TEST_P(RecordStoreTrees, an_order_may_look_at_the_record_that_a_reference_names) {
  const Blog blog = fill_blog();
  const std::size_t author = field("posts", "author");
  const auto ordered = [&](std::string_view by, bool descending, bool nulls_first) {
    return ids(query(
        "posts", {},
        {{.field = field("users", by), .descending = descending, .nulls_first = nulls_first, .of_reference = author}}));
  };
  EXPECT_EQ(ordered("age", false, false), (Ids{blog.his, blog.hers, blog.nobodys}));
  EXPECT_EQ(ordered("age", true, false), (Ids{blog.hers, blog.his, blog.nobodys}));
  EXPECT_EQ(ordered("name", false, true), (Ids{blog.nobodys, blog.hers, blog.his}));
  EXPECT_EQ(ordered("boss", false, false), (Ids{blog.hers, blog.his, blog.nobodys}));
}

TEST_P(RecordStoreTrees, orders_by_references_mix_with_others_and_with_offsets) {
  const Blog blog = fill_blog();
  const Value again = make("posts", {{"title", text("again")}, {"author", blog.bob}});
  Term name(field("users", "name"));
  name.function = Term::Function::length;
  Query wanted = query("posts", {},
                       {{.field = name, .of_reference = field("posts", "author")},
                        {.field = field("users", "age"), .of_reference = field("posts", "editor")},
                        {.field = field("posts", "title"), .descending = true}});
  EXPECT_EQ(ids(wanted), (Ids{blog.hers, blog.his, again, blog.nobodys}));
  wanted.offset = 1;
  wanted.limit = 2;
  EXPECT_EQ(ids(wanted), (Ids{blog.his, again}));
}

}  // namespace
}  // namespace banyan::contracts
