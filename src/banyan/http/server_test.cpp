#include "banyan/http/server.hpp"

#include "banyan/http/server_fixture.hpp"

namespace banyan::http {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(ServerTest, a_request_is_answered_with_all_that_belongs_to_it) {
  start();
  Client client = connect();
  const std::string answer = client.ask(get("/hello", "X-Request-Id: mine\r\n"));
  EXPECT_EQ(answer,
            "HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Length: 5\r\nX-Request-Id: mine\r\n\r\nhello");
  EXPECT_THAT(access_log.lines(1), ElementsAre("GET /hello /hello 200 0 5 mine"));
}

TEST_F(ServerTest, the_date_follows_the_clock) {
  start();
  Client client = connect();
  clock.advance(std::chrono::seconds(41));
  EXPECT_THAT(client.ask(get("/hello")), HasSubstr("Date: Tue, 14 Nov 2023 22:14:01 GMT\r\n"));
}

TEST_F(ServerTest, a_connection_serves_one_request_after_another) {
  start();
  Client client = connect();
  std::string last_id;
  for (int i = 0; i < 100; ++i) {
    const std::string answer = client.ask(get("/users/" + std::to_string(i) + "?a=b"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n" + std::to_string(i) + "?a=b"));
    const std::string id = answer.substr(answer.find("X-Request-Id: ") + 14, 15);
    EXPECT_NE(id, last_id);
    last_id = id;
  }
}

TEST_F(ServerTest, who_ends_the_stream_behind_a_request_of_any_length_is_answered) {
  start();
  for (std::size_t bytes = 1000; bytes < 1050; ++bytes) {  // about the length of the first read of a connection
    std::string request = "GET /hello HTTP/1.1\r\nHost: a\r\nX-Long: \r\n\r\n";
    request.insert(request.size() - 4, std::string(bytes - request.size(), 'x'));
    for (int i = 0; i < 20; ++i) {
      Client client = connect();
      ASSERT_TRUE(client.send(request));
      client.shut_write();
      ASSERT_THAT(client.rest(), EndsWith("hello")) << bytes;
    }
  }
}

TEST_F(ServerTest, pipelined_requests_are_answered_in_their_order) {
  start();
  Client client = connect();
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += get("/users/" + std::to_string(i));
  std::thread sender([&] { client.send(bytes); });
  for (int i = 0; i < 1000; ++i) ASSERT_THAT(client.answer(), EndsWith("\r\n\r\n" + std::to_string(i) + "?"));
  sender.join();
}

TEST_F(ServerTest, an_answer_before_a_slow_one_does_not_wait_for_it) {
  start();
  Client client = connect();
  ASSERT_TRUE(client.send(get("/hello") + get("/wait") + get("/users/1")));
  EXPECT_THAT(client.answer(), EndsWith("hello"));
  gate.await_waiting(1);
  gate.open();
  EXPECT_THAT(client.answer(), EndsWith("opened"));
  EXPECT_THAT(client.answer(), EndsWith("1?"));
}

TEST_F(ServerTest, requests_may_come_byte_by_byte) {
  start();
  Client client = connect();
  const std::string bytes = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (const char& byte : bytes) ASSERT_TRUE(client.send(std::string_view(&byte, 1)));
  EXPECT_THAT(client.answer(), EndsWith("\r\n\r\nabc"));
}

TEST_F(ServerTest, a_body_of_many_blocks_arrives_whole_and_the_next_request_is_not_lost) {
  start();
  Client client = connect();
  std::string body;
  for (int i = 0; body.size() < 900'000; ++i) body += std::to_string(i) + ",";
  const std::string head =
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  std::thread sender([&] { client.send(head + body + get("/hello")); });
  EXPECT_THAT(client.answer(), EndsWith(body));
  EXPECT_THAT(client.answer(), EndsWith("hello"));
  sender.join();
}

TEST_F(ServerTest, large_answers_go_out_whole_to_a_slow_reader) {
  start();
  Client client = connect();
  ASSERT_TRUE(client.send(get("/big") + get("/hello")));
  const std::string answer = client.answer();
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, big.size());
  EXPECT_THAT(client.answer(), EndsWith("hello"));
}

TEST_F(ServerTest, head_is_get_without_the_body) {
  start();
  Client client = connect();
  const std::string answer = client.ask("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n", true);
  EXPECT_THAT(answer, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_THAT(client.ask(get("/hello")), EndsWith("hello"));
}

TEST_F(ServerTest, http_1_0_closes_unless_asked_to_stay) {
  start();
  Client client = connect();
  const std::string stay = client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(stay, HasSubstr("Connection: keep-alive\r\n"));
  ASSERT_TRUE(client.send("GET /hello HTTP/1.0\r\n\r\n"));
  EXPECT_THAT(client.rest(), HasSubstr("Connection: close\r\n"));
  EXPECT_FALSE(client.reset());
}

TEST_F(ServerTest, connection_close_is_obeyed) {
  start();
  Client client = connect();
  ASSERT_TRUE(client.send(get("/hello", "Connection: close\r\n") + get("/users/2")));
  const std::string all = client.rest();
  EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(all, EndsWith("hello"));
  EXPECT_FALSE(client.reset());
}

TEST_F(ServerTest, a_client_that_shuts_its_side_still_gets_its_answer) {
  start();
  Client client = connect();
  ASSERT_TRUE(client.send(get("/wait")));
  client.shut_write();
  gate.await_waiting(1);
  gate.open();
  EXPECT_THAT(client.rest(), EndsWith("opened"));
}

TEST_F(ServerTest, a_client_that_goes_while_its_handler_runs_harms_nobody) {
  start();
  {
    Client client = connect();
    ASSERT_TRUE(client.send(get("/wait")));
    gate.await_waiting(1);
  }
  gate.open();
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
  Client other = connect();
  EXPECT_THAT(other.ask(get("/hello")), EndsWith("hello"));
}

TEST_F(ServerTest, unknown_paths_and_methods_are_told_apart) {
  start();
  Client client = connect();
  EXPECT_THAT(client.ask(get("/nowhere")), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(client.ask(get("/hello/")), StartsWith("HTTP/1.1 404 "));
  const std::string refused = client.ask("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_THAT(refused, HasSubstr("\r\nAllow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_THAT(refused, Not(HasSubstr("Connection: close")));
  EXPECT_THAT(client.ask(get("/hello")), EndsWith("hello"));
}

TEST_F(ServerTest, a_handler_that_throws_is_answered_500_and_the_secret_stays_in_the_log) {
  start();
  Client client = connect();
  const std::string answer = client.ask(get("/throw", "X-Request-Id: abc\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("secret")));
  EXPECT_THAT(log.lines(), ElementsAre("a handler failed request_id=abc method=GET route=/throw error=a secret"));
  EXPECT_THAT(client.ask(get("/hello")), EndsWith("hello"));
}

TEST_F(ServerTest, a_header_cannot_end_its_line_early) {
  router.add(Method::get, "/split", [](const Request&, Context&) -> Task<Response> {
    Response response = text("x");
    response.headers = {{"Location", "/a\r\nSet-Cookie: b=c"}, {"Fine", "a\tb"}};
    response.etag = "\"1\n\"";
    return response;
  });
  start();
  Client client = connect();
  const std::string answer = client.ask(get("/split"));
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
  EXPECT_THAT(answer, Not(HasSubstr("ETag")));
  EXPECT_THAT(answer, HasSubstr("\r\nFine: a\tb\r\n"));
}

TEST_F(ServerTest, options_says_what_is_allowed) {
  start();
  Client client = connect();
  const std::string one = client.ask("OPTIONS /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(one, StartsWith("HTTP/1.1 204 No Content\r\n"));
  EXPECT_THAT(one, HasSubstr("Allow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_THAT(one, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(one, Not(HasSubstr("Access-Control")));
  EXPECT_THAT(client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), StartsWith("HTTP/1.1 204 "));
}

TEST_F(ServerTest, a_preflight_from_an_allowed_origin_is_answered) {
  options.cors.origins = {"https://app.example"};
  start();
  Client client = connect();
  const std::string_view preflight =
      "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: content-type, if-match\r\n\r\n";
  const std::string allowed =
      client.ask("OPTIONS /hello HTTP/1.1\r\nHost: a\r\nOrigin: https://app.example\r\n" + std::string(preflight));
  EXPECT_THAT(allowed, HasSubstr("Access-Control-Allow-Origin: https://app.example\r\n"));
  EXPECT_THAT(allowed, HasSubstr("Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"));
  EXPECT_THAT(allowed, HasSubstr("Access-Control-Allow-Headers: content-type, if-match\r\n"));
  EXPECT_THAT(allowed, HasSubstr("Access-Control-Max-Age: 600\r\n"));
  EXPECT_THAT(allowed, HasSubstr("Vary: Origin\r\n"));
  const std::string foreign =
      client.ask("OPTIONS /hello HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\n" + std::string(preflight));
  EXPECT_THAT(foreign, Not(HasSubstr("Access-Control-Allow")));
  EXPECT_THAT(foreign, HasSubstr("Vary: Origin\r\n"));
}

TEST_F(ServerTest, any_origin_may_read_when_all_are_allowed) {
  options.cors.origins = {"*"};
  options.cors.exposed = {"App-Header"};
  start();
  Client client = connect();
  const std::string answer = client.ask(get("/hello", "Origin: https://any.example\r\n"));
  EXPECT_THAT(answer, HasSubstr("Access-Control-Allow-Origin: *\r\n"));
  EXPECT_THAT(answer, HasSubstr("Access-Control-Expose-Headers: Allow, Content-Range, ETag, Link, Location, "
                                "Preference-Applied, Retry-After, WWW-Authenticate, X-Request-Id, App-Header\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Vary")));
}

TEST_F(ServerTest, a_client_that_waits_for_100_is_told_to_go_on) {
  start();
  Client client = connect();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  EXPECT_EQ(client.ask(head), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(client.ask("abc"), EndsWith("\r\n\r\nabc"));
  EXPECT_THAT(client.ask(head + "abc"), StartsWith("HTTP/1.1 200 ")) << "the body was there already";
}

TEST_F(ServerTest, upgrades_are_not_taken_up) {
  start();
  Client client = connect();
  const std::string answer = client.ask(get("/hello", "Connection: Upgrade\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(client.ask(get("/users/1")), EndsWith("1?"));
}

TEST_F(ServerTest, a_malformed_request_is_answered_400_and_the_connection_closed_without_reset) {
  start();
  Client client = connect();
  ASSERT_TRUE(client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n" +
                          std::string(100'000, 'x') + get("/users/7")));
  const std::string all = client.rest();
  EXPECT_THAT(all, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(all, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(all, Not(HasSubstr("7?")));
  EXPECT_FALSE(client.reset());
  EXPECT_EQ(
      metrics.counter("banyan_http_requests_refused_total", "", {{"reason", "unsupported_transfer_encoding"}}).value(),
      1U);
}

TEST_F(ServerTest, what_is_answered_is_counted_under_its_template) {
  start();
  Client client = connect();
  client.ask(get("/users/1"));
  client.ask(get("/users/2"));
  client.ask(get("/nowhere"));
  access_log.lines(3);
  const auto count = [&](const std::string& route, const std::string& status) {
    return metrics
        .histogram("banyan_http_request_duration_seconds", "", latency_bounds_us(), 1e-6,
                   {{"route", route}, {"method", "GET"}, {"status", status}})
        .snapshot()
        .total;
  };
  EXPECT_EQ(count("/users/{id}", "2xx"), 2U);
  EXPECT_EQ(count("", "4xx"), 1U);
  EXPECT_GT(metrics.counter("banyan_http_sent_bytes_total", "").value(), 300U);
}

TEST_F(ServerTest, all_loops_serve) {
  options.loops = 4;
  start();
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([&] {
      Client client = connect();
      for (int j = 0; j < 50; ++j) EXPECT_THAT(client.ask(get("/hello")), EndsWith("hello"));
    });
  }
  for (std::thread& each : clients) each.join();
  EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

}  // namespace
}  // namespace banyan::http
