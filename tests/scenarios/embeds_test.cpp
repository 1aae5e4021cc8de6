#include "scenarios/publishing.hpp"

namespace banyan::scenarios {
namespace {

class Embeds : public PublishingTest {};
TEST_P(Embeds, scenario) { run(GetParam()); }

const Scenario kinds[] = {
    shown("one_that_a_reference_names_is_an_object", "/posts?select=id,author(name)&id=in.(1,4)",
          R"([{"id":1,"author":{"name":"Ann"}},{"id":4,"author":null}])"),
    shown("many_are_an_array", "/people?select=name,posts!author(title)",
          R"([{"name":"Ann","posts":[{"title":"One fox"},{"title":"Two"}]},
              {"name":"Bob","posts":[{"title":"Three foxes"}]},{"name":"Cy","posts":[]}])"),
    shown("many_to_many_go_through_the_collection_between", "/posts?select=id,tags(word)&id=lt.4",
          R"([{"id":1,"tags":[{"word":"red"},{"word":"blue"}]},{"id":2,"tags":[{"word":"blue"}]},{"id":3,"tags":[]}])"),
    shown("embeds_nest", "/people?select=name,posts!author(id,comments(text,writer(name)))&id=eq.2",
          R"([{"name":"Bob","posts":[{"id":3,"comments":[{"text":"so so","writer":{"name":"Ann"}}]}]}])"),
    shown("two_embeds_of_one_collection_have_names_of_their_own",
          "/posts?select=id,by:people!author(name),with:people!posts_editor_fkey(name)&id=eq.1",
          R"([{"id":1,"by":{"name":"Ann"},"with":{"name":"Bob"}}])"),
    shown("what_is_spread_stands_among_the_fields", "/posts?select=id,...author(by:name)&id=in.(1,4)",
          R"([{"id":1,"by":"Ann"},{"id":4,"by":null}])"),
    shown("many_that_are_spread_are_arrays", "/posts?select=id,...comments(texts:text)&id=in.(1,2)",
          R"([{"id":1,"texts":["good","bad","fine"]},{"id":2,"texts":[]}])"),
    shown("the_embed_stands_where_all_fields_show_the_reference", "/comments?select=*,post(title)&id=eq.1",
          R"([{"id":1,"text":"good","writer":2,"post":{"title":"One fox"}}])"),
};
INSTANTIATE_TEST_SUITE_P(Kinds, Embeds, testing::ValuesIn(kinds), name_of);

const Scenario pages[] = {
    shown("an_embed_has_a_filter_an_order_and_a_page_of_its_own",
          "/posts?select=id,comments(text)&comments.order=text.desc&comments.limit=1&comments.offset=1&id=in.(1,3)",
          R"([{"id":1,"comments":[{"text":"fine"}]},{"id":3,"comments":[]}])"),
    shown("a_filter_of_an_embed_keeps_the_records_around_it",
          "/posts?select=id,comments(text)&comments.text=eq.bad&id=lt.3",
          R"([{"id":1,"comments":[{"text":"bad"}]},{"id":2,"comments":[]}])"),
    shown("inner_leaves_out_records_to_which_nothing_belongs",
          "/posts?select=id,comments!inner(text)&comments.text=eq.bad", R"([{"id":1,"comments":[{"text":"bad"}]}])"),
    shown("inner_with_nothing_shown_filters_only", "/posts?select=id,comments!inner()&comments.writer=eq.1",
          R"([{"id":1},{"id":3}])"),
    shown("inner_goes_through_what_stands_between", "/posts?select=id,tags!inner()&tags.word=eq.blue",
          R"([{"id":1},{"id":2}])"),
    shown("nothing_belongs", "/posts?select=id,comments()&comments=is.null", R"([{"id":2},{"id":4}])"),
    shown("something_belongs_or_another_condition_holds",
          "/posts?select=id,comments()&or=(comments.not.is.null,title.eq.Four)", R"([{"id":1},{"id":3},{"id":4}])"),
    shown("logic_within_an_embed", "/posts?select=id,comments(id)&comments.or=(text.eq.good,text.eq.fine)&id=eq.1",
          R"([{"id":1,"comments":[{"id":1},{"id":4}]}])"),
    shown("an_order_along_a_reference", "/posts?select=id&order=author(name).desc.nullslast,id",
          R"([{"id":3},{"id":1},{"id":2},{"id":4}])"),
};
INSTANTIATE_TEST_SUITE_P(Pages, Embeds, testing::ValuesIn(pages), name_of);

const Scenario singles[] = {
    {"one_record_shows_its_embeds",
     published(),
     get("/posts/1?select=title,author(name),comments(text)&comments.limit=1"),
     {.no_headers = {"etag"}, .json = R"({"title":"One fox","author":{"name":"Ann"},"comments":[{"text":"good"}]})"}},
    {"one_record_that_is_not_there", published(), get("/posts/9?select=title,author(name)"), {.status = 404}},
    {"a_created_record_shows_its_embeds",
     published(),
     post("/posts?select=id,author(name)", R"({"title":"Five","author":2})"),
     {.status = 201,
      .headers = {{"location", "/posts/5"}, {"etag", "\""}},
      .json = R"({"id":5,"author":{"name":"Bob"}})"}},
    {"created_records_show_their_embeds_in_their_order",
     published(),
     post("/posts?select=title,author(name)", R"([{"title":"B","author":2},{"title":"A","author":1}])"),
     {.status = 201, .json = R"([{"title":"B","author":{"name":"Bob"}},{"title":"A","author":{"name":"Ann"}}])"}},
    {"a_changed_record_shows_its_embeds",
     published(),
     patch("/posts/4?select=author(name)", R"({"author":2})"),
     {.json = R"({"author":{"name":"Bob"}})"}},
    {"if_match_is_held_to_the_record_itself",
     published(),
     get("/posts/1?select=author(name)", {{"If-Match", "\"1\""}}),
     {.status = 412}},
};
INSTANTIATE_TEST_SUITE_P(Singles, Embeds, testing::ValuesIn(singles), name_of);

const Scenario refusals[] = {
    refused_as("more_than_one_relation", "/posts?select=people(name)", 300, "PGRST201",
               {"people!author", "people!editor"}),
    refused_as("no_relation", "/posts?select=autor(name)", 400, "PGRST200", {"did you mean 'author'?"}),
    refused_as("a_filter_of_what_is_not_embedded", "/posts?comments.text=eq.a", 400, "PGRST108"),
    refused_as("an_order_along_many", "/posts?select=comments(id)&order=comments(text)", 400, "PGRST118"),
    refused_as("an_unknown_field_of_an_embed", "/posts?select=author(nam)", 400, "PGRST204", {"did you mean 'name'?"}),
    refused_as("embeds_that_nest_too_deep", "/people?select=posts!author(comments(post(comments(post(id)))))", 400,
               "PGRST100"),
    refused_as("an_embed_beside_an_aggregate", "/posts?select=author(name),count()", 400, "PGRST127"),
};
INSTANTIATE_TEST_SUITE_P(Refusals, Embeds, testing::ValuesIn(refusals), name_of);

}  // namespace
}  // namespace banyan::scenarios
