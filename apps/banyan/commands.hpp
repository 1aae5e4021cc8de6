#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "banyan/config/config.hpp"
#include "composition.hpp"

namespace banyan::app {

/// What `banyan` exits with, the same for every command.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,  ///< The command was understood and could not be done; standard error says why.
  exit_usage = 2,   ///< The command line or the configuration is wrong; standard error says where.
};

/// `banyan serve`: serves until SIGTERM or SIGINT.
int serve(const std::filesystem::path& config_file, const Composition& composition);

/// `banyan init`: writes a commented configuration; refuses to replace one.
int init(const std::filesystem::path& config_file, const std::string& name);

/// `banyan check`: says what is wrong with the configuration.
int check(const std::filesystem::path& config_file);

/// `banyan schema plan`: says how the database differs from the configuration, and changes nothing.
int schema_plan(const std::filesystem::path& config_file);

struct PullArguments {
  std::string url;               ///< Empty: DATABASE_URL.
  std::optional<bool> triggers;  ///< Whether tables are to tell what other programs change; nothing: ask.
  std::filesystem::path file;    ///< Empty: standard output.
};

/// `banyan schema pull`: writes the tables of a PostgreSQL database as a configuration.
int schema_pull(const PullArguments& arguments);

struct ApplyArguments {
  bool dry_run = false;           ///< Only show.
  bool yes = false;               ///< Do not ask.
  bool triggers = false;          ///< Have adopted tables tell what other programs change.
  bool only_triggers = false;     ///< Those, and what a start would make.
  std::vector<std::string> drop;  ///< Tables, and columns as `table.column`.
};

/// `banyan schema apply`: makes the differences that a start does not make by itself.
int schema_apply(const std::filesystem::path& config_file, const ApplyArguments& arguments);
int apply_schema(const config::Config& config, const ApplyArguments& arguments);

struct ExplainArguments {
  std::string collection;
  std::string action;
  std::string id;      ///< Of a record; empty: none is looked at.
  std::string viewer;  ///< "id=7;role=admin", "service", or empty: anonymous.
};

/// `banyan rules explain`: says why a viewer may do something, or may not.
int rules_explain(const std::filesystem::path& config_file, const ExplainArguments& arguments);

/// `banyan copy`: fills one database with the records of another and compares both.
int copy_database(const std::filesystem::path& config_file, const std::string& from, const std::string& to);

/// The fleet that a command is about: that of a stage, or of a configuration.
struct FleetName {
  std::filesystem::path config_file;
  int stage = 0;  ///< 0: the configuration counts.
};

struct UpArguments {
  FleetName name;
  std::optional<std::uint16_t> port;     ///< Where clients go; else as the configuration says.
  std::optional<std::size_t> instances;  ///< Else as the configuration says.
  std::filesystem::path keep;            ///< Where data stays; empty: nowhere.
  bool verbose = false;                  ///< Show what the programs write.
  std::string once_ready;                ///< A shell command: the fleet runs as long as it does. Empty: until a signal.
};

/// `banyan up`: runs a whole described fleet on this machine until SIGTERM, SIGINT or SIGHUP.
int up(const UpArguments& arguments);

/// `banyan fleet status`, `scale`, `restart` and `reset`: asks a fleet that runs; `words` as in
/// fleet/local/control_socket.hpp.
int ask_running_fleet(const FleetName& name, const std::string& words);

/// `banyan types typescript`: writes the schema as the type `Database` of supabase-js.
int types_typescript(const std::filesystem::path& config_file, const std::filesystem::path& output);

/// `banyan fleet render`: writes the configuration of a balancer for the fleet that is described.
int fleet_render(const std::filesystem::path& config_file, config::Fleet::Balancer balancer,
                 const std::filesystem::path& output);

}  // namespace banyan::app
