#pragma once

#include <filesystem>
#include <string_view>

#include "banyan/base/descriptor.hpp"
#include "banyan/base/result.hpp"

namespace banyan::fleet {

/// The folder of a running fleet, in the system's folder for temporary files. Its name follows from what the fleet is
/// made from and from the user, so that other commands find the fleet; one process at a time has it. What an earlier
/// one that was killed left there is removed first. It and all in it are removed with the object.
///
/// Thread safety: none needed.
class RunFolder {
 public:
  /// `subject` is what the fleet is made from: a configuration's path, in any spelling that exists, or a stage's name.
  static std::filesystem::path path_for(std::string_view subject);

  /// Fails when another process has it, when it cannot be made, and when servers could not be run in it: its path has
  /// no blanks, and room for the names of sockets.
  static Result<RunFolder> take(std::string_view subject);
  ~RunFolder();
  RunFolder(RunFolder&& other) noexcept = default;
  RunFolder& operator=(RunFolder&&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Makes a folder in it that only this user may enter.
  Result<std::filesystem::path> make(std::string_view name) const;

 private:
  RunFolder(std::filesystem::path path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  Descriptor lock_;
};

/// What to do about a folder that cannot be had, by what names it.
inline constexpr std::string_view mended_by_tmpdir = "Set TMPDIR to a folder that is yours.";
inline constexpr std::string_view mended_by_keep = "Name a folder with --keep that is yours, or can be made.";

/// Makes a folder that only this user may enter; it may be there already.
Result<void> make_private_folder(const std::filesystem::path& folder, std::string_view remedy);

/// Makes a folder that only this user may write to and look into, and that programs which run as others for root may
/// pass through; it may be there already.
Result<void> make_passable_folder(const std::filesystem::path& folder, std::string_view remedy);

}  // namespace banyan::fleet
