#include "banyan/fleet/local/programs.hpp"

#include <unistd.h>

#include <charconv>
#include <string_view>

namespace banyan::fleet {
namespace {

struct Package {
  std::string_view program;
  std::string_view package;
  std::string_view purpose;
};

constexpr Package packages[] = {
    {"initdb", "postgresql", "database.url = \"postgres://…\""},
    {"postgres", "postgresql", "database.url = \"postgres://…\""},
    {"pg_basebackup", "postgresql", "database.replicas"},
    {"psql", "postgresql-client", "database.url = \"postgres://…\""},
    {"redis-server", "redis-server", "cache.url = \"redis://…\""},
    {"haproxy", "haproxy", "fleet.balancer = \"haproxy\""},
    {"nginx", "nginx-light", "fleet.balancer = \"nginx\""},
};

std::filesystem::path newest_postgres(const std::filesystem::path& root) {
  std::filesystem::path newest;
  int version_max = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(root, ignored)) {
    const std::string name = entry.path().filename();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    if (version > version_max) {
      version_max = version;
      newest = entry.path() / "bin";
    }
  }
  return newest;
}

Error missing(const std::string& name) {
  for (const Package& known : packages) {
    if (known.program != name) continue;
    return Error(ErrorCode::unavailable,
                 "The program " + name + " is not on this machine, and " + std::string(known.purpose) + " needs it.")
        .with_hint(
            "On Debian: apt install " + std::string(known.package) +
            ". A service that the package starts by itself is not needed here: each fleet has servers of its own.");
  }
  return Error(ErrorCode::unavailable, "The program " + name + " is not on this machine.");
}

}  // namespace

Programs::Programs(const std::string& path, const std::filesystem::path& postgres_root) {
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    if (end > at) folders_.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  folders_.emplace_back("/usr/sbin");
  folders_.emplace_back("/usr/local/sbin");
  const std::filesystem::path postgres = newest_postgres(postgres_root);
  if (!postgres.empty()) folders_.push_back(postgres);
}

Result<std::filesystem::path> Programs::find(const std::string& name) const {
  for (const std::filesystem::path& folder : folders_) {
    const std::filesystem::path file = folder / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0) return file;
  }
  return fail(missing(name));
}

}  // namespace banyan::fleet
