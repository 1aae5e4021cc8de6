#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/servers/postgres_address.hpp"
#include "tests/servers/postgres_processes.hpp"

namespace banyan::testkit {

struct PostgresSettings {
  bool durable = false;           ///< Waits for the disk. Killing the server loses nothing either way.
  std::vector<std::string> more;  ///< `name=value`, as in postgresql.conf.
};

/// A PostgreSQL server of its own: a new cluster in a temporary folder, on a loopback port, running as an ordinary
/// user. It and its folder are gone once this program has ended, even by SIGKILL.
///
/// Thread safety: what PostgresAddress offers from any thread, the rest from one at a time. Errors are thrown as
/// std::runtime_error.
class PostgresServer {
 public:
  explicit PostgresServer(PostgresSettings settings = {});
  /// A standby of `primary`: a copy of what it holds now, which streams the rest. To the primary it goes by the name
  /// that `cluster_name` gives it.
  PostgresServer(const PostgresServer& primary, PostgresSettings settings);
  ~PostgresServer();

  const PostgresAddress& address() const noexcept { return *address_; }
  std::string url(std::string_view database = "postgres") const { return address_->url(database); }
  std::string make_database() const { return address_->make_database(); }
  std::string run(const std::string& database, const std::string& sql) const { return address_->run(database, sql); }

  /// Ends all of its processes at once, as the kernel out of memory would.
  void kill_9();
  /// Shuts down: connections are closed, everything is written.
  void stop();
  /// After kill_9() or stop(): again, on the same port. Returns once it answers.
  void start();
  /// As start(), but does not wait until it answers.
  void launch();
  /// Of a standby: becomes a primary, on a timeline of its own. Returns once it takes writes.
  void promote();
  /// Of a standby: streams from that server from now on.
  void follow(const PostgresServer& primary);
  /// Stops the time of all of its processes: connections stay, nothing answers.
  void freeze();
  void thaw();

  /// What it wrote to its log.
  std::string log() const;

 private:
  void make_cluster();
  void copy_cluster(const PostgresServer& primary);
  void begin();
  std::string conninfo() const;
  void wait_until_it_answers();
  std::vector<pid_t> all_stopped();

  PostgresSettings settings_;
  std::filesystem::path programs_;
  std::filesystem::path folder_;
  std::filesystem::path data_;
  std::vector<std::string> as_user_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<PostgresAddress> address_;
  pid_t postmaster_ = -1;
  std::vector<pid_t> frozen_;
};

}  // namespace banyan::testkit
