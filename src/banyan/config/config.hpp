#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/address_range.hpp"
#include "banyan/config/fleet.hpp"
#include "banyan/core/saved_query.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::config {

using Millis = std::chrono::milliseconds;

/// Bounds on what a client may send and how long it may take. docs/configuration.md says what each means.
struct Limits {
  std::size_t request_line_bytes = 8 * 1024;
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::size_t body_bytes = 1024 * 1024;
  std::size_t body_memory_bytes = 256 * 1024 * 1024;  ///< At least body_bytes.
  std::size_t connections = 20'000;
  std::size_t pipelined_requests = 64;
  Millis header_timeout{10'000};
  Millis body_timeout{30'000};
  Millis idle_timeout{75'000};
  Millis request_timeout{30'000};
  Millis write_timeout{30'000};
  Millis shutdown_timeout{10'000};
  bool operator==(const Limits&) const = default;
};

struct Server {
  std::string address = "127.0.0.1";  ///< A numeric IPv4 or IPv6 address, without brackets.
  std::uint16_t port = 8080;          ///< 0 lets the system choose.
  std::size_t loops = 0;              ///< 0: one a core.
  Limits limits;
  std::vector<std::string> cors_origins;  ///< "*" or exact origins; empty turns CORS off.
  std::chrono::seconds cors_max_age{600};
  std::vector<AddressRange> trusted_proxies;  ///< Peers that are believed when they say for whom they ask.
  bool operator==(const Server&) const = default;
};

struct Database {
  enum class Kind : unsigned char { sqlite, postgres };
  Kind kind = Kind::sqlite;
  std::string url = "sqlite:data/app.db";  ///< It may hold a password: logs show shown().
  std::filesystem::path path;    ///< Of SQLite's file; a relative one in the URL starts from the config's folder.
  std::size_t connections = 12;  ///< To PostgreSQL, at most.
  std::vector<std::string> replicas = {};  ///< URLs of its standbys, each of one server; they may hold passwords too.
  Millis max_lag{10'000};                  ///< By which a replica may be behind that is read from.
  /// The file, or the URL without user, password and parameters.
  std::string shown() const;
  bool operator==(const Database&) const = default;
};

struct Cache {
  bool enabled = true;
  std::size_t bytes = 64'000'000;
  Millis ttl = std::chrono::minutes(10);
  Millis negative_ttl = std::chrono::seconds(30);  ///< For "there is no such record".
  std::string url = {};  ///< Of the Redis that instances share; it may hold a password. Empty: nothing is shared.
  std::size_t local_bytes = 16'000'000;  ///< Of what an instance keeps of a shared cache in its own memory; 0: nothing.
  bool shared() const noexcept { return enabled && !url.empty(); }
  bool operator==(const Cache&) const = default;
};

struct Log {
  enum class Format : unsigned char { automatic, json, text };  ///< automatic: text on a terminal, else json.
  enum class Level : unsigned char { debug, info, warning, error };
  Format format = Format::automatic;
  Level level = Level::info;
  bool access = true;
  bool operator==(const Log&) const = default;
};

struct Metrics {
  enum class Access : unsigned char { anyone, service };
  Access access = Access::anyone;
  bool operator==(const Metrics&) const = default;
};

struct Api {
  std::uint32_t default_limit = 100;
  std::uint32_t max_limit = 1'000;
  std::uint32_t max_batch = 1'000;
  std::string anonymous_key = {};  ///< Whoever brings it asks as anyone; empty: there is none.
  bool operator==(const Api&) const = default;
};

/// One thing wrong (or, among warnings, odd) with a configuration.
struct Problem {
  std::string file;        ///< Empty when the environment is meant: the message names the variable then.
  std::size_t line = 0;    ///< From 1; 0 when no place in a file is meant.
  std::size_t column = 0;  ///< From 1, in code points; 0 likewise.
  std::string message;     ///< "unknown type 'strng', did you mean 'text'?"
  std::string hint;        ///< What to write instead, where more is to be said; may be empty.
};

/// "banyan.toml:3:17: unknown type …", and the hint on a line of its own.
std::string to_string(const Problem& problem);

/// One checked configuration. Lifetime: the schema's collections are pointed to all over; keep it where it is.
struct Config {
  std::filesystem::path file;  ///< As it was given.
  std::string app_name = "banyan";
  Server server;
  Database database;
  Cache cache;
  Log log;
  Metrics metrics;
  Api api;
  Fleet fleet;
  std::string service_key;  ///< From BANYAN_SERVICE_KEY; empty when it is not set. Never log it.
  /// Where it is kept otherwise: beside SQLite's file, else in data/, unless told.
  std::filesystem::path service_key_file;
  Schema schema;                    ///< Completed, without problems.
  std::vector<SavedQuery> queries;  ///< Each has a statement for the database.
  std::vector<Problem> warnings;    ///< What does not keep it from being served.
};

/// The variables of an environment. Those set to nothing count as not set.
using Environment = std::map<std::string, std::string, std::less<>>;

/// What a configuration file may have at most.
inline constexpr std::size_t file_bytes_max = std::size_t{1} << 20;

/// Reads the file, and the environment over it. Either a Config with which Banyan can start, or everything that is
/// wrong, in the order of the file and then of the environment; of errors of syntax only the first.
std::expected<Config, std::vector<Problem>> load(const std::filesystem::path& file, const Environment& environment);

/// The same for a file's text; `file` is the name it goes by, and where relative paths start.
std::expected<Config, std::vector<Problem>> load_text(std::string_view text, const std::filesystem::path& file,
                                                      const Environment& environment);

}  // namespace banyan::config
