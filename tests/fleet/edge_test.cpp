#include <cstdio>

#include "fleet/fixture.hpp"
#include "scenarios/raw_connection.hpp"
#include "scenarios/server_process.hpp"
#include "tests/servers/certificate.hpp"

// What becomes of a request on its way, and what the balancer answers by itself.
namespace banyan::fleet_tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string lowered(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

class Edge : public BalancerTest {
 protected:
  void start_one() {
    add_servers({1});
    start();
  }
  /// The request as the server got it, in lower case.
  std::string arrived(const Request& request) const {
    const Response response = HttpClient(port()).send(request);
    EXPECT_EQ(response.status, 200) << response.body << response.failure;
    return lowered(response.body);
  }
  std::string arrived_raw(const std::string& request) const {
    scenarios::RawConnection connection;
    EXPECT_TRUE(connection.connect(port()));
    connection.send(request);
    const auto response = connection.read_response(std::chrono::seconds(20));
    if (!response) return "no answer";
    EXPECT_EQ(response->status, 200);
    return lowered(response->body);
  }
  static void expect_problem(const Response& response, int status, const std::string& slug) {
    EXPECT_EQ(response.status, status) << response.failure;
    EXPECT_THAT(response.header("content-type").value_or(""), StartsWith("application/problem+json"));
    EXPECT_THAT(response.body, StartsWith("{\"type\":\"urn:banyan:error:" + slug + "\",\"title\":\""));
    EXPECT_THAT(response.body, HasSubstr("\"status\":" + std::to_string(status) + ","));
    EXPECT_TRUE(response.header("date"));
    EXPECT_TRUE(response.header("x-request-id"));
  }
};
INSTANTIATE_TEST_SUITE_P(On, Edge, ::testing::Values(Kind::haproxy, Kind::nginx), name_of);

TEST_P(Edge, says_itself_who_asks_whatever_the_client_says_of_that) {
  start_one();
  for (const char* method : {"GET", "POST"}) {
    const std::string request = lowered(HttpClient(port(), {"127.0.0.9"})
                                            .send({.method = method,
                                                   .headers = {{"X-Forwarded-For", "6.6.6.6"},
                                                               {"X-Forwarded-Proto", "https"},
                                                               {"X-Forwarded-Host", "evil.example"},
                                                               {"X-Forwarded-Port", "666"},
                                                               {"Forwarded", "for=6.6.6.6"},
                                                               {"X-Real-IP", "6.6.6.6"}}})
                                            .body);
    EXPECT_THAT(request, HasSubstr("\r\nx-forwarded-for: 127.0.0.9\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nx-forwarded-proto: http\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nx-forwarded-host: 127.0.0.1:" + std::to_string(port()) + "\r\n"));
    for (const char* said : {"6.6.6.6", "evil.example", "666", "\r\nforwarded:", "x-real-ip"})
      EXPECT_THAT(request, Not(HasSubstr(said)));
  }
}

TEST_P(Edge, passes_nothing_on_that_is_between_two_hops) {
  start_one();
  const std::string request = arrived_raw(
      "GET /x HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Request-Id, Authorization\r\n"
      "Keep-Alive: timeout=9\r\nTE: trailers\r\nTrailer: X-A\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n"
      "Proxy-Connection: keep-alive\r\nProxy: http://evil\r\nX_Forwarded_For: 6.6.6.6\r\n"
      "Authorization: Bearer x\r\n\r\n");
  for (const char* name : {"keep-alive:", "te:", "trailer:", "upgrade:", "proxy-connection:", "proxy:", "x_forwarded"})
    EXPECT_THAT(request, Not(HasSubstr("\r\n" + std::string(name))));
  EXPECT_THAT(request, HasSubstr("\r\nauthorization: bearer x\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nx-request-id: "));
}

TEST_P(Edge, passes_bodies_on_whole_and_drops_trailers) {
  start_one();
  const std::string request = arrived_raw(
      "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n"
      "X-Forwarded-For: 6.6.6.6\r\nAuthorization: Bearer x\r\n\r\n");
  if (on_nginx()) {
    EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\nabcde"));
  } else {
    EXPECT_THAT(request, HasSubstr("\r\n\r\n"));
    EXPECT_THAT(request.substr(0, request.find("\r\n\r\n")), Not(HasSubstr("6.6.6.6")));
  }
}

TEST_P(Edge, names_a_request_that_has_no_usable_name) {
  start_one();
  const Response unnamed = HttpClient(port()).get("/x");
  const std::string name = unnamed.header("x-request-id").value_or("");
  EXPECT_GE(name.size(), 32U);
  EXPECT_THAT(lowered(unnamed.body), HasSubstr("\r\nx-request-id: " + lowered(name) + "\r\n"));
  const Response named = HttpClient(port()).send({.headers = {{"X-Request-Id", "mine-1"}}});
  EXPECT_EQ(named.header("x-request-id"), "mine-1");
  EXPECT_THAT(lowered(named.body), HasSubstr("\r\nx-request-id: mine-1\r\n"));
  for (const std::string& bad : {std::string("a b"), std::string(65, 'x'), std::string("\"")}) {
    const Response other = HttpClient(port()).send({.headers = {{"X-Request-Id", bad}}});
    EXPECT_NE(other.header("x-request-id"), bad);
    EXPECT_THAT(other.body, Not(HasSubstr(bad + "\r\n")));
  }
}

TEST_P(Edge, answers_as_the_api_does_when_no_instance_is_there) {
  add_servers({1, 1});
  start();
  for (const auto& server : servers) server->die();
  for (const char* method : {"GET", "POST", "DELETE"}) {
    const Response response = HttpClient(port()).send({.method = method, .path = "/x"});
    expect_problem(response, 503, "unavailable");
    EXPECT_EQ(response.header("retry-after"), "1");
  }
}

TEST_P(Edge, refuses_a_body_that_the_instances_would_refuse) {
  config.server.limits.body_bytes = 1000;
  start_one();
  EXPECT_EQ(HttpClient(port()).post("/x", std::string(1000, 'x')).status, 200);
  expect_problem(HttpClient(port()).post("/x", std::string(1001, 'x')), 413, "body_too_large");
  EXPECT_EQ(servers[0]->asked(), 1U);
}

TEST_P(Edge, takes_headers_as_large_as_the_instances_do) {
  start_one();
  EXPECT_THAT(arrived({.headers = {{"X-Long", std::string(15'000, 'x')}}}), HasSubstr(std::string(15'000, 'x')));
  EXPECT_THAT(arrived({.path = "/" + std::string(8'000, 'x')}), HasSubstr(std::string(8'000, 'x')));
  const Response refused = HttpClient(port()).send({.headers = {{"X-Long", std::string(70'000, 'x')}}});
  // HAProxy has words of its own, which nothing changes, for what it cannot take apart.
  if (on_nginx()) return expect_problem(refused, 431, "header_too_large");
  EXPECT_EQ(refused.status, 400);
}

TEST_P(Edge, repeats_a_read_that_an_instance_did_not_answer) {
  add_servers({1, 1});
  servers[0]->set_dropping(true);
  start();
  EXPECT_TRUE(answered(20).contains("b"));
  EXPECT_GT(servers[0]->asked(), 0U);
}

TEST_P(Edge, never_repeats_a_write_that_may_have_been_done) {
  add_servers({1, 1});
  for (const auto& server : servers) server->set_dropping(true);
  start();
  for (const char* method : {"POST", "PATCH"}) {
    const std::size_t before = servers[0]->asked() + servers[1]->asked();
    const Response response = HttpClient(port()).send({.method = method, .path = "/x", .body = "{}"});
    expect_problem(response, 502, "outcome_unknown");
    EXPECT_EQ(servers[0]->asked() + servers[1]->asked(), before + 1) << method;
  }
}

// Whoever sees a connection end without an answer may send a write again by itself.
TEST_P(Edge, answers_a_write_that_may_have_been_done_on_a_connection_that_was_used_before_too) {
  add_servers({1, 1});
  start();
  for (const char* method : {"POST", "PATCH", "PUT", "DELETE"}) {
    scenarios::RawConnection connection;
    ASSERT_TRUE(connection.connect(port()));
    const std::string request = std::string(method) + " /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
    connection.send(request);
    ASSERT_TRUE(connection.read_response(std::chrono::seconds(20)));
    for (const auto& server : servers) server->set_dropping(true);
    const std::size_t before = servers[0]->asked() + servers[1]->asked();
    connection.send(request);
    const auto response = connection.read_response(std::chrono::seconds(20));
    for (const auto& server : servers) server->set_dropping(false);
    ASSERT_TRUE(response) << method;
    EXPECT_EQ(response->status, 502) << method;
    EXPECT_THAT(response->body, HasSubstr("\"40003\"")) << method;
    const std::string_view name = method;
    const bool once = !on_nginx() || name == "POST" || name == "PATCH";
    if (once) EXPECT_EQ(servers[0]->asked() + servers[1]->asked(), before + 1) << method;
  }
}

TEST_P(Edge, sends_a_write_elsewhere_when_nothing_of_it_was_sent) {
  add_servers({1, 1, 1});
  start();
  servers[0]->die();
  HttpClient client(port());
  for (int i = 0; i < 30; ++i) EXPECT_NE(server_of(client.post("/x", "{}")), "a");
}

TEST_P(Edge, gives_an_instance_no_more_at_once_than_it_may_have) {
  add_servers({1});
  config.fleet.instances[0].max_connections = 1;
  start();
  std::thread waiting([this] { HttpClient(port()).get("/hold"); });
  EXPECT_TRUE(becomes_true([&] { return servers[0]->held() == 1; }));
  expect_problem(HttpClient(port()).get("/x"), 503, "unavailable");
  EXPECT_EQ(servers[0]->asked(), 1U);
  servers[0]->release();
  waiting.join();
  EXPECT_EQ(HttpClient(port()).get("/x").status, 200);
}

TEST_P(Edge, shows_its_metrics_where_it_was_told_to) {
  config.fleet.metrics = {"127.0.0.1", testkit::free_port()};
  start_one();
  EXPECT_EQ(HttpClient(port()).get("/x").status, 200);
  const Response metrics = HttpClient(config.fleet.metrics.port).get("/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.body, HasSubstr(on_nginx() ? "Active connections:" : "haproxy_server_status{"));
  EXPECT_EQ(HttpClient(config.fleet.metrics.port).get("/other").status, 404);
}

class Tls : public Edge {
 protected:
  void start_with_tls() {
    config.fleet.tls.certificate = testkit::make_certificate(folder.path(), "shop").file;
    config.fleet.tls.key = config.fleet.tls.certificate.string() + ".key";
    config.fleet.tls.redirect = {"127.0.0.1", testkit::free_port()};
    config.fleet.tls.hsts = std::chrono::hours(1);
    config.fleet.sticky_cookie = "route";
    start_one();
  }
  HttpClient client() const { return HttpClient(port(), {.authority = config.fleet.tls.certificate}); }
  /// What `openssl s_client` says of a handshake.
  std::string handshake(const std::string& options) const {
    const std::string file = folder.path() / "handshake.log";
    const int ignored = std::system(("openssl s_client -connect 127.0.0.1:" + std::to_string(port()) + " " + options +
                                     " </dev/null >" + file + " 2>&1")
                                        .c_str());
    static_cast<void>(ignored);
    return scenarios::read_text(file);
  }
};
INSTANTIATE_TEST_SUITE_P(On, Tls, ::testing::Values(Kind::haproxy, Kind::nginx), name_of);

TEST_P(Tls, ends_at_the_balancer_and_the_instance_is_told) {
  start_with_tls();
  const Response response = client().get("/x");
  ASSERT_EQ(response.status, 200) << response.failure << response.body;
  EXPECT_THAT(lowered(response.body), HasSubstr("\r\nx-forwarded-proto: https\r\n"));
  EXPECT_EQ(response.header("strict-transport-security"), "max-age=3600");
  EXPECT_THAT(lowered(response.header("set-cookie").value_or("")), HasSubstr("; secure"));
  servers[0]->die();
  const Response own = client().get("/x");
  expect_problem(own, 503, "unavailable");
  EXPECT_EQ(own.header("strict-transport-security"), "max-age=3600");
}

// Over HTTP/2, where HAProxy by itself would say that nothing was done.
TEST_P(Tls, answers_a_write_that_may_have_been_done) {
  start_with_tls();
  HttpClient client(port(), {.authority = config.fleet.tls.certificate});
  ASSERT_EQ(client.post("/x", "{}").status, 200);
  servers[0]->set_dropping(true);
  const std::size_t before = servers[0]->asked();
  expect_problem(client.post("/x", "{}"), 502, "outcome_unknown");
  EXPECT_EQ(servers[0]->asked(), before + 1);
}

TEST_P(Tls, is_spoken_from_1_2_on) {
  start_with_tls();
  EXPECT_THAT(handshake("-tls1_3"), HasSubstr("TLSv1.3, Cipher is"));
  EXPECT_THAT(handshake("-tls1_2"), HasSubstr("Cipher is ECDHE-"));
  for (const char* old : {"-tls1_1", "-tls1"})
    EXPECT_THAT(handshake(std::string(old) + " -cipher DEFAULT@SECLEVEL=0"), HasSubstr("alert protocol version"))
        << old;
  EXPECT_THAT(handshake("-tls1_2 -cipher AES128-SHA256"), HasSubstr("handshake failure")) << "no forward secrecy";
}

TEST_P(Tls, is_where_plain_http_is_sent) {
  start_with_tls();
  const Response response =
      HttpClient(config.fleet.tls.redirect.port).send({.method = "POST", .path = "/x?a=b", .body = "{}"});
  EXPECT_EQ(response.status, 308);
  EXPECT_EQ(response.header("location"), "https://127.0.0.1:" + std::to_string(port()) + "/x?a=b");
  EXPECT_EQ(servers[0]->asked(), 0U);
}

}  // namespace
}  // namespace banyan::fleet_tests
