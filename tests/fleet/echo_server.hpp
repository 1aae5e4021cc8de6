#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace banyan::fleet_tests {

/// A small HTTP server in place of an instance, where a test is about what stands before it. It answers with its name
/// in X-Served-By and, as the body, the request as it came: head, body and trailers. `/health/ready` answers by itself;
/// `/hold` waits for release(). Thread safe.
class EchoServer {
 public:
  explicit EchoServer(std::string name);
  ~EchoServer();
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  std::uint16_t port() const noexcept { return port_; }

  /// What it answers at /health/ready: 200, or 503.
  void set_ready(bool ready) { ready_ = ready; }
  /// Answers everything else with 503.
  void set_failing(bool failing) { failing_ = failing; }
  /// Closes the connection once it has read a request, without an answer.
  void set_dropping(bool dropping) { dropping_ = dropping; }
  /// Lets go all who wait at /hold, now and later.
  void release();
  /// Listens no more, and cuts every connection.
  void die();

  std::size_t asked() const { return asked_; }      ///< Requests that it has read, checks of its health aside.
  std::size_t checked() const { return checked_; }  ///< Checks of its health.
  std::size_t held() const { return held_; }        ///< Requests that wait at /hold.

 private:
  void accept_all();
  void serve(int socket);
  bool answer(int socket, const std::string& request);
  void wait_for_release();

  std::string name_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ready_ = true;
  std::atomic<bool> failing_ = false;
  std::atomic<bool> dropping_ = false;
  std::atomic<bool> dying_ = false;
  std::atomic<std::size_t> asked_ = 0;
  std::atomic<std::size_t> checked_ = 0;
  std::atomic<std::size_t> held_ = 0;
  std::mutex mutex_;
  std::condition_variable released_;
  bool let_go_ = false;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace banyan::fleet_tests
