#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

class Access : public ScenarioTest {};
TEST_P(Access, scenario) { run(GetParam()); }

const Request secret = as_service(post("/secrets", R"({"text":"hidden"})"));
const Request news = as_service(post("/news", R"({"text":"public"})"));
const Expected closed{.status = 401, .headers = {{"www-authenticate", "Bearer"}}, .lacks = {"hidden"}};

Request with_key(Request made, std::string header, std::string value) {
  made.headers.emplace_back(std::move(header), std::move(value));
  return made;
}

const Scenario closed_collections[] = {
    {"a_list_needs_the_key", {secret}, get("/secrets"), closed},
    {"a_read_needs_the_key", {secret}, get("/secrets/1"), closed},
    {"a_read_of_nothing_tells_no_more", {secret}, get("/secrets/2"), closed},
    {"a_create_needs_the_key", {}, post("/secrets", R"({"text":"mine"})"), closed},
    {"a_patch_needs_the_key", {secret}, patch("/secrets/1", R"({"text":"mine"})"), closed},
    {"a_put_needs_the_key", {secret}, put("/secrets/1", R"({"text":"mine"})"), closed},
    {"a_delete_needs_the_key", {secret}, remove("/secrets/1"), closed},
    {"a_query_tells_nothing_of_the_fields",
     {secret},
     get("/secrets?txt=eq.1"),
     {.status = 401, .headers = {{"www-authenticate", "Bearer"}}, .lacks = {"'text'", "text,"}}},
    {"an_id_that_is_none_is_not_looked_at", {secret}, get("/secrets/abc"), closed},
    {"a_body_that_is_none_is_not_looked_at", {}, post("/secrets", "{"), closed},
    {"a_create_shows_nothing_that_a_read_would_not",
     {},
     post("/letters", R"({"text":"hidden"})"),
     {.status = 201, .headers = {{"location", "/letters/"}}, .lacks = {"hidden"}}},
    {"a_patch_shows_nothing_that_a_read_would_not",
     {post("/letters", R"({"text":"hidden"})")},
     patch("/letters/1", R"({"text":"also hidden"})"),
     {.status = 204, .lacks = {"hidden"}}},
    {"the_key_opens_all", {secret}, as_service(get("/secrets/1")), {.json = R"({"id":1,"text":"hidden"})"}},
    {"the_key_may_come_as_apikey",
     {secret},
     with_key(get("/secrets/1"), "apikey", ServerProcess::service_key),
     {.json = R"({"id":1,"text":"hidden"})"}},
    {"a_wrong_key_is_refused", {secret}, with_key(get("/secrets/1"), "Authorization", "Bearer wrong"), closed},
    {"a_wrong_key_is_refused_where_none_is_needed", {news}, with_key(get("/news/1"), "apikey", "wrong"), closed},
    {"health_looks_at_no_key", {}, with_key(get("/health"), "Authorization", "Bearer wrong"), {.contains = {"ok"}}},
    {"readiness_looks_at_no_key", {}, with_key(get("/health/ready"), "apikey", "wrong"), {.json = R"({"ready":true})"}},
    {"a_key_of_another_scheme_is_refused",
     {secret},
     with_key(get("/secrets/1"), "Authorization", std::string("Basic ") + ServerProcess::service_key),
     closed},
    {"what_is_open_to_readers_is_read", {news}, get("/news/1"), {.json = R"({"id":1,"text":"public"})"}},
    {"what_is_open_to_readers_is_closed_to_writers", {}, post("/news", R"({"text":"mine"})"), closed},
    {"a_cached_record_is_as_closed_as_any",
     {secret, as_service(get("/secrets/1")), as_service(get("/secrets/1"))},
     get("/secrets/1"),
     closed},
    {"the_key_may_set_what_is_read_only",
     {},
     as_service(post("/users?select=score", R"({"name":"A","score":7})")),
     {.status = 201, .json = R"({"score":7})"}},
};
INSTANTIATE_TEST_SUITE_P(Collections, Access, testing::ValuesIn(closed_collections), name_of);

class ServiceKey : public ServedTest {};

TEST_F(ServiceKey, that_is_no_file_is_refused_at_start) {
  ServerSetup setup{.config = scenario_config()};
  setup.environment["BANYAN_SERVICE_KEY"] = "";
  ServerProcess server(setup);
  std::filesystem::create_directories(server.folder() / "data" / "service.key");
  EXPECT_EQ(server.run_to_exit(), 1);
  EXPECT_NE(server.output().find("is not a regular file"), std::string::npos) << server.output();
}

TEST_F(ServiceKey, is_made_at_first_start_readable_by_its_owner_only_and_kept) {
  ServerSetup setup{.config = scenario_config()};
  setup.environment["BANYAN_SERVICE_KEY"] = "";
  ServerProcess server(setup);
  server.start();

  std::filesystem::path file;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(server.folder())) {
    if (entry.path().filename().string().find("key") != std::string::npos) file = entry.path();
  }
  ASSERT_FALSE(file.empty()) << "no key was made:\n" << server.output();
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(file).permissions() & (perms::group_all | perms::others_all), perms::none);
  std::string key = read_text(file);
  while (!key.empty() && key.back() == '\n') key.pop_back();
  EXPECT_GE(key.size(), 32U);
  EXPECT_EQ(server.output().find(key), std::string::npos) << "the key stands in the log";

  HttpClient client(server.port());
  EXPECT_EQ(client.send(with_key(get("/secrets"), "apikey", key)).status, 200);
  server.terminate();
  server.start();
  client.set_port(server.port());
  EXPECT_EQ(client.send(with_key(get("/secrets"), "apikey", key)).status, 200) << "a restart keeps the key";
}

}  // namespace
}  // namespace banyan::scenarios
