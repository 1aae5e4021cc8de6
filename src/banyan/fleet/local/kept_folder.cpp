#include "banyan/fleet/local/kept_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "banyan/fleet/local/run_folder.hpp"

namespace banyan::fleet {
namespace {

std::filesystem::path marker_of(const std::filesystem::path& folder) { return folder / ".banyan-up"; }

std::unexpected<Error> refuse(const std::filesystem::path& folder, const std::string& why, const std::string& remedy) {
  return fail(Error(ErrorCode::invalid, "No data can be kept in " + folder.string() + why).with_hint(remedy));
}

Result<void> check_kept_folder(const std::filesystem::path& folder) {
  if (folder.native().find_first_of("?#%") != std::string::npos)
    return refuse(folder, ", for the URL of a database cannot name it.",
                  "Name a folder with --keep that has no '?', '#' or '%' in its path.");
  struct stat facts{};
  if (::stat(folder.c_str(), &facts) != 0) return {};  // to be made
  if (!S_ISDIR(facts.st_mode) || facts.st_uid != ::geteuid())
    return refuse(folder, ": it is not a folder of yours.", std::string(mended_by_keep));
  std::error_code error;
  if (std::filesystem::is_empty(folder, error) || std::filesystem::is_regular_file(marker_of(folder), error)) return {};
  return refuse(
      folder, ": it holds something that `banyan up` has not made.",
      "Name a folder with --keep that is empty or not there yet: its data is erased by `banyan fleet reset`.");
}

}  // namespace

Result<void> take_kept_folder(const std::filesystem::path& folder) {
  if (Result<void> fit = check_kept_folder(folder); !fit) return fit;
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);  // what cannot be made is told by the next line
  if (!std::filesystem::exists(folder, error))
    if (Result<void> made = make_passable_folder(folder, mended_by_keep); !made) return made;
  std::ofstream marker(marker_of(folder));
  marker << "`banyan up --keep` keeps its data here, and `banyan fleet reset` erases it.\n" << std::flush;
  if (marker) return {};
  return refuse(folder, ": nothing can be written there.", std::string(mended_by_keep));
}

}  // namespace banyan::fleet
