#include "banyan/fleet/local/postgres_cluster.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "banyan/base/ids.hpp"

namespace banyan::fleet {
namespace {

constexpr std::chrono::milliseconds program_within{60'000};
constexpr std::size_t password_bytes = 16;
constexpr std::size_t other_connections = 20;  // of people, and of programs that make and watch it
constexpr const char* role = "banyan";
constexpr const char* database = "app";

std::string name_of_replica(std::size_t number) { return "replica-" + std::to_string(number + 1); }

// PostgreSQL's own user where it is installed, else the one that owns nothing.
Result<std::optional<RunAs>> ordinary_user() {
  if (::geteuid() != 0) return std::nullopt;
  for (const char* name : {"postgres", "nobody"})
    if (const passwd* found = ::getpwnam(name)) return RunAs{.user = found->pw_uid, .group = found->pw_gid};
  return fail(
      Error(ErrorCode::unavailable, "PostgreSQL refuses to run as root, and there is no user postgres or nobody.")
          .with_hint("Start the fleet as an ordinary user."));
}

std::string quoted_for_libpq(const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

// Its file says how far the server is; one that was killed leaves the file behind.
bool serves(const std::filesystem::path& data, std::uint16_t port) {
  const std::string text = end_of_file(data / "postmaster.pid", 1024);
  return text.find("\nready") != std::string::npos && answers(port);
}

}  // namespace

Result<PostgresCluster> PostgresCluster::prepare(PostgresPlan plan, const Programs& programs, FreePorts& ports,
                                                 Random& random) {
  PostgresCluster cluster;
  cluster.plan_ = std::move(plan);
  if (Result<void> found = cluster.find_programs(programs); !found) return fail(std::move(found.error()));
  if (Result<void> chosen = cluster.choose_ports(ports); !chosen) return fail(std::move(chosen.error()));
  cluster.password_ = make_hex_token(random, password_bytes);
  if (Result<void> made = cluster.make_cluster(); !made) return fail(std::move(made.error()));
  return cluster;
}

Result<void> PostgresCluster::find_programs(const Programs& programs) {
  const std::pair<const char*, std::filesystem::path*> wanted[] = {
      {"initdb", &initdb_}, {"postgres", &postgres_}, {"psql", &psql_}, {"pg_basebackup", &basebackup_}};
  for (const auto& [name, file] : wanted) {
    Result<std::filesystem::path> found = programs.find(name);
    if (!found) return fail(std::move(found.error()));
    *file = std::move(*found);
  }
  return {};
}

Result<void> PostgresCluster::choose_ports(FreePorts& ports) {
  std::vector<std::uint16_t> chosen;
  for (std::size_t i = 0; i <= plan_.replicas; ++i) {
    const Result<std::uint16_t> port = ports.next();
    if (!port) return fail(port.error());
    chosen.push_back(*port);
  }
  primary_port_ = chosen.back();
  chosen.pop_back();
  replica_ports_ = std::move(chosen);
  return {};
}

Result<void> PostgresCluster::make_cluster() {
  Result<std::optional<RunAs>> user = ordinary_user();
  if (!user) return fail(std::move(user.error()));
  user_ = *user;
  const std::string temporary = "Set TMPDIR to a folder";
  if (Result<void> passable = check_passable(plan_.sockets.parent_path(), temporary); !passable) return passable;
  const std::string remedy = plan_.kept ? "Name a folder with --keep" : temporary;
  if (Result<void> passable = check_passable(plan_.folder, remedy); !passable) return passable;
  for (const std::filesystem::path& folder : {plan_.sockets, data_of("primary")})
    if (Result<void> made = make_folder_of_servers(folder); !made) return made;
  if (std::filesystem::exists(data_of("primary") / "PG_VERSION")) return {};
  std::vector<std::string> words{initdb_,
                                 "--pgdata=" + data_of("primary").string(),
                                 "--username=" + std::string(role),
                                 "--encoding=UTF8",
                                 "--locale=C.UTF-8",
                                 "--auth-local=trust",
                                 "--auth-host=scram-sha-256",
                                 "--no-instructions"};
  if (!plan_.kept) words.emplace_back("--no-sync");
  return run_to_end(command(std::move(words), "initdb"), program_within);
}

Result<void> PostgresCluster::check_passable(const std::filesystem::path& folder, const std::string& remedy) const {
  if (!user_ || run_to_end(command({"/usr/bin/test", "-x", folder}, "initdb"), program_within)) return {};
  return fail(Error(ErrorCode::unavailable,
                    "PostgreSQL refuses to run as root, and another user may not enter " + folder.string() + ".")
                  .with_hint(remedy + " that others may pass through, or start the fleet as an ordinary user."));
}

// What is there already is what was made here: nobody else may write to the folder around it.
Result<void> PostgresCluster::make_folder_of_servers(const std::filesystem::path& folder) const {
  const bool there = ::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST;
  if (there && (!user_ || ::lchown(folder.c_str(), user_->user, user_->group) == 0)) return {};
  return fail(ErrorCode::unavailable,
              "The folder " + folder.string() + " cannot be made for PostgreSQL: " + std::strerror(errno));
}

ChildSetup PostgresCluster::command(std::vector<std::string> words, const std::string& log) const {
  return {.command = std::move(words),
          .environment = {{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}},
          .folder = plan_.folder,
          .output = plan_.folder / (log + ".log"),
          .run_as = user_,
          .death_signal = SIGQUIT};
}

std::vector<std::string> PostgresCluster::settings(std::uint16_t port) const {
  const std::size_t connections = plan_.connections + other_connections;
  return {"listen_addresses=127.0.0.1",
          "port=" + std::to_string(port),
          "unix_socket_directories=" + plan_.sockets.string(),
          "max_connections=" + std::to_string(connections),
          "max_wal_senders=" + std::to_string(plan_.replicas + 4),
          "wal_keep_size=256MB",
          "shared_buffers=64MB",
          "log_line_prefix=%m [%p] "};
}

ServiceSetup PostgresCluster::server(const std::string& name, const std::string& what, std::uint16_t port) const {
  std::vector<std::string> words{postgres_, "-D", data_of(name)};
  for (const std::string& setting : settings(port)) {
    words.emplace_back("-c");
    words.push_back(setting);
  }
  const std::filesystem::path data = data_of(name);
  return {.name = name,
          .what = what,
          .port = port,
          .child = command(std::move(words), name),
          .ready = [data, port] { return serves(data, port); },
          .stop_signal = SIGINT};
}

ServiceSetup PostgresCluster::primary() const { return server("primary", "PostgreSQL primary", primary_port_); }

ServiceSetup PostgresCluster::replica(std::size_t number) const {
  const std::string name = name_of_replica(number);
  ServiceSetup setup = server(name, "PostgreSQL replica", replica_ports_[number]);
  setup.child.command.emplace_back("-c");
  setup.child.command.push_back("primary_conninfo=host=" + quoted_for_libpq(plan_.sockets.string()) + " port=" +
                                std::to_string(primary_port_) + " user=" + role + " application_name=" + name);
  return setup;
}

Result<void> PostgresCluster::make_database() const {
  return run_sql("ALTER ROLE " + std::string(role) + " PASSWORD '" + password_ + "';\nSELECT 'CREATE DATABASE " +
                 std::string(database) + "' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '" + database +
                 "') \\gexec\n");
}

Result<void> PostgresCluster::empty_database() const {
  return run_sql("DROP DATABASE IF EXISTS " + std::string(database) + " WITH (FORCE);\nCREATE DATABASE " + database +
                 ";\n");
}

Result<void> PostgresCluster::run_sql(const std::string& statements) const {
  ChildSetup asked = command(
      {psql_, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--host=" + plan_.sockets.string(),
       "--port=" + std::to_string(primary_port_), "--username=" + std::string(role), "--dbname=postgres", "--file=-"},
      "psql");
  asked.input = statements;
  return run_to_end(asked, program_within);
}

// Always anew: one of an earlier run may have fallen too far behind to follow.
Result<void> PostgresCluster::copy_to_replicas() const {
  std::vector<ChildProcess> copies;
  for (std::size_t i = 0; i < replicas(); ++i) {
    const std::string name = name_of_replica(i);
    std::error_code error;
    std::filesystem::remove_all(data_of(name), error);
    if (error) return fail(ErrorCode::unavailable, data_of(name).string() + " cannot be removed: " + error.message());
    if (Result<void> made = make_folder_of_servers(data_of(name)); !made) return made;
    Result<ChildProcess> copy = ChildProcess::start(
        command({basebackup_, "--pgdata=" + data_of(name).string(), "--host=" + plan_.sockets.string(),
                 "--port=" + std::to_string(primary_port_), "--username=" + std::string(role), "--write-recovery-conf",
                 "--checkpoint=fast", "--no-sync", "--no-password"},
                name));
    if (!copy) return fail(std::move(copy.error()));
    copies.push_back(std::move(*copy));
  }
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (copies[i].wait(program_within) == 0) continue;
    return fail(Error(ErrorCode::unavailable, "The primary could not be copied to " + name_of_replica(i) + ".")
                    .with_detail(end_of_file(plan_.folder / (name_of_replica(i) + ".log"), 4096)));
  }
  return {};
}

std::string PostgresCluster::url(std::uint16_t port) const {
  return "postgres://" + std::string(role) + ":" + password_ + "@127.0.0.1:" + std::to_string(port) + "/" + database;
}

}  // namespace banyan::fleet
