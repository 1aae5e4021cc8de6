#pragma once

#include <string>

#include "banyan/adapters/postgres/options.hpp"
#include "banyan/base/result.hpp"

namespace banyan::postgres {

class Connection;

struct PullOptions {
  std::string app_name = "app";
  std::string url;        ///< What the config is to say; without a password.
  bool triggers = false;  ///< Tables will have triggers that tell changes; else what has none goes uncached.
};

/// The database's tables as the text of a config that serves them at once: keys, required, unique, references, enums,
/// checks, defaults and indexes as far as the language can say them; the rest as comments that say why. Changes
/// nothing. Access is closed. Errors: those of the connection.
Result<std::string> pull(Connection& connection, const PullOptions& options);
/// The same over a connection of its own. Blocks.
Result<std::string> pull(const Options& database, const PullOptions& options);

}  // namespace banyan::postgres
