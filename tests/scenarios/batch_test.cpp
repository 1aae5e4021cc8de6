#include "scenarios/publishing.hpp"

namespace banyan::scenarios {
namespace {

class Batches : public PublishingTest {};
TEST_P(Batches, scenario) { run(GetParam()); }

Request batch(const std::string& operations) { return post("/batch", "{\"operations\":[" + operations + "]}"); }

Scenario refused(std::string name, const std::string& operations, int status, std::vector<std::string> contains) {
  return {std::move(name), published(), batch(operations), {.status = status, .contains = std::move(contains)}};
}

const Scenario done[] = {
    {"operations_on_several_collections_are_answered_in_their_order",
     published(),
     batch(R"({"method":"POST","path":"/tags","body":{"word":"green"}},
              {"method":"PATCH","path":"/people/2","body":{"age":21}},
              {"method":"PUT","path":"/posts/4","body":{"title":"Vier"}},
              {"method":"DELETE","path":"/posts/3"})"),
     {.json = R"([{"status":201,"etag":"*","location":"/tags/3","body":{"id":3,"word":"green"}},
                  {"status":200,"etag":"*","body":{"id":2,"name":"Bob","age":21,"height":1.8,"extra":{"city":"Aachen","n":20}}},
                  {"status":200,"etag":"*","body":{"id":4,"title":"Vier","author":null,"editor":null,"score":null}},
                  {"status":204}])"}},
    {"a_batch_of_nothing_does_nothing", {}, batch(""), {.json = "[]"}},
    {"what_a_batch_has_done_is_there",
     {batch(
         R"({"method":"POST","path":"/tags","body":{"word":"green"}},{"method":"POST","path":"/tags","body":{"word":"grey"}})")},
     get("/tags?select=word"),
     {.json = R"([{"word":"green"},{"word":"grey"}])"}},
};
INSTANTIATE_TEST_SUITE_P(Done, Batches, testing::ValuesIn(done), name_of);

const Scenario refusals[] = {
    refused("a_wrong_field_is_named_with_its_operation", R"({"method":"POST","path":"/tags","body":{"wrd":"x"}})", 400,
            {R"("field":"[0].wrd")", "did you mean 'word'"}),
    refused(
        "a_taken_value_is_named_with_its_operation",
        R"({"method":"POST","path":"/tags","body":{"word":"new"}},{"method":"POST","path":"/tags","body":{"word":"red"}})",
        409, {R"("field":"[1].word")"}),
    refused("a_record_that_is_not_there", R"({"method":"PATCH","path":"/people/99","body":{"age":1}})", 404, {}),
    refused("a_version_that_is_not_the_record_s", R"({"method":"DELETE","path":"/people/1","if_match":"\"1\""})", 412,
            {}),
    refused("a_path_of_no_collection", R"({"method":"POST","path":"/tgs","body":{}})", 400,
            {R"("field":"[0].path")", "did you mean 'tags'?"}),
    refused("a_path_without_an_id", R"({"method":"PATCH","path":"/tags","body":{}})", 400, {R"("field":"[0].path")"}),
    refused("another_method", R"({"method":"GET","path":"/tags"})", 400, {R"("field":"[0].method")"}),
    refused("an_unknown_member", R"({"method":"DELETE","path":"/tags/1","ifmatch":"x"})", 400,
            {"did you mean 'if_match'?"}),
    refused("a_body_of_a_delete", R"({"method":"DELETE","path":"/tags/1","body":{}})", 400, {R"("field":"[0].body")"}),
    {"all_wrong_places_are_told_at_once",
     {},
     batch(R"({"method":"GET"},7,{"method":"POST","path":"/tags","body":[]})"),
     {.status = 400, .contains = {R"("field":"[0].method")", R"("field":"[1]")", R"("field":"[2].body")"}}},
    {"a_batch_with_a_query_string",
     {},
     post("/batch?select=id", R"({"operations":[]})"),
     {.status = 400, .contains = {"PGRST100", "stands in its body"}}},
    {"a_body_that_is_no_batch", {}, post("/batch", "[]"), {.status = 400, .contains = {R"("field":"operations")"}}},
};
INSTANTIATE_TEST_SUITE_P(Refusals, Batches, testing::ValuesIn(refusals), name_of);

class Batch : public PublishingTest {};

TEST_F(Batch, a_batch_with_one_wrong_operation_does_none_of_them) {
  must(post("/tags", R"({"word":"red"})"));
  must(post("/people", R"({"name":"Ann"})"));
  EXPECT_EQ(send(batch(R"({"method":"POST","path":"/tags","body":{"word":"new"}},
                          {"method":"DELETE","path":"/people/1"},
                          {"method":"PATCH","path":"/people/99","body":{"age":1}})"))
                .status,
            404);
  EXPECT_EQ(must(get("/tags?select=word")).body, R"([{"word":"red"}])");
  EXPECT_EQ(must(get("/people?select=name")).body, R"([{"name":"Ann"}])");
}

// What is done cannot be refused any more: bodies past the bound of an answer are left out.
TEST_F(Batch, a_batch_that_would_be_answered_by_too_much_shows_as_much_as_fits) {
  std::string quotes;
  for (int i = 0; i < 400'000; ++i) quotes += "\\\"";
  must(post("/people", R"({"name":"Ann"})"));
  must(patch("/people/1", R"({"name":")" + quotes + R"("})"));
  std::string operations;
  for (int i = 0; i < 100; ++i)
    operations += (i == 0 ? "" : ",") + std::string(R"({"method":"PATCH","path":"/people/1","body":{"age":)") +
                  std::to_string(i) + "}}";
  const std::string body = must(batch(operations)).body;
  EXPECT_TRUE(body.starts_with(R"([{"status":200,"etag":)"));
  EXPECT_TRUE(body.ends_with("\"}]") && body.contains(R"({"status":204,"etag":")"));
  EXPECT_LT(body.size(), std::size_t{66} << 20);
  EXPECT_EQ(must(get("/people?select=age")).body, R"([{"age":99}])");
}

}  // namespace
}  // namespace banyan::scenarios
