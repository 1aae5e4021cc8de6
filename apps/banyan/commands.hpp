#pragma once

#include <filesystem>
#include <string>

namespace banyan::app {

/// What `banyan` exits with, the same for every command.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,  ///< The command was understood and could not be done; standard error says why.
  exit_usage = 2,   ///< The command line or the configuration is wrong; standard error says where.
};

/// `banyan serve`: serves until SIGTERM or SIGINT.
int serve(const std::filesystem::path& config_file);

/// `banyan init`: writes a commented configuration; refuses to replace one.
int init(const std::filesystem::path& config_file, const std::string& name);

/// `banyan check`: says what is wrong with the configuration.
int check(const std::filesystem::path& config_file);

/// `banyan schema plan`: says how the database differs from the configuration, and changes nothing.
int schema_plan(const std::filesystem::path& config_file);

/// `banyan copy`: fills one database with the records of another and compares both.
int copy_database(const std::filesystem::path& config_file, const std::string& from, const std::string& to);

}  // namespace banyan::app
