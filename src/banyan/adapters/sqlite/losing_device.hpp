#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "banyan/base/random.hpp"

/// For tests: a device that may lose its power.
namespace banyan::sqlite::testkit {

/// What a device keeps of the files of one directory when its power goes: of each what was synced, and of what came
/// after it anything between nothing and all, sectors of single writes alone among it; a new file's name, and a
/// deletion, for certain only when the directory was synced too. Thread-safe.
class LosingDevice {
 public:
  /// The power goes in the midst of that operation, counted from now; what then is kept depends on the seed.
  void lose_power_at(std::uint64_t operation, std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    files_.clear();
    done_ = 0;
    ends_at_ = operation;
    seed_ = seed;
    is_off_ = false;
  }
  bool is_off() const {
    const std::lock_guard lock(mutex_);
    return is_off_;
  }

  // Each answers false when the power is gone.
  void opens(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (files_.contains(path) && !files_[path].is_deleted) return;
    File& file = files_[path];
    file.is_deleted = false;
    std::ifstream from(path, std::ios::binary);
    if (!from) {
      file.must_sync_directory = true;
      return;
    }
    file.is_named = true;
    file.synced.assign(std::istreambuf_iterator<char>(from), {});
  }
  bool writes(const std::string& path, const char* bytes, std::size_t size, std::uint64_t at) {
    const std::lock_guard lock(mutex_);
    if (!is_off_) files_[path].pending.push_back({.at = at, .bytes = std::string(bytes, size)});
    return goes_on();
  }
  bool truncates(const std::string& path, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    if (!is_off_) files_[path].pending.push_back({.at = size, .bytes = {}, .is_end = true});
    return goes_on();
  }
  /// `with_directory`: whether SQLite's layer syncs the directory of such a file when it is new.
  bool syncs(const std::string& path, bool with_directory) {
    const std::lock_guard lock(mutex_);
    if (!goes_on()) return false;
    File& file = files_[path];
    for (const Change& change : file.pending) change.apply(file.synced);
    file.pending.clear();
    if (with_directory && file.must_sync_directory) sync_directory();
    file.must_sync_directory = false;
    return true;
  }
  bool deletes(const std::string& path, bool with_directory) {
    const std::lock_guard lock(mutex_);
    if (!goes_on()) return false;
    if (files_.contains(path)) files_[path].is_deleted = true;
    if (with_directory) sync_directory();
    return true;
  }

  /// Writes what the device kept into another directory.
  void restore_into(const std::filesystem::path& directory) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, bytes] : kept_) {
      std::ofstream to(directory / std::filesystem::path(path).filename(), std::ios::binary);
      to.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
  }

 private:
  struct Change {
    std::uint64_t at;
    std::string bytes;
    bool is_end = false;  ///< The file ends at `at`.

    void apply(std::string& file) const {
      if (is_end) return file.resize(at);
      file.resize(std::max<std::size_t>(file.size(), at + bytes.size()));
      file.replace(at, bytes.size(), bytes);
    }
    /// The part of each sector by itself, as far as it is kept.
    void apply_torn(std::string& file, Random& random) const {
      constexpr std::uint64_t sector = 512;
      for (std::uint64_t from = 0; from < bytes.size();) {
        const std::uint64_t size = std::min<std::uint64_t>(sector - (at + from) % sector, bytes.size() - from);
        if (random.below(2) == 0) Change{.at = at + from, .bytes = bytes.substr(from, size)}.apply(file);
        from += size;
      }
    }
  };
  struct File {
    std::string synced;
    std::vector<Change> pending;
    bool is_named = false;             ///< The directory has its name on the device.
    bool is_deleted = false;           ///< Not on the device yet.
    bool must_sync_directory = false;  ///< New.
  };

  void sync_directory() {
    std::erase_if(files_, [](const auto& file) { return file.second.is_deleted; });
    for (auto& [path, file] : files_) file.is_named = true;
  }

  bool goes_on() {
    if (!is_off_ && ++done_ >= ends_at_) {
      is_off_ = true;
      keep();
    }
    return !is_off_;
  }

  void keep() {
    SeededRandom random(seed_);
    kept_.clear();
    for (const auto& [path, file] : files_) {
      if (!file.is_named && random.below(2) == 0) continue;
      if (file.is_deleted && random.below(2) == 0) continue;
      std::string bytes = file.synced;
      const std::uint64_t how = random.below(4);
      const std::uint64_t whole = random.below(file.pending.size() + 1);
      for (std::size_t i = 0; i < file.pending.size(); ++i) {
        const Change& change = file.pending[i];
        if (how == 0 || (how == 1 && i < whole)) change.apply(bytes);  // all; the first ones, …
        if (how == 1 && i == whole) change.apply_torn(bytes, random);  // … and part of the next
        if (how == 2 && random.below(2) == 0) change.apply_torn(bytes, random);
      }  // else nothing
      kept_[path] = std::move(bytes);
    }
  }

  mutable std::mutex mutex_;
  std::map<std::string, File> files_;
  std::map<std::string, std::string> kept_;
  std::uint64_t done_ = 0;
  std::uint64_t ends_at_ = 0;
  std::uint64_t seed_ = 0;
  bool is_off_ = true;
};

}  // namespace banyan::sqlite::testkit
