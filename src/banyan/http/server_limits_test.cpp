#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <future>

#include "banyan/http/server_fixture.hpp"

namespace banyan::http {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

TEST_F(ServerTest, what_is_too_large_is_refused_with_its_own_status) {
  start();
  const auto refused = [&](const std::string& bytes) {
    Client client = connect();
    client.send(bytes);
    const std::string all = client.rest();
    EXPECT_FALSE(client.reset());
    return all.substr(0, 12);
  };
  EXPECT_EQ(refused("GET /" + std::string(9000, 'x') + " HTTP/1.1\r\n"), "HTTP/1.1 414");
  EXPECT_EQ(refused(get("/hello", "A: " + std::string(40'000, 'x') + "\r\n")), "HTTP/1.1 431");
  EXPECT_EQ(refused("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + std::string(200'000, 'x')),
            "HTTP/1.1 413");
}

TEST_F(ServerTest, bodies_that_wait_for_their_end_share_a_bound) {
  options.limits.body_memory_bytes = 100'000;
  start();
  const auto post = [](std::size_t bytes) {
    return "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
  };
  const std::string large = post(60'000) + std::string(60'000, 'b');
  const Counter& received = metrics.counter("banyan_http_received_bytes_total", "");
  const auto hold_most = [&] {
    Client client = connect();
    const std::uint64_t until = received.value() + post(80'001).size() + 80'000;
    client.send(post(80'001) + std::string(80'000, 'a'));
    EXPECT_TRUE(eventually([&] { return received.value() == until; }));
    return client;
  };
  Client slow = hold_most();
  EXPECT_THAT(connect().ask(large), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("too_many_bodies"),
                                          HasSubstr("Retry-After: 1\r\n"), HasSubstr("Connection: close\r\n")));
  EXPECT_THAT(connect().ask(post(100) + std::string(100, 'c')), StartsWith("HTTP/1.1 200 ")) << "a small one has room";
  EXPECT_THAT(slow.ask("a"), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("aa")));
  EXPECT_THAT(connect().ask(large).substr(0, 12), "HTTP/1.1 200") << "what was answered is held no more";

  Client gone = hold_most();
  EXPECT_THAT(connect().ask(large), StartsWith("HTTP/1.1 503 "));
  gone.close();
  EXPECT_TRUE(eventually([&] { return connect().ask(large).starts_with("HTTP/1.1 200 "); })) << "nor what was given up";
}

TEST_F(ServerTest, one_connection_too_many_is_answered_503_and_closed) {
  std::promise<void> asked;
  router.add(Method::get, "/hold", [&](const Request&, Context&) -> Task<Response> {
    asked.get_future().wait_for(patience);
    return text("held");
  });
  options.limits.connections = 2;
  start();
  Client first = connect();
  Client second = connect();
  EXPECT_THAT(first.ask(get("/hello")), EndsWith("hello"));
  EXPECT_THAT(second.ask(get("/hello")), EndsWith("hello"));
  // The loop is held up until the third has sent its request: it must not be reset for what nobody read.
  first.send(get("/hold"));
  Client third = connect();
  third.send(get("/hello"));
  asked.set_value();
  EXPECT_THAT(third.rest(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1\r\n")));
  EXPECT_FALSE(third.reset());
  third.close();
  second.close();
  EXPECT_TRUE(eventually([&] { return connections() == 1; }));
  Client fourth = connect();
  EXPECT_THAT(fourth.ask(get("/hello")), EndsWith("hello"));
  EXPECT_EQ(metrics.counter("banyan_http_connections_rejected_total", "", {{"reason", "limit"}}).value(), 1U);
}

// The clock is a hand-driven one: each timeout is tried just before and after its time.
TEST_F(ServerTest, an_idle_connection_is_closed_in_silence) {
  start();
  Client used = connect();
  used.ask(get("/hello"));
  access_log.lines(1);
  clock.advance(seconds(74));
  EXPECT_THAT(used.ask(get("/hello")), EndsWith("hello"));
  access_log.lines(2);
  clock.advance(seconds(76));
  EXPECT_EQ(used.rest(), "");
  EXPECT_FALSE(used.reset());
}

TEST_F(ServerTest, a_header_that_takes_too_long_is_answered_408) {
  start();
  Client client = connect();
  client.ask(get("/hello"));
  client.send("GET /hel");
  // The first byte may be read after the clock moved first, hence again.
  EXPECT_TRUE(eventually([&] {
    clock.advance(seconds(11));
    return client.readable();
  }));
  EXPECT_THAT(client.rest(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(ServerTest, a_body_that_takes_too_long_is_answered_408) {
  start();
  Client client = connect();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
  EXPECT_THAT(client.ask(head), StartsWith("HTTP/1.1 100 "));
  clock.advance(seconds(29));
  client.send("a");
  clock.advance(seconds(2));
  EXPECT_THAT(client.rest(), AllOf(StartsWith("HTTP/1.1 408 "), HasSubstr("body_timeout")));
}

TEST_F(ServerTest, a_client_that_does_not_read_is_let_go) {
  options.limits.idle_timeout = std::chrono::hours(10'000);
  start();
  Client client = connect();
  ASSERT_TRUE(client.send(get("/big")));
  EXPECT_TRUE(eventually([&] { return metrics.counter("banyan_http_sent_bytes_total", "").value() > 0; }));
  EXPECT_EQ(connections(), 1);
  // The write may still be going on when the clock moves first, hence again.
  EXPECT_TRUE(eventually([&] {
    clock.advance(seconds(31));
    return connections() == 0;
  }));
}

TEST_F(ServerTest, a_handler_learns_its_deadline) {
  SteadyTime deadline;
  router.add(Method::get, "/deadline", [&](const Request&, Context& context) -> Task<Response> {
    deadline = context.deadline;
    return text("");
  });
  options.limits.request_timeout = seconds(3);
  start();
  Client client = connect();
  client.ask(get("/deadline"));
  EXPECT_EQ(deadline, clock.steady() + seconds(3));
}

TEST_F(ServerTest, idle_connections_hold_little_memory) {
  start();
  const auto allocated = [] {
    const struct mallinfo2 info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
  };
  constexpr std::size_t count = 2000;
  const std::size_t before = allocated();
  std::vector<Client> clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(connect());
    ASSERT_TRUE(clients.back().connected());
    ASSERT_THAT(clients.back().ask(get("/hello")), EndsWith("hello"));
  }
  EXPECT_TRUE(eventually([&] { return connections() == static_cast<std::int64_t>(count); }));
  const std::size_t each = (allocated() - before) / count;
  RecordProperty("bytes_each", static_cast<int>(each));
  if (!sanitized) {
    EXPECT_LT(each, 2500U) << "with what the client needs for it";
  }
}

// In a child, for the limit is the process's own.
void serve_without_handles(Server& server, KeptLog& log, const std::string& request) {
  const auto fail_with = [](const char* why) {
    std::fprintf(stderr, "%s\n", why);
    std::_Exit(1);
  };
  std::thread thread([&] { server.run(); });
  Client early(server.port());
  if (!early.ask(request).ends_with("hello")) fail_with("not served before");
  Client late(server.port());  // has its handle, and waits until the server has accepted it
  if (!late.ask(request).ends_with("hello")) fail_with("not served before");

  // Client and server share the process: make the clients' handles first, then take all that are left.
  std::vector<Descriptor> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
  std::vector<Descriptor> taken;
  while (true) {
    Descriptor one(::dup(2));
    if (!one.valid()) break;
    taken.push_back(std::move(one));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval patience_each{5, 0};
  for (const Descriptor& client : clients) {
    ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience_each, sizeof patience_each);
    if (::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail_with("no connection");
    ::send(client.get(), request.data(), request.size(), MSG_NOSIGNAL);
    char answer[4096];
    const ssize_t got = ::recv(client.get(), answer, sizeof answer, 0);
    if (got <= 0 || !std::string_view(answer, static_cast<std::size_t>(got)).starts_with("HTTP/1.1 503")) {
      fail_with("no 503");
    }
  }
  if (!early.ask(request).ends_with("hello")) fail_with("those inside are not served");
  if (log.lines().size() != 1) fail_with("not said once in the log");
  taken.clear();
  Client after(server.port());
  if (!after.ask(request).ends_with("hello")) fail_with("not served afterwards");
  server.stop();
  thread.join();
  std::_Exit(0);
}

TEST_F(ServerTest, without_file_handles_newcomers_are_told_503_and_service_comes_back_by_itself) {
#ifdef BANYAN_VPTR_SANITIZED
  GTEST_SKIP() << "UBSan needs a file handle to look at a vptr";
#endif
  router.finish(metrics);
  auto made = listen();
  ASSERT_TRUE(made);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{200, 200};
    ::setrlimit(RLIMIT_NOFILE, &limit);
    serve_without_handles(**made, log, get("/hello"));
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace banyan::http
