#include <csignal>

#include "scenarios/raw_connection.hpp"
#include "scenarios/requests.hpp"
#include "scenarios/scenario.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds soon{5000};

class Http : public ScenarioTest {};
TEST_P(Http, scenario) { run(GetParam()); }

const Scenario routes[] = {
    {"health_is_ok", {}, get("/health"), {.headers = {{"content-type", "text/plain"}}, .contains = {"ok"}}},
    {"ready_says_so", {}, get("/health/ready"), {.json = R"({"ready":true})"}},
    {"an_unknown_route_is_not_found", {}, get("/nowhere"), {.status = 404, .contains = {"/nowhere"}}},
    {"an_unknown_route_is_told_with_the_nearest",
     {},
     get("/user"),
     {.status = 404, .contains = {"did you mean 'users'"}}},
    {"the_root_is_told_too", {}, get("/"), {.status = 404}},
    {"a_path_too_deep_is_not_found", {}, get("/users/1/name"), {.status = 404}},
    {"a_malformed_escape_in_the_path_is_told_with_its_place",
     {},
     get("/users/%zz"),
     {.status = 400, .contains = {"'%zz'", "byte 7", "malformed_path"}, .lacks = {"did you mean"}}},
    {"bytes_in_the_path_that_are_no_utf8", {}, get("/%ff/1"), {.status = 400, .contains = {"'%ff'", "byte 1"}}},
    {"a_slash_at_the_end_is_another_route", {}, get("/users/"), {.status = 404}},
    {"a_wrong_method_says_which_are_right",
     {},
     request("DELETE", "/users"),
     {.status = 405, .headers = {{"allow", "GET"}, {"allow", "POST"}, {"allow", "OPTIONS"}}}},
    {"a_wrong_method_of_a_record",
     {},
     post("/users/1", "{}"),
     {.status = 405, .headers = {{"allow", "PATCH"}, {"allow", "DELETE"}}}},
    {"health_takes_no_post", {}, post("/health", "{}"), {.status = 405, .headers = {{"allow", "GET"}}}},
    {"an_unknown_method_is_not_implemented", {}, request("BREW", "/users"), {.status = 501}},
    {"options_says_what_is_allowed",
     {},
     request("OPTIONS", "/users"),
     {.status = 204, .headers = {{"allow", "GET, HEAD, POST"}}}},
    {"options_of_a_record",
     {},
     request("OPTIONS", "/users/1"),
     {.status = 204, .headers = {{"allow", "PUT"}, {"allow", "PATCH"}, {"allow", "DELETE"}}}},
    {"head_has_the_headers_of_get",
     {alice()},
     request("HEAD", "/users/1"),
     {.headers = {{"etag", "\""}, {"content-type", "application/json"}, {"content-length", ""}}, .lacks = {"Alice"}}},
    {"head_of_nothing_is_not_found", {}, request("HEAD", "/users/1"), {.status = 404}},
    {"cors_is_off_unless_told",
     {},
     get("/health", {{"Origin", "https://example.com"}}),
     {.no_headers = {"access-control-allow-origin"}}},
    {"metrics_are_prometheus_text",
     {alice(), get("/users/1")},
     get("/metrics"),
     {.headers = {{"content-type", "text/plain"}},
      .contains = {"# HELP", "# TYPE", "/users/{id}"},
      .lacks = {"alice"}}},
    {"a_request_id_of_the_client_is_kept",
     {},
     get("/health", {{"X-Request-Id", "my-request-1"}}),
     {.headers = {{"x-request-id", "my-request-1"}}}},
};
INSTANTIATE_TEST_SUITE_P(Routes, Http, testing::ValuesIn(routes), name_of);

class Connections : public ServedTest {
 protected:
  RawConnection connected() const {
    RawConnection connection;
    EXPECT_TRUE(connection.connect(server_.port()));
    return connection;
  }
};

TEST_F(Connections, one_connection_takes_many_requests) {
  RawConnection connection = connected();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(connection.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n"));
    auto response = connection.read_response(soon);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "ok");
  }
}

TEST_F(Connections, pipelined_requests_are_answered_in_order) {
  must(alice());
  std::string all;
  for (int i = 0; i < 200; ++i)
    all +=
        i % 2 == 0 ? "GET /users/1?select=name HTTP/1.1\r\nHost: a\r\n\r\n" : "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
  RawConnection connection = connected();
  ASSERT_TRUE(connection.send(all));
  for (int i = 0; i < 200; ++i) {
    auto response = connection.read_response(soon);
    ASSERT_TRUE(response) << i;
    EXPECT_EQ(response->body, i % 2 == 0 ? R"({"name":"Alice"})" : "ok") << i;
  }
}

TEST_F(Connections, a_request_may_come_byte_by_byte) {
  RawConnection connection = connected();
  for (const char byte : std::string_view("POST /users?select=name HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n"
                                          "Content-Type: application/json\r\n\r\n{\"name\":\"A\"}"))
    ASSERT_TRUE(connection.send(std::string_view(&byte, 1)));
  auto response = connection.read_response(soon);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->body, R"({"name":"A"})");
}

TEST_F(Connections, a_chunked_body_is_read) {
  RawConnection connection = connected();
  ASSERT_TRUE(
      connection.send("POST /users?select=name HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "7\r\n{\"name\"\r\n5;extension=1\r\n:\"A\"}\r\n0\r\n\r\n"
                      "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"));
  const auto created = connection.read_response(soon);
  ASSERT_TRUE(created);
  EXPECT_EQ(created->body, R"({"name":"A"})");
  const auto next = connection.read_response(soon);
  ASSERT_TRUE(next) << "what follows the body is the next request";
  EXPECT_EQ(next->body, "ok");
}

TEST_F(Connections, a_trailer_never_becomes_a_header) {
  RawConnection connection = connected();
  const std::string trailer = std::string("Authorization: Bearer ") + ServerProcess::service_key + "\r\n";
  ASSERT_TRUE(connection.send(
      "POST /secrets HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n"
      "c\r\n{\"text\":\"A\"}\r\n0\r\n" +
      trailer + "\r\n"));
  auto response = connection.read_response(soon);
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->status == 401 || response->status == 400) << response->status;
  expect_response(send(as_service(get("/secrets"))), {.json = "[]"}, "GET");
}

TEST_F(Connections, connection_close_is_obeyed) {
  RawConnection connection = connected();
  ASSERT_TRUE(connection.send("GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  auto response = connection.read_response(soon);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->headers.at("connection"), "close");
  EXPECT_TRUE(connection.closed_within(soon));
}

TEST_F(Connections, http_1_0_is_closed_after_its_answer) {
  RawConnection connection = connected();
  ASSERT_TRUE(connection.send("GET /health HTTP/1.0\r\nHost: a\r\n\r\n"));
  auto response = connection.read_response(soon);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "ok");
  EXPECT_TRUE(connection.closed_within(soon));
}

TEST_F(Connections, a_client_that_asks_first_is_told_to_continue) {
  RawConnection connection = connected();
  ASSERT_TRUE(connection.send(
      "POST /users?select=name HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n"));
  const auto go_on = connection.read_response(soon);
  ASSERT_TRUE(go_on);
  EXPECT_EQ(go_on->status, 100);
  ASSERT_TRUE(connection.send(R"({"name":"A"})"));
  auto response = connection.read_response(soon);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 201);
}

TEST_F(Connections, a_client_that_asks_first_with_too_much_is_told_not_to) {
  RawConnection connection = connected();
  ASSERT_TRUE(
      connection.send("POST /users HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n"));
  auto response = connection.read_response(soon);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 413);
}

TEST_F(Connections, every_answer_has_a_request_id_of_its_own) {
  const auto first = send(get("/health")).header("x-request-id");
  const auto second = send(get("/health")).header("x-request-id");
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
}

TEST_F(Connections, sigterm_closes_idle_connections_and_ends_with_0) {
  RawConnection idle = connected();
  ASSERT_TRUE(idle.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n"));
  ASSERT_TRUE(idle.read_response(soon));
  server_.send_signal(SIGTERM);
  EXPECT_TRUE(idle.closed_within(soon));
  EXPECT_EQ(server_.wait_exit(soon), 0) << server_.output();
}

TEST_F(Connections, a_request_in_flight_at_sigterm_is_answered) {
  RawConnection connection = connected();
  ASSERT_TRUE(connection.send("POST /users?select=name HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n{\"name\""));
  // The rest comes after the signal was noticed: when new connections are refused.
  server_.send_signal(SIGTERM);
  RawConnection another;
  const auto end = std::chrono::steady_clock::now() + soon;
  while (another.connect(server_.port()) && !another.closed_within(milliseconds(20)))
    ASSERT_LT(std::chrono::steady_clock::now(), end) << "it still takes connections";
  ASSERT_TRUE(connection.send(R"(:"A"})"));
  auto response = connection.read_response(soon);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 201);
  EXPECT_EQ(response->headers["connection"], "close");
  EXPECT_EQ(server_.wait_exit(soon), 0) << server_.output();
}

TEST_F(Connections, ctrl_c_ends_it_as_sigterm_does) {
  server_.send_signal(SIGINT);
  EXPECT_EQ(server_.wait_exit(soon), 0) << server_.output();
}

class NamesAlike : public ServedTest {
 protected:
  NamesAlike()
      : ServedTest("[collections.user]\nfields.a.type = \"text\"\n[collections.users]\nfields.a.type = \"text\"") {}
};

TEST_F(NamesAlike, a_path_that_begins_with_one_is_not_told_as_the_other) {
  expect_response(send(get("/users/1/a")), {.status = 404, .lacks = {"did you mean"}}, "GET");
  expect_response(send(get("/userss")), {.status = 404, .contains = {"did you mean 'users'"}}, "GET");
}

}  // namespace
}  // namespace banyan::scenarios
