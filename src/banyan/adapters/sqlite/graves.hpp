#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>

#include "banyan/core/record.hpp"

namespace banyan::sqlite {

/// Versions of deletions that the clock has not reached yet, where the id could come again (uuids): a record made
/// anew under such an id starts above them. Whatever the clock has passed needs no memory. Bounded: where there are
/// too many, the highest stands for all. Lost at the end of the process, and with it what a clock set back would
/// need. Thread safety: none.
class Graves {
 public:
  void add(const RecordKey& key, Version version, Version clock) {
    if (version >= clock) add(to_string(key), version, clock);
  }

  /// Takes over those of a batch that has been applied.
  void absorb(Graves& batch, Version clock) {
    for (auto& [key, version] : batch.versions_) add(key, version, clock);
    floor_ = std::max(floor_, batch.floor_);
    batch.clear();
  }
  void clear() noexcept {
    versions_.clear();
    floor_ = 0;
  }

  /// The version that a record made now under this key gets.
  Version first_version(const RecordKey& key, Version clock) const {
    Version version = std::max(clock, floor_);
    if (versions_.empty()) return version;
    const auto grave = versions_.find(to_string(key));
    return grave == versions_.end() ? version : std::max(version, grave->second + 1);
  }

 private:
  void add(const std::string& key, Version version, Version clock) {
    if (versions_.size() >= graves_max) {
      std::erase_if(versions_, [&](const auto& grave) { return grave.second < clock; });
      if (versions_.size() >= graves_max) flatten();
    }
    versions_.insert_or_assign(key, version);
  }

  void flatten() {
    for (const auto& [key, version] : versions_) floor_ = std::max(floor_, version + 1);
    versions_.clear();
  }

  static constexpr std::size_t graves_max = 4096;
  std::unordered_map<std::string, Version> versions_;
  Version floor_ = 0;
};

}  // namespace banyan::sqlite
