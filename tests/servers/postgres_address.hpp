#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::testkit {

/// Whether databases are dropped by who made them, or vanish with their server.
enum class Databases { vanish_with_server, dropped_at_end };

/// Where a PostgreSQL server of the tests answers, and what a test asks of it. Thread safe. Errors are thrown as
/// std::runtime_error.
///
/// The default collation is not "C" but English by ICU, and the password needs percent-encoding, so that who relies on
/// the opposite is caught.
class PostgresAddress {
 public:
  static constexpr std::string_view user = "banyan";
  static constexpr std::string_view password = "s3cret/%:@";
  static constexpr std::string_view encoded_password = "s3cret%2F%25%3A%40";

  /// `folder` holds the Unix socket.
  PostgresAddress(std::uint16_t port, std::string folder, Databases databases);
  /// Drops what make_database() made, where nobody else would.
  ~PostgresAddress();
  PostgresAddress(const PostgresAddress&) = delete;
  PostgresAddress& operator=(const PostgresAddress&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  const std::string& socket_folder() const noexcept { return folder_; }

  /// `postgres://user:password@127.0.0.1:port/database`; with another port, through a proxy.
  std::string url(std::string_view database = "postgres") const { return url_through(port_, database); }
  std::string url_through(std::uint16_t port, std::string_view database) const;

  /// The URL of a fresh empty database; its name is name_in() the URL.
  std::string make_database() const;
  static std::string name_in(const std::string& url);

  /// Runs any number of statements and returns the last one's rows: fields separated by tabs, rows by newlines, NULL as
  /// `\N`.
  std::string run(const std::string& database, const std::string& sql) const;

  /// Whether a connection can be made now.
  bool answers() const;

 private:
  std::uint16_t port_;
  std::string folder_;
  Databases databases_;
  mutable std::mutex mutex_;
  mutable std::vector<std::string> made_;
};

}  // namespace banyan::testkit
