#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/servers/certificate.hpp"
#include "tests/servers/postgres_processes.hpp"

namespace banyan::testkit {

struct RedisSettings {
  bool tls = false;               ///< On a second port, with a certificate of its own making for 127.0.0.1.
  std::vector<std::string> more;  ///< Lines, as in redis.conf.
};

/// A Redis server of its own, in a temporary folder, on a loopback port and a Unix socket. It keeps nothing on disk. It
/// and its folder are gone once this program has ended, even by SIGKILL.
///
/// Its default user has a password that needs percent-encoding, and there is another user with another password.
/// Thread safety: none. Errors are thrown as std::runtime_error.
class RedisServer {
 public:
  static constexpr std::string_view password = "s3cret/%:@";
  static constexpr std::string_view encoded_password = "s3cret%2F%25%3A%40";
  static constexpr std::string_view user = "banyan";
  static constexpr std::string_view user_password = "user-s3cret";

  explicit RedisServer(RedisSettings settings = {});
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  std::uint16_t tls_port() const noexcept { return tls_port_; }
  std::filesystem::path socket() const { return folder_ / "redis.sock"; }
  /// `redis://:password@127.0.0.1:port`; with another port, through a proxy.
  std::string url() const { return url_through(port_); }
  std::string url_through(std::uint16_t port) const;
  std::string tls_url() const;
  /// The certificate, which is its own authority; and one that signed nothing here.
  std::filesystem::path certificate() const { return certificate_.file; }
  std::filesystem::path other_certificate() const { return other_certificate_.file; }

  /// What redis-cli prints for the command, without the last newline.
  std::string run(const std::vector<std::string>& words) const;

  void kill_9();
  /// After kill_9(): again, empty, on the same port. Returns once it answers.
  void start();
  /// Stops its time: connections stay, nothing answers.
  void freeze();
  void thaw();

  /// What it wrote since it was started last.
  std::string log() const;

 private:
  void write_configuration() const;

  RedisSettings settings_;
  std::filesystem::path folder_;
  std::unique_ptr<Guard> guard_;
  std::uint16_t port_;
  std::uint16_t tls_port_ = 0;
  Certificate certificate_;  ///< Where it speaks TLS, as the other.
  Certificate other_certificate_;
  pid_t process_ = -1;
};

}  // namespace banyan::testkit
