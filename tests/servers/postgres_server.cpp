#include "tests/servers/postgres_server.hpp"

#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "tests/servers/becomes_true.hpp"
#include "tests/servers/loopback.hpp"

namespace banyan::testkit {
namespace {

constexpr auto start_within = std::chrono::seconds(60);
constexpr auto end_within = std::chrono::seconds(20);

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "banyan-postgres-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder like " + name);
  return std::filesystem::canonical(name);
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> joined(std::vector<std::string> first, std::vector<std::string> second) {
  first.insert(first.end(), std::make_move_iterator(second.begin()), std::make_move_iterator(second.end()));
  return first;
}

}  // namespace

PostgresServer::PostgresServer(PostgresSettings settings)
    : settings_(std::move(settings)), programs_(postgres_programs()), folder_(make_folder()), data_(folder_ / "data") {
  begin();
  make_cluster();
  address_ = std::make_unique<PostgresAddress>(free_port(), folder_.string(), Databases::vanish_with_server);
  start();
}

PostgresServer::PostgresServer(const PostgresServer& primary, PostgresSettings settings)
    : settings_(std::move(settings)), programs_(postgres_programs()), folder_(make_folder()), data_(folder_ / "data") {
  begin();
  copy_cluster(primary);
  address_ = std::make_unique<PostgresAddress>(free_port(), folder_.string(), Databases::vanish_with_server);
  start();
}

void PostgresServer::begin() {
  guard_ = std::make_unique<Guard>(folder_, data_);
  as_user_ = become_ordinary_user(folder_);
}

PostgresServer::~PostgresServer() {
  if (postmaster_ < 0) return;
  thaw();
  ::kill(postmaster_, SIGQUIT);
  wait_for_program(postmaster_);
}

void PostgresServer::make_cluster() {
  const std::filesystem::path password = folder_ / "password";
  std::ofstream(password) << PostgresAddress::password << "\n";
  const std::filesystem::path log = folder_ / "initdb.log";
  const std::vector<std::string> common =
      joined(as_user_, {programs_ / "initdb", "--pgdata=" + data_.string(), "--encoding=UTF8", "--no-sync",
                        "--username=" + std::string(PostgresAddress::user), "--pwfile=" + password.string(),
                        "--auth-local=trust", "--auth-host=scram-sha-256", "--locale=C.UTF-8", "--no-instructions"});
  // English order by ICU from version 15 on.
  const std::vector<std::string> icu{"--locale-provider=icu", "--icu-locale=en-US"};
  if (wait_for_program(start_program(joined(common, icu), log)) == 0) return;
  if (wait_for_program(start_program(common, log)) != 0) throw std::runtime_error("initdb failed:\n" + text_of(log));
}

std::string PostgresServer::conninfo() const {
  return "host=" + folder_.string() + " port=" + std::to_string(address_->port()) +
         " user=" + std::string(PostgresAddress::user);
}

void PostgresServer::copy_cluster(const PostgresServer& primary) {
  const std::filesystem::path log = folder_ / "pg_basebackup.log";
  const std::vector<std::string> copy =
      joined(as_user_, {programs_ / "pg_basebackup", "--pgdata=" + data_.string(), "--dbname=" + primary.conninfo(),
                        "--checkpoint=fast", "--no-sync", "--write-recovery-conf"});
  if (wait_for_program(start_program(copy, log)) != 0)
    throw std::runtime_error("pg_basebackup failed:\n" + text_of(log));
}

void PostgresServer::promote() {
  if (run("postgres", "SELECT pg_promote(true, 60)") != "t")
    throw std::runtime_error("the standby does not become a primary:\n" + log());
}

void PostgresServer::follow(const PostgresServer& primary) {
  run("postgres", "ALTER SYSTEM SET primary_conninfo = '" + primary.conninfo() + "'");
  run("postgres", "SELECT pg_reload_conf()");
}

void PostgresServer::launch() {
  std::vector<std::string> settings{"listen_addresses=127.0.0.1",
                                    "port=" + std::to_string(address_->port()),
                                    "unix_socket_directories=" + folder_.string(),
                                    "max_connections=200",
                                    "shared_buffers=32MB",
                                    "log_line_prefix=%m [%p] %a ",
                                    "log_min_duration_statement=-1"};
  if (!settings_.durable) settings = joined(std::move(settings), {"fsync=off", "full_page_writes=off"});
  settings = joined(std::move(settings), settings_.more);
  std::vector<std::string> command = joined(as_user_, {programs_ / "postgres", "-D", data_});
  for (const std::string& setting : settings) command = joined(std::move(command), {"-c", setting});
  postmaster_ = start_program(command, folder_ / "postgres.log");
}

void PostgresServer::start() {
  launch();
  wait_until_it_answers();
}

void PostgresServer::wait_until_it_answers() {
  bool ended = false;
  const auto starts_or_ends = [&] {
    ended = !lives(postmaster_);
    return ended || address_->answers();
  };
  const bool answered = becomes_true(starts_or_ends, start_within);
  if (ended) {
    wait_for_program(postmaster_);
    postmaster_ = -1;
  }
  if (!answered || ended) throw std::runtime_error("PostgreSQL does not start:\n" + log());
}

// The postmaster first: it cannot make another process afterwards.
std::vector<pid_t> PostgresServer::all_stopped() {
  ::kill(postmaster_, SIGSTOP);
  std::vector<pid_t> all = children_of(postmaster_);
  all.push_back(postmaster_);
  for (const pid_t process : all) ::kill(process, SIGSTOP);
  return all;
}

void PostgresServer::kill_9() {
  const std::vector<pid_t> all = all_stopped();
  frozen_.clear();
  for (const pid_t process : all) ::kill(process, SIGKILL);
  wait_for_program(postmaster_);
  postmaster_ = -1;
  // A new server refuses the folder while one of them lives.
  for (const pid_t process : all) {
    if (!becomes_true([process] { return !lives(process); }, end_within))
      throw std::runtime_error("a killed process of PostgreSQL lives on");
  }
}

void PostgresServer::stop() {
  thaw();
  ::kill(postmaster_, SIGINT);
  if (!becomes_true([this] { return !lives(postmaster_); }, end_within))
    throw std::runtime_error("PostgreSQL does not stop:\n" + log());
  wait_for_program(postmaster_);
  postmaster_ = -1;
}

void PostgresServer::freeze() { frozen_ = all_stopped(); }

void PostgresServer::thaw() {
  for (const pid_t process : frozen_) ::kill(process, SIGCONT);
  frozen_.clear();
}

std::string PostgresServer::log() const { return text_of(folder_ / "postgres.log"); }

}  // namespace banyan::testkit
