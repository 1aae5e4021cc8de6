#include <atomic>

#include "banyan/http/server_fixture.hpp"

namespace banyan::http {
namespace {

using std::chrono::seconds;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

TEST_F(ServerTest, stop_lets_a_request_in_flight_end_and_says_close) {
  start();
  Client client = connect();
  Client idle = connect();
  idle.ask(get("/hello"));
  ASSERT_TRUE(client.send(get("/wait")));
  gate.await_waiting(1);
  server->stop();
  EXPECT_TRUE(server->stopping());
  EXPECT_EQ(idle.rest(), "") << "idle connections are closed at once";
  gate.open();
  EXPECT_THAT(client.rest(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("opened")));
  stop();
  EXPECT_EQ(connections(), 0);
}

TEST_F(ServerTest, nobody_can_connect_after_stop) {
  start();
  const std::uint16_t port = server->port();
  stop();
  EXPECT_FALSE(Client(port).connected());
}

TEST_F(ServerTest, stop_is_bounded_even_when_a_client_does_not_read) {
  options.limits.shutdown_timeout = seconds(5);
  start();
  Client client = connect();
  ASSERT_TRUE(client.send(get("/big")));
  EXPECT_TRUE(eventually([&] { return metrics.counter("banyan_http_sent_bytes_total", "").value() > 0; }));
  server->stop();
  std::atomic<bool> done = false;
  std::thread waiter([&] {
    thread.join();
    done = true;
  });
  // The deadline is counted from when the loop hears of the stop, hence again.
  EXPECT_TRUE(eventually([&] {
    clock.advance(seconds(1));
    return done.load();
  }));
  waiter.join();
}

TEST_F(ServerTest, a_handler_that_ends_after_the_last_moment_finds_all_it_needs) {
  options.limits.shutdown_timeout = seconds(5);
  start();
  Client client = connect();
  ASSERT_TRUE(client.send(get("/wait")));
  gate.await_waiting(1);
  server->stop();
  EXPECT_TRUE(eventually([&] {
    clock.advance(std::chrono::milliseconds(100));
    char byte;
    return ::recv(client.fd(), &byte, 1, MSG_DONTWAIT) == 0 || errno == ECONNRESET;
  })) << "the connection was not cut";
  stop();
}

TEST_F(ServerTest, a_handler_that_never_ends_does_not_hold_up_the_stop) {
  options.limits.shutdown_timeout = seconds(5);
  start();
  Client client = connect();
  ASSERT_TRUE(client.send(get("/wait")));
  gate.await_waiting(1);
  server->stop();
  std::atomic<bool> done = false;
  std::thread waiter([&] {
    thread.join();
    done = true;
  });
  EXPECT_TRUE(eventually([&] {
    clock.advance(seconds(1));
    return done.load();
  }));
  waiter.join();
  gate.open();  // completes into a loop that no longer runs, and must still be there
  server.reset();
  EXPECT_EQ(connections(), 0) << "the handler that came late has left";
}

TEST_F(ServerTest, stop_before_run_ends_the_run_at_once) {
  router.finish(metrics);
  auto made = listen();
  ASSERT_TRUE(made);
  (*made)->stop();
  (*made)->stop();
  (*made)->run();
}

TEST_F(ServerTest, connections_that_waited_in_the_backlog_are_served_at_stop) {
  options.loops = 1;
  router.finish(metrics);
  auto made = listen();
  ASSERT_TRUE(made);
  std::vector<Client> clients;
  for (int i = 0; i < 100; ++i) {
    clients.emplace_back((*made)->port());
    ASSERT_TRUE(clients.back().send(get("/hello")));
  }
  (*made)->stop();
  (*made)->run();
  for (Client& client : clients) {
    EXPECT_THAT(client.rest(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("hello")));
  }
}

TEST_F(ServerTest, work_posted_from_other_threads_runs_on_the_loop) {
  router.add(Method::get, "/thread", [&](const Request&, Context& context) -> Task<Response> {
    const std::thread::id here = std::this_thread::get_id();
    Completion<std::thread::id> ran_on(context.executor);
    std::thread([&] { context.executor.run([&] { ran_on.complete(std::this_thread::get_id()); }); }).detach();
    const std::thread::id there = co_await ran_on;
    Response response = text(there == here && std::this_thread::get_id() == here ? "same" : "other");
    co_return response;
  });
  start();
  Client client = connect();
  for (int i = 0; i < 200; ++i) ASSERT_THAT(client.ask(get("/thread")), EndsWith("same"));
}

}  // namespace
}  // namespace banyan::http
