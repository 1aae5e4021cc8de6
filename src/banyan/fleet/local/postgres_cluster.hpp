#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "banyan/base/random.hpp"
#include "banyan/fleet/local/loopback.hpp"
#include "banyan/fleet/local/programs.hpp"
#include "banyan/fleet/local/service.hpp"

namespace banyan::fleet {

struct PostgresPlan {
  /// There, and empty or of an earlier cluster, which is used again. Where this user is root, others may pass through
  /// it, and nobody else may write to it.
  std::filesystem::path folder;
  /// Where a folder for their sockets is made, in one of the same kind. Its path is short, and has no commas.
  std::filesystem::path sockets;
  bool kept = false;  ///< The folder stays when the fleet has ended.
  std::size_t replicas = 0;
  std::size_t connections = 0;  ///< That all instances together may take of each server.
};

/// A private PostgreSQL: a primary and its streaming replicas on loopback ports, run as an ordinary user when this one
/// is root, whom PostgreSQL refuses. That user owns the folders of data and of sockets, and nothing else. It makes
/// commands and folders; running the servers is for its user.
///
/// Thread safety: none. Each call that runs a program waits for its end, a minute at most.
class PostgresCluster {
 public:
  /// Finds the programs and ports, and makes the cluster unless it is there.
  static Result<PostgresCluster> prepare(PostgresPlan plan, const Programs& programs, FreePorts& ports, Random& random);

  ServiceSetup primary() const;
  /// From 0 to `replicas() - 1`.
  ServiceSetup replica(std::size_t number) const;
  std::size_t replicas() const noexcept { return replica_ports_.size(); }

  /// Once the primary serves: sets the password that the URLs have, and makes the application's database unless it is
  /// there.
  Result<void> make_database() const;
  /// Removes the application's database, whoever uses it, and makes it again.
  Result<void> empty_database() const;
  /// Makes the replicas' folders anew.
  Result<void> copy_to_replicas() const;

  std::string primary_url() const { return url(primary_port_); }
  std::string replica_url(std::size_t number) const { return url(replica_ports_[number]); }

 private:
  PostgresCluster() = default;

  Result<void> find_programs(const Programs& programs);
  Result<void> choose_ports(FreePorts& ports);
  Result<void> make_cluster();
  /// Whether whom the servers run as may pass through the folder to what is in it.
  Result<void> check_passable(const std::filesystem::path& folder, const std::string& remedy) const;
  /// Makes a folder that belongs to whom the servers run as; it may be there already.
  Result<void> make_folder_of_servers(const std::filesystem::path& folder) const;
  Result<void> run_sql(const std::string& statements) const;
  ChildSetup command(std::vector<std::string> words, const std::string& log) const;
  ServiceSetup server(const std::string& name, const std::string& what, std::uint16_t port) const;
  std::vector<std::string> settings(std::uint16_t port) const;
  std::string url(std::uint16_t port) const;
  std::filesystem::path data_of(const std::string& name) const { return plan_.folder / name; }

  PostgresPlan plan_;
  std::filesystem::path initdb_;
  std::filesystem::path postgres_;
  std::filesystem::path basebackup_;
  std::filesystem::path psql_;
  std::optional<RunAs> user_;
  std::string password_;
  std::uint16_t primary_port_ = 0;
  std::vector<std::uint16_t> replica_ports_;
};

}  // namespace banyan::fleet
