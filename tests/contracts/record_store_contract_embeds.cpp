#include "tests/contracts/record_store_contract.hpp"

// What belongs to the records of a page.
namespace banyan::contracts {

bool link_contract_embeds() { return true; }

namespace {

using Ids = std::vector<Value>;
using Groups = std::vector<Ids>;

TEST_P(RecordStoreTrees, a_reference_brings_the_record_that_it_names) {
  const Blog blog = fill_blog();
  Query wanted = query("posts");
  wanted.embeds = {embed(to_one("posts", "author")), embed(to_one("posts", "editor"))};
  const RecordPage page = must_list(wanted);
  ASSERT_EQ(page.embeds.size(), 2U);
  EXPECT_EQ(embedded_ids(page, 0), (Groups{{blog.ann}, {blog.bob}, {}}));
  EXPECT_EQ(embedded_ids(page, 1), (Groups{{blog.bob}, {}, {}}));
  const EmbeddedPage& authors = page.embeds[0];
  EXPECT_EQ(authors.page.records.at(authors.spans[0].begin), must_find("users", blog.ann)) << "whole, version too";
}

TEST_P(RecordStoreTrees, one_record_that_many_name_belongs_to_each) {
  const Value ann = make("users");
  for (int i = 0; i < 3; ++i) make("posts", {{"author", ann}});
  Query wanted = query("posts");
  wanted.embeds = {embed(to_one("posts", "author"))};
  EXPECT_EQ(embedded_ids(must_list(wanted)), (Groups{{ann}, {ann}, {ann}}));
}

TEST_P(RecordStoreTrees, records_that_name_another_belong_to_it) {
  const Blog blog = fill_blog();
  const Value second = make("posts", {{"author", blog.ann}});
  Query wanted = query("users");
  wanted.embeds = {embed(to_many("posts", "author")), embed(to_many("users", "boss"))};
  const RecordPage page = must_list(wanted);
  EXPECT_EQ(embedded_ids(page, 0), (Groups{{}, {blog.hers, second}, {blog.his}}));
  EXPECT_EQ(embedded_ids(page, 1), (Groups{{blog.ann}, {blog.bob}, {}}));
}

TEST_P(RecordStoreTrees, records_belong_through_others_and_each_once) {
  const Blog blog = fill_blog();
  Query posts = query("posts");
  posts.embeds = {embed(through("taggings", "post", "tag"))};
  EXPECT_EQ(embedded_ids(must_list(posts)), (Groups{{blog.red, blog.blue}, {blog.blue}, {}}));
  Query tags = query("tags");
  tags.embeds = {embed(through("taggings", "tag", "post"))};
  EXPECT_EQ(embedded_ids(must_list(tags)), (Groups{{blog.hers}, {blog.hers, blog.his}}));
  for (int i = 0; i < 3; ++i) make("comments", {{"post", blog.hers}, {"author", blog.eve}});
  Query commented = query("users");
  commented.embeds = {embed(through("comments", "author", "post"))};
  EXPECT_EQ(embedded_ids(must_list(commented)), (Groups{{blog.hers}, {}, {}}));
}

TEST_P(RecordStoreTrees, what_lies_between_is_filtered_too) {
  const Blog blog = fill_blog();
  Query posts = query("posts");
  posts.embeds = {embed(through("taggings", "post", "tag"))};
  posts.embeds[0].through_filter = where("taggings", "id", CompareOp::gte, {integer(2)});
  EXPECT_EQ(embedded_ids(must_list(posts)), (Groups{{blog.blue}, {blog.blue}, {}}));
  posts.embeds[0].query.filter = where("tags", "label", CompareOp::eq, {text("red")});
  EXPECT_EQ(embedded_ids(must_list(posts)), (Groups{{}, {}, {}}));
  posts.embeds[0].through_filter =
      Filter::related_by(to_one("taggings", "post"), where("posts", "title", CompareOp::eq, {text("hers")}), {});
  EXPECT_EQ(embedded_ids(must_list(posts)), (Groups{{blog.red}, {}, {}}));
}

TEST_P(RecordStoreTrees, filter_and_order_are_those_of_the_embed) {
  const Value ann = make("users");
  const Value bob = make("users");
  const auto post = [&](const Value& author, std::string_view title, Value rating) {
    return make("posts", {{"author", author}, {"title", text(title)}, {"rating", std::move(rating)}});
  };
  const Value a = post(ann, "b", 1.0);
  const Value b = post(ann, "a", 2.0);
  const Value c = post(bob, "c", Null());
  const Value d = post(ann, "c", Null());
  const Value e = post(bob, "a", 0.5);
  Query wanted = query("users");
  wanted.embeds = {embed(to_many("posts", "author"), {}, {{.field = field("posts", "title"), .descending = true}}),
                   embed(to_many("posts", "author"), {}, {{.field = field("posts", "rating"), .nulls_first = true}}),
                   embed(to_many("posts", "author"), where("posts", "rating", CompareOp::gt, {0.75})),
                   embed(to_many("posts", "author"), Filter::nothing())};
  const RecordPage page = must_list(wanted);
  EXPECT_EQ(embedded_ids(page, 0), (Groups{{d, a, b}, {c, e}}));
  EXPECT_EQ(embedded_ids(page, 1), (Groups{{d, a, b}, {c, e}}));
  EXPECT_EQ(embedded_ids(page, 2), (Groups{{a, b}, {}}));
  EXPECT_EQ(embedded_ids(page, 3), (Groups{{}, {}}));
}

TEST_P(RecordStoreTrees, limit_and_offset_count_with_each_record_anew) {
  Groups all;
  Ids users;
  for (int i = 0; i < 3; ++i) users.push_back(make("users"));
  for (int i = 0; i < 3; ++i) {
    all.emplace_back();
    for (int j = 0; j < i * 2; ++j) all[static_cast<std::size_t>(i)].push_back(make("posts", {{"author", users[i]}}));
  }
  const auto with = [&](std::uint32_t limit, std::uint64_t offset) {
    Query wanted = query("users");
    wanted.embeds = {embed(to_many("posts", "author"), {}, {{.field = 0, .descending = true}})};
    wanted.embeds[0].query.limit = limit;
    wanted.embeds[0].query.offset = offset;
    return embedded_ids(must_list(wanted));
  };
  EXPECT_EQ(with(2, 0), (Groups{{}, {all[1][1], all[1][0]}, {all[2][3], all[2][2]}}));
  EXPECT_EQ(with(1, 1), (Groups{{}, {all[1][0]}, {all[2][2]}}));
  EXPECT_EQ(with(5, 3), (Groups{{}, {}, {all[2][0]}}));
  EXPECT_EQ(with(0, 0), (Groups{{}, {}, {}}));
  EXPECT_EQ(with(5, std::uint64_t{1} << 63U), (Groups{{}, {}, {}}));
}

TEST_P(RecordStoreTrees, only_what_belongs_to_the_page_comes) {
  const Blog blog = fill_blog();
  Query wanted = query("users", {}, {{.field = 0, .descending = true}});
  wanted.limit = 1;
  wanted.embeds = {embed(to_many("posts", "author"))};
  RecordPage page = must_list(wanted);
  EXPECT_EQ(embedded_ids(page), Groups{{blog.his}});
  EXPECT_EQ(page.embeds[0].page.records.size(), 1U);
  wanted.filter = Filter::nothing();
  page = must_list(wanted);
  ASSERT_EQ(page.embeds.size(), 1U) << "one an embed, also of an empty page";
  EXPECT_TRUE(page.embeds[0].spans.empty());
  EXPECT_TRUE(page.embeds[0].page.records.empty());
}

TEST_P(RecordStoreTrees, embeds_nest) {
  const Blog blog = fill_blog();
  const Value first = make("comments", {{"post", blog.hers}, {"author", blog.bob}});
  const Value reply = make("comments", {{"post", blog.hers}, {"parent", first}, {"author", blog.eve}});
  const Value other = make("comments", {{"post", blog.his}});
  Query wanted = query("users", {}, {{.field = 0, .descending = true}});
  Embed comments = embed(to_many("comments", "post"), {}, {{.field = 0, .descending = true}});
  comments.query.embeds = {embed(to_one("comments", "author")), embed(to_many("comments", "parent"))};
  Embed posts = embed(to_many("posts", "author"));
  posts.query.embeds = {std::move(comments), embed(through("taggings", "post", "tag"))};
  wanted.embeds = {std::move(posts)};

  const RecordPage page = must_list(wanted);
  EXPECT_EQ(embedded_ids(page), (Groups{{blog.his}, {blog.hers}, {}}));
  const RecordPage& post_page = page.embeds[0].page;
  const auto of_post = [&](const Value& id) {
    for (std::size_t i = 0; i < post_page.records.size(); ++i)
      if (post_page.records[i].values[0] == id) return i;
    throw std::runtime_error("the post is not there");
  };
  ASSERT_EQ(post_page.embeds.size(), 2U);
  EXPECT_EQ(embedded_ids(post_page, 0)[of_post(blog.hers)], (Ids{reply, first}));
  EXPECT_EQ(embedded_ids(post_page, 0)[of_post(blog.his)], Ids{other});
  EXPECT_EQ(embedded_ids(post_page, 1)[of_post(blog.hers)], (Ids{blog.red, blog.blue}));
  const RecordPage& comment_page = post_page.embeds[0].page;
  ASSERT_EQ(comment_page.embeds.size(), 2U);
  const auto authors = embedded_ids(comment_page, 0);
  const auto replies = embedded_ids(comment_page, 1);
  for (std::size_t i = 0; i < comment_page.records.size(); ++i) {
    const Value& id = comment_page.records[i].values[0];
    EXPECT_EQ(authors[i], id == first ? Ids{blog.bob} : id == reply ? Ids{blog.eve} : Ids());
    EXPECT_EQ(replies[i], id == first ? Ids{reply} : Ids());
  }
}

TEST_P(RecordStoreTrees, a_relation_may_come_back_to_where_it_began) {
  const Blog blog = fill_blog();
  Embed back = embed(to_one("posts", "author"));
  back.query.embeds = {embed(to_many("users", "boss"))};
  Embed posts = embed(to_many("posts", "author"));
  posts.query.embeds = {back};
  Query wanted = query("users", where("users", "id", CompareOp::eq, {blog.ann}));
  wanted.embeds = {posts};
  const RecordPage page = must_list(wanted);
  const RecordPage& authors = page.embeds.at(0).page.embeds.at(0).page;
  ASSERT_EQ(authors.records.size(), 1U);
  EXPECT_EQ(authors.records[0], page.records[0]);
  EXPECT_EQ(embedded_ids(authors), Groups{{blog.bob}});
}

TEST_P(RecordStoreTrees, an_embed_may_look_at_related_records_itself) {
  const Blog blog = fill_blog();
  const Filter by_bob =
      Filter::related_by(to_one("posts", "author"), where("users", "name", CompareOp::eq, {text("Bob")}), {});
  Query wanted = query("tags");
  wanted.embeds = {
      embed(through("taggings", "tag", "post"), by_bob),
      embed(through("taggings", "tag", "post"), {},
            {{.field = field("users", "name"), .descending = true, .of_reference = field("posts", "author")}})};
  const RecordPage page = must_list(wanted);
  EXPECT_EQ(embedded_ids(page, 0), (Groups{{}, {blog.his}}));
  EXPECT_EQ(embedded_ids(page, 1), (Groups{{blog.hers}, {blog.his, blog.hers}}));
}

TEST_P(RecordStoreTrees, more_than_the_bound_of_embedded_records_are_too_large) {
  constexpr std::size_t posts = 1'000;
  const Value ann = make("users");
  const Write post = creation("posts", {{"title", text("")}, {"author", ann}});
  must_apply(std::vector<Write>(posts, post));
  Query wanted = query("users");
  wanted.embeds.assign(embedded_records_max / posts, embed(to_many("posts", "author")));
  EXPECT_EQ(must_list(wanted).embeds.back().page.records.size(), posts);
  wanted.embeds.push_back(embed(to_many("posts", "author"), where("posts", "id", CompareOp::eq, {integer(1)})));
  const Result<RecordPage> page = list(wanted);
  ASSERT_FALSE(page.has_value());
  EXPECT_EQ(page.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace banyan::contracts
