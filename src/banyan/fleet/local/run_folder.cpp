#include "banyan/fleet/local/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "banyan/base/numbers.hpp"
#include "banyan/config/fleet_settings.hpp"

namespace banyan::fleet {
namespace {

constexpr int tries_max = 100;
// The name of a socket has 107 bytes at most, and the longest here is what HAProxy binds first: its own socket's, with
// its process' number behind it.
constexpr std::size_t path_bytes_max = 107 - std::string_view("/balancer/haproxy.sock.4194304.tmp").size();

// FNV-1a: a short name for a long path, no secret.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

// PostgreSQL runs as another user for root, and must get through to its own folder.
mode_t mode_of_folder() { return ::geteuid() == 0 ? 0711 : 0700; }

std::unexpected<Error> refuse(const std::filesystem::path& folder, const std::string& why,
                              std::string_view remedy = mended_by_tmpdir) {
  return fail(
      Error(ErrorCode::unavailable, "The folder " + folder.string() + " " + why).with_hint(std::string(remedy)));
}

Result<void> make_folder(const std::filesystem::path& folder, mode_t mode, std::string_view remedy) {
  if (::mkdir(folder.c_str(), mode) == 0) return ::chmod(folder.c_str(), mode), Result<void>();
  if (errno != EEXIST) return refuse(folder, std::string("cannot be made: ") + std::strerror(errno), remedy);
  struct stat facts{};
  const bool known = ::lstat(folder.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) && facts.st_uid == ::geteuid();
  if (!known || ::chmod(folder.c_str(), mode) != 0) return refuse(folder, "belongs to someone else.", remedy);
  return {};
}

// Whether the file that was locked is still the one that others find.
bool is_at(const Descriptor& lock, const std::filesystem::path& file) {
  struct stat held{};
  struct stat found{};
  return ::fstat(lock.get(), &held) == 0 && ::stat(file.c_str(), &found) == 0 && held.st_ino == found.st_ino &&
         held.st_dev == found.st_dev;
}

// The same at every stage, whatever servers it runs.
Result<void> check_path(const std::filesystem::path& folder) {
  const std::string& path = folder.native();
  const std::string remedy = "Set TMPDIR to a folder ";
  if (path.size() > path_bytes_max)
    return refuse(folder, "has too long a path for the sockets in it.",
                  remedy + "whose path has " +
                      std::to_string(path_bytes_max - (path.size() - folder.parent_path().native().size())) +
                      " bytes at most.");
  if (!config::can_stand_in_a_balancers_file(path) || path.find_first_of(",?") != std::string::npos)
    return refuse(folder, "cannot be named in the configurations of servers.",
                  remedy + "that has no blanks, quotes, or any of \\ $ # ; { } % , ? in its path.");
  return {};
}

void remove_all_but(const std::filesystem::path& folder, const std::filesystem::path& kept) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (entry.path() != kept) std::filesystem::remove_all(entry.path(), ignored);
}

}  // namespace

std::filesystem::path RunFolder::path_for(std::string_view subject) {
  std::error_code none;
  const std::filesystem::path there = std::filesystem::canonical(subject, none);
  const std::string name = (none ? std::string(subject) : there.string()) + "\n" + std::to_string(::geteuid());
  return std::filesystem::absolute(std::filesystem::temp_directory_path()) / ("banyan-up-" + hex16(hash_of(name)));
}

Result<RunFolder> RunFolder::take(std::string_view subject) {
  const std::filesystem::path folder = path_for(subject);
  if (Result<void> fit = check_path(folder); !fit) return fail(std::move(fit.error()));
  const std::filesystem::path file = folder / "lock";
  for (int i = 0; i < tries_max; ++i) {
    if (Result<void> made = make_folder(folder, mode_of_folder(), mended_by_tmpdir); !made)
      return fail(std::move(made.error()));
    Descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.valid() && errno == ENOENT) continue;  // its last owner is removing it
    if (!lock.valid()) return refuse(folder, std::string("cannot be used: ") + std::strerror(errno));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
      return fail(Error(ErrorCode::already_exists, "This fleet runs already, in " + folder.string() + ".")
                      .with_hint("See `banyan fleet status`; end it with Ctrl-C where it was started."));
    if (!is_at(lock, file)) continue;
    remove_all_but(folder, file);
    return RunFolder(folder, std::move(lock));
  }
  return refuse(folder, "is made and removed again and again by others.");
}

RunFolder::~RunFolder() {
  if (!lock_.valid()) return;
  std::error_code ignored;
  remove_all_but(path_, path_ / "lock");
  std::filesystem::remove_all(path_, ignored);
}

Result<std::filesystem::path> RunFolder::make(std::string_view name) const {
  std::filesystem::path folder = path_ / name;
  if (Result<void> made = make_private_folder(folder, mended_by_tmpdir); !made) return fail(std::move(made.error()));
  return folder;
}

Result<void> make_private_folder(const std::filesystem::path& folder, std::string_view remedy) {
  return make_folder(folder, 0700, remedy);
}

Result<void> make_passable_folder(const std::filesystem::path& folder, std::string_view remedy) {
  return make_folder(folder, mode_of_folder(), remedy);
}

}  // namespace banyan::fleet
