#include "tests/servers/shared_postgres.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/servers/postgres_server.hpp"

namespace banyan::testkit {
namespace {

struct Shared {
  std::unique_ptr<PostgresAddress> address;
  std::unique_ptr<PostgresServer> own;

  Shared() {
    if (const char* name = std::getenv("BANYAN_TEST_POSTGRES")) {
      const SharedPostgresFile file = SharedPostgresFile::read(name);
      address = std::make_unique<PostgresAddress>(static_cast<std::uint16_t>(file.port), file.folder,
                                                  Databases::dropped_at_end);
      if (file.port != 0 && address->answers()) return;
    }
    own = std::make_unique<PostgresServer>();
  }
};

}  // namespace

const PostgresAddress& shared_postgres() {
  static const Shared shared;
  return shared.own ? shared.own->address() : *shared.address;
}

SharedPostgresFile SharedPostgresFile::read(const std::string& name) {
  SharedPostgresFile file;
  std::ifstream in(name);
  if (!(in >> file.port >> file.holder >> file.folder)) return {};
  return file;
}

void SharedPostgresFile::write(const std::string& name) const {
  const std::string draft = name + ".new";
  std::ofstream(draft) << port << " " << holder << " " << folder << "\n";
  std::filesystem::rename(draft, name);
}

}  // namespace banyan::testkit
