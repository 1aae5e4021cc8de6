#include <boost/json.hpp>

#include <string>

#include "scenarios/publishing.hpp"

namespace banyan::scenarios {
namespace {

class Paging : public PublishingTest {};
TEST_P(Paging, scenario) { run(GetParam()); }

Scenario counted(std::string name, Request request, std::string range, std::string json) {
  return {std::move(name),
          published(),
          std::move(request),
          {.headers = {{"content-range", std::move(range)}}, .json = std::move(json)}};
}

const Scenario counts[] = {
    counted("a_count_says_how_many_match", get("/posts?select=id&limit=2&count=exact"), "0-1/4",
            R"([{"id":1},{"id":2}])"),
    counted("a_count_looks_at_the_filter", get("/posts?select=id&author=eq.1&limit=1&offset=1&count=exact"), "1-1/2",
            R"([{"id":2}])"),
    counted("a_count_of_nothing", get("/posts?id=lt.0&count=exact"), "*/0", "[]"),
    counted("a_count_without_records", get("/posts?limit=0&count=exact"), "*/4", "[]"),
    {"a_count_may_be_preferred",
     published(),
     get("/posts?select=id&limit=1", {{"Prefer", "count=exact"}}),
     {.headers = {{"content-range", "0-0/4"}, {"preference-applied", "count=exact"}}, .json = R"([{"id":1}])"}},
    {"nothing_is_counted_unasked", published(), get("/posts?select=id"), {.no_headers = {"content-range"}}},
    {"a_count_of_another_kind",
     published(),
     get("/posts?count=exactly"),
     {.status = 400, .contains = {"did you mean 'exact'?"}}},
};
INSTANTIATE_TEST_SUITE_P(Counts, Paging, testing::ValuesIn(counts), name_of);

const Scenario cursors[] = {
    {"a_page_that_is_not_full_is_the_last", published(), get("/posts?limit=5"), {.no_headers = {"link"}}},
    {"a_page_of_nothing_has_no_next", published(), get("/posts?limit=0"), {.no_headers = {"link"}, .json = "[]"}},
    {"an_order_along_a_reference_has_no_cursor",
     published(),
     get("/posts?limit=2&order=author(name)"),
     {.no_headers = {"link"}}},
    {"groups_have_no_cursor", published(), get("/posts?limit=1&select=author,count()"), {.no_headers = {"link"}}},
    {"what_is_no_cursor_is_refused",
     published(),
     get("/posts?cursor=abc"),
     {.status = 400, .contains = {"PGRST100", R"("field":"cursor")"}}},
    {"a_cursor_stands_alone", published(), get("/posts?cursor=abc&offset=1"), {.status = 400, .contains = {"offset"}}},
};
INSTANTIATE_TEST_SUITE_P(Cursors, Paging, testing::ValuesIn(cursors), name_of);

class Pages : public PublishingTest {
 protected:
  /// The next page's path; empty after the last.
  static std::string next_of(const Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name != "link") continue;
      EXPECT_TRUE(value.ends_with(">; rel=\"next\"")) << value;
      return value.substr(1, value.find('>') - 1);
    }
    return {};
  }

  static std::string ids_of(const Response& response) {
    std::string ids;
    for (const auto& each : boost::json::parse(response.body).as_array())
      ids += std::to_string(each.as_object().at("id").as_int64()) + " ";
    return ids;
  }

  std::string all_ids(std::string path) {
    std::string ids;
    for (int pages = 0; !path.empty() && pages < 50; ++pages) {
      const Response response = must(get(path));
      ids += ids_of(response);
      path = next_of(response);
    }
    return ids;
  }
};

TEST_F(Pages, following_the_links_gives_what_one_page_would_in_every_order) {
  for (const Request& request : published()) must(request);
  for (const char* list :
       {"/posts?select=id", "/posts?select=id&order=author", "/posts?select=id&order=author.desc",
        "/posts?select=id&order=author.nullsfirst,title.desc", "/posts?select=id&order=editor.desc.nullslast,score",
        "/posts?select=id&order=score.desc&title=like.*o*", "/people?select=id&order=extra->>city.desc",
        "/people?select=id&order=height.desc.nullslast", "/posts?select=id,comments(text)&order=title"}) {
    const std::string whole = ids_of(must(get(list)));
    EXPECT_EQ(all_ids(std::string(list) + "&limit=1"), whole) << list;
    EXPECT_EQ(all_ids(std::string(list) + "&limit=2"), whole) << list;
  }
}

TEST_F(Pages, records_that_come_in_between_move_nothing) {
  for (const Request& request : published()) must(request);
  const Response first = must(get("/posts?select=id&order=score.nullslast&limit=2"));
  EXPECT_EQ(ids_of(first), "3 1 ");
  must(post("/posts", R"([{"title":"earlier","score":0},{"title":"later","score":6}])"));
  must(remove("/posts/1"));
  EXPECT_EQ(all_ids(next_of(first)), "6 2 4 ");
}

TEST_F(Pages, values_that_are_too_long_for_a_url_are_looked_up) {
  const std::string long_a(3'000, 'a');
  must(
      post("/posts", R"([{"title":")" + long_a + R"(1"},{"title":"b"},{"title":")" + long_a + R"(2"},{"title":"0"}])"));
  EXPECT_EQ(all_ids("/posts?select=id&order=title&limit=1"), "4 1 3 2 ");
  EXPECT_EQ(all_ids("/posts?select=id&order=title.desc&limit=1&id=gt.1"), "2 3 4 ");
  const std::string next = next_of(must(get("/posts?select=id&order=title&limit=2")));
  must(remove("/posts/1"));
  const Response gone = send(get(next));
  EXPECT_EQ(gone.status, 400);
  EXPECT_NE(gone.body.find("there no more"), std::string::npos) << gone.body;
}

TEST_F(Pages, a_cursor_of_another_list_is_refused) {
  for (const Request& request : published()) must(request);
  const std::string next = next_of(must(get("/posts?limit=1&order=title")));
  const std::string cursor = next.substr(next.find("cursor="));
  EXPECT_EQ(send(get("/posts?order=title&" + cursor)).status, 200);
  EXPECT_EQ(send(get("/posts?order=title.desc&" + cursor)).status, 400);
  EXPECT_EQ(send(get("/posts?" + cursor)).status, 400);
  EXPECT_EQ(send(get("/people?" + cursor)).status, 400);
}

}  // namespace
}  // namespace banyan::scenarios
