#include <csignal>

#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

class Records : public ScenarioTest {};
TEST_P(Records, scenario) { run(GetParam()); }

const std::string whole_alice =
    R"({"id":1,"name":"Alice","email":"alice@example.com","age":30,"height":null,"active":true,"born":null,"seen":null,)"
    R"("extra":null,"site":null,"role":"member","code":null,"score":null,"created_at":"*","updated_at":"*"})";

const Scenario reads[] = {
    {"a_created_record_is_answered_whole_with_its_place_and_version",
     {},
     alice(),
     {.status = 201,
      .headers = {{"location", "/users/1"}, {"etag", "\""}, {"content-type", "application/json"}},
      .json = whole_alice}},
    {"a_record_is_read_by_its_id",
     {alice()},
     get("/users/1"),
     {.headers = {{"etag", "\""}, {"content-type", "application/json"}}, .json = whole_alice}},
    {"a_read_chooses_fields_in_its_own_order",
     {alice()},
     get("/users/1?select=name,id"),
     {.json = R"({"name":"Alice","id":1})"}},
    {"an_unknown_id_is_not_found", {alice()}, get("/users/2"), {.status = 404, .lacks = {"Alice"}}},
    {"an_id_that_was_never_one_is_refused", {}, get("/users/abc"), {.status = 400, .contains = {"id"}}},
    {"an_id_past_64_bits_is_refused", {}, get("/users/9223372036854775808"), {.status = 400}},
    {"a_single_record_takes_no_filter",
     {alice()},
     get("/users/1?name=eq.Alice"),
     {.status = 400, .contains = {"name"}}},
    {"a_single_record_selects_known_fields_only",
     {alice()},
     get("/users/1?select=nam"),
     {.status = 400, .contains = {"did you mean 'name'"}}},
    {"a_record_may_have_a_uuid",
     {},
     post("/notes", R"({"text":"hello"})"),
     {.status = 201, .headers = {{"location", "/notes/"}}, .json = R"({"id":"*","text":"hello"})"}},
    {"a_uuid_must_be_one", {}, get("/notes/1"), {.status = 400}},
    {"an_unknown_uuid_is_not_found", {}, get("/notes/01890a5d-ac96-774b-bcce-b302099a8057"), {.status = 404}},
};
INSTANTIATE_TEST_SUITE_P(Reads, Records, testing::ValuesIn(reads), name_of);

const Scenario creates[] = {
    {"an_array_creates_all_of_them_in_order",
     {},
     post("/users?select=id,name", R"([{"name":"A"},{"name":"B"}])"),
     {.status = 201, .no_headers = {"location"}, .json = R"([{"id":1,"name":"A"},{"id":2,"name":"B"}])"}},
    {"an_empty_array_creates_nothing", {}, post("/users", "[]"), {.status = 201, .json = "[]"}},
    {"what_is_not_given_takes_its_default",
     {},
     post("/users?select=active,role,age", R"({"name":"A"})"),
     {.status = 201, .json = R"({"active":true,"role":"member","age":null})"}},
    {"an_explicit_null_goes_before_the_default",
     {},
     post("/users?select=active", R"({"name":"A","active":null})"),
     {.status = 201, .json = R"({"active":null})"}},
    {"a_unique_value_that_is_taken_is_a_conflict",
     {alice()},
     post("/users", R"({"name":"Other","email":"alice@example.com"})"),
     {.status = 409, .contains = {"email", "23505"}}},
    {"many_records_may_lack_a_unique_value", {carol()}, carol(), {.status = 201}},
    {"a_reference_to_nothing_is_a_conflict",
     {},
     post("/posts", R"({"title":"T","author":7})"),
     {.status = 409, .contains = {"author", "23503"}}},
    {"a_reference_to_something_is_kept",
     {alice()},
     post("/posts?select=title,author", R"({"title":"T","author":1})"),
     {.status = 201, .json = R"({"title":"T","author":1})"}},
    {"a_member_may_not_be_an_id", {}, post("/users", R"({"id":7,"name":"A"})"), {.status = 400, .contains = {"id"}}},
    {"ids_are_never_used_again",
     {alice(), bob(), remove("/users/2")},
     post("/users?select=id", R"({"name":"Next"})"),
     {.status = 201, .json = R"({"id":3})"}},
};
INSTANTIATE_TEST_SUITE_P(Creates, Records, testing::ValuesIn(creates), name_of);

const Scenario changes[] = {
    {"a_patch_sets_what_it_names_and_leaves_the_rest",
     {alice()},
     patch("/users/1?select=name,email,age", R"({"age":31})"),
     {.headers = {{"etag", "\""}}, .json = R"({"name":"Alice","email":"alice@example.com","age":31})"}},
    {"a_patch_can_set_null", {alice()}, patch("/users/1?select=age", R"({"age":null})"), {.json = R"({"age":null})"}},
    {"an_empty_patch_is_refused",
     {alice()},
     patch("/users/1", "{}"),
     {.status = 400, .contains = {"nothing to change"}}},
    {"a_patch_of_nothing_is_not_found", {}, patch("/users/1", R"({"age":31})"), {.status = 404}},
    {"a_patch_is_read_back",
     {alice(), patch("/users/1", R"({"name":"Alicia"})")},
     get("/users/1"),
     {.contains = {"Alicia"}, .lacks = {R"("Alice")"}}},
    {"a_read_that_was_cached_shows_the_change_too",
     {alice(), get("/users/1"), get("/users/1"), patch("/users/1", R"({"name":"Alicia"})")},
     get("/users/1"),
     {.contains = {"Alicia"}, .lacks = {R"("Alice")"}}},
    {"a_put_makes_the_record_what_it_says",
     {alice()},
     put("/users/1?select=name,email,age,role", R"({"name":"Alicia","age":5})"),
     {.json = R"({"name":"Alicia","email":null,"age":5,"role":"member"})"}},
    {"a_put_needs_what_is_required", {alice()}, put("/users/1", R"({"age":5})"), {.status = 400, .contains = {"name"}}},
    {"a_put_makes_no_record", {}, put("/users/1", R"({"name":"A"})"), {.status = 404}},
    {"a_patch_of_an_array_is_refused", {alice()}, patch("/users/1", R"([{"age":5}])"), {.status = 400}},
    {"a_change_to_a_value_that_is_taken_is_a_conflict",
     {alice(), bob()},
     patch("/users/2", R"({"email":"alice@example.com"})"),
     {.status = 409, .contains = {"email"}}},
    {"a_record_may_keep_its_own_unique_value",
     {alice()},
     patch("/users/1?select=email", R"({"email":"alice@example.com"})"),
     {.json = R"({"email":"alice@example.com"})"}},
};
INSTANTIATE_TEST_SUITE_P(Changes, Records, testing::ValuesIn(changes), name_of);

const Scenario deletes[] = {
    {"a_delete_answers_without_a_body", {alice()}, remove("/users/1"), {.status = 204, .no_headers = {"content-type"}}},
    {"a_delete_again_is_not_found", {alice(), remove("/users/1")}, remove("/users/1"), {.status = 404}},
    {"a_deleted_record_is_not_found",
     {alice(), get("/users/1"), remove("/users/1")},
     get("/users/1"),
     {.status = 404, .lacks = {"Alice"}}},
    {"a_deleted_record_is_in_no_list", {alice(), remove("/users/1")}, get("/users"), {.json = "[]"}},
    {"a_delete_takes_along_what_cascades",
     {alice(), post("/posts", R"({"title":"T","author":1})"), get("/posts/1"), remove("/users/1")},
     get("/posts/1"),
     {.status = 404}},
    {"a_delete_empties_references_that_say_so",
     {alice(), post("/posts", R"({"title":"T","editor":1})"), get("/posts/1"), remove("/users/1")},
     get("/posts/1?select=title,editor"),
     {.json = R"({"title":"T","editor":null})"}},
    {"a_delete_of_what_is_referred_to_is_a_conflict",
     {alice(), post("/posts", R"({"title":"T","owner":1})")},
     remove("/users/1"),
     {.status = 409, .contains = {"posts"}}},
};
INSTANTIATE_TEST_SUITE_P(Deletes, Records, testing::ValuesIn(deletes), name_of);

class Versions : public ServedTest {
 protected:
  std::string etag_of(const Request& request) { return must(request).header("etag").value_or(""); }
};

TEST_F(Versions, an_etag_changes_with_every_change_and_grows) {
  const std::string first = etag_of(alice());
  EXPECT_EQ(etag_of(get("/users/1")), first);
  const std::string second = etag_of(patch("/users/1", R"({"age":31})"));
  const std::string third = etag_of(patch("/users/1", R"({"age":31})"));
  EXPECT_LT(std::stoll(first.substr(1)), std::stoll(second.substr(1)));
  EXPECT_LT(std::stoll(second.substr(1)), std::stoll(third.substr(1)));
}

TEST_F(Versions, what_the_client_has_already_is_not_sent_again) {
  const std::string etag = etag_of(alice());
  const Response same = send(get("/users/1", {{"If-None-Match", etag}}));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.header("etag"), etag);
  must(patch("/users/1", R"({"age":31})"));
  EXPECT_EQ(send(get("/users/1", {{"If-None-Match", etag}})).status, 200);
}

TEST_F(Versions, a_write_that_builds_on_an_older_version_is_refused) {
  const std::string old = etag_of(alice());
  const std::string current = etag_of(patch("/users/1", R"({"age":31})"));
  for (const char* method : {"PATCH", "PUT", "DELETE"}) {
    const std::string body = std::string_view(method) == "DELETE" ? "" : R"({"name":"Mallory"})";
    const Response refused = send(request(method, "/users/1", body, {{"If-Match", old}}));
    expect_response(refused, {.status = 412, .contains = {"ETag"}}, method);
  }
  expect_response(send(get("/users/1")), {.lacks = {"Mallory"}}, "GET");
  EXPECT_EQ(send(request("PATCH", "/users/1", R"({"age":32})", {{"If-Match", current}})).status, 200);
  EXPECT_EQ(send(request("DELETE", "/users/1", "", {{"If-Match", "*"}})).status, 204);
}

TEST_F(Versions, any_strong_tag_of_a_list_lets_a_write_through_and_a_weak_one_none) {
  const std::string first = etag_of(alice());
  const std::string second = etag_of(patch("/users/1", R"({"age":31})"));
  const auto status_of = [&](const char* method, const std::string& if_match) {
    const std::string body = std::string_view(method) == "DELETE" ? "" : R"({"name":"Mallory"})";
    return send(request(method, "/users/1", body, {{"If-Match", if_match}})).status;
  };
  EXPECT_EQ(send(get("/users/1", {{"If-Match", first + ", " + second}})).status, 200);
  EXPECT_EQ(send(get("/users/1", {{"If-Match", first + ", \"x\""}})).status, 412);
  EXPECT_EQ(send(get("/users/1", {{"If-None-Match", "\"x\", W/" + second}})).status, 304);
  for (const char* method : {"PATCH", "PUT", "DELETE"}) {
    EXPECT_EQ(status_of(method, "W/" + second), 412) << method;
    EXPECT_EQ(status_of(method, first + ", \"x\", W/" + second), 412) << method;
  }
  expect_response(send(get("/users/1")), {.lacks = {"Mallory"}}, "GET");
  EXPECT_EQ(status_of("PATCH", second + ", " + first), 200);
  const std::string third = etag_of(get("/users/1"));
  EXPECT_EQ(status_of("PUT", first + "," + second + ",, " + third), 200);
  const std::string fourth = etag_of(get("/users/1"));
  EXPECT_EQ(status_of("DELETE", third + ", " + fourth), 204);
  EXPECT_EQ(status_of("DELETE", third + ", " + fourth), 412) << "there is no record any more";
}

TEST_F(Versions, if_match_that_is_no_tag_is_refused) {
  must(alice());
  expect_response(send(request("PATCH", "/users/1", R"({"age":1})", {{"If-Match", "nonsense"}})), {.status = 400},
                  "PATCH");
}

TEST_F(Versions, a_write_for_a_record_that_must_not_be_there_leaves_the_one_that_is) {
  must(alice());
  for (const char* method : {"PATCH", "PUT", "DELETE"}) {
    const std::string body = std::string_view(method) == "DELETE" ? "" : R"({"name":"Mallory"})";
    expect_response(send(request(method, "/users/1", body, {{"If-None-Match", "*"}})), {.status = 412}, method);
  }
  expect_response(send(get("/users/1")), {.lacks = {"Mallory"}}, "GET");
}

TEST_F(Versions, updated_at_changes_and_created_at_stays) {
  const std::string created = must(post("/users?select=created_at", R"({"name":"A"})")).body;
  const std::string updated = must(get("/users/1?select=updated_at")).body;
  must(patch("/users/1", R"({"age":1})"));
  EXPECT_EQ(must(get("/users/1?select=created_at")).body, created);
  EXPECT_NE(must(get("/users/1?select=updated_at")).body, updated);
}

TEST_F(Versions, a_batch_is_all_or_nothing) {
  must(alice());
  const Response refused =
      send(post("/users", R"([{"name":"X"},{"name":"Y","email":"alice@example.com"},{"name":"Z"}])"));
  expect_response(refused, {.status = 409, .contains = {"[1]"}}, "POST");
  expect_response(send(get("/users?select=name")), {.json = R"([{"name":"Alice"}])"}, "GET");
}

TEST_F(Versions, acknowledged_records_are_there_after_a_restart) {
  const std::string etag = etag_of(alice());
  const std::string body = must(get("/users/1")).body;
  server_.send_signal(SIGUSR1);  // somebody's log rotation: no reason to hear SIGTERM less
  EXPECT_EQ(server_.terminate(), 0) << server_.output();
  server_.start();
  client_.set_port(server_.port());
  const Response again = must(get("/users/1"));
  EXPECT_EQ(again.body, body);
  EXPECT_EQ(again.header("etag"), etag);
}

}  // namespace
}  // namespace banyan::scenarios
