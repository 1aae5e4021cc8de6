#pragma once

#include <string>

#include "tests/servers/postgres_address.hpp"

namespace banyan::testkit {

/// The server that this run of the tests shares: the one that the file named by BANYAN_TEST_POSTGRES tells of if it
/// answers (ctest starts it), else one of this program's own, for as long as it runs. Nobody may kill or configure it.
const PostgresAddress& shared_postgres();

/// What that file holds.
struct SharedPostgresFile {
  int port = 0;
  std::string folder;
  int holder = 0;  ///< The process that keeps the server.

  /// Without a port when there is no such file.
  static SharedPostgresFile read(const std::string& name);
  void write(const std::string& name) const;
};

}  // namespace banyan::testkit
