#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <vector>

#include "banyan/core/cache.hpp"
#include "banyan/core/query.hpp"

namespace banyan::services {

/// One record that a write has made, changed or deleted.
struct Written {
  Value id;             ///< Null, as the version is 0, where the viewer may not know which record it was.
  Version version = 0;  ///< Of a removal: that of the deletion.
  bool created = false;
  /// As it is now (of a removal: as it was), without the members that the viewer may not see; null where the viewer may
  /// not read it.
  CachedRecordPtr record;
};

struct CreateOptions {
  /// The members that count; others are ignored, whatever they are. Nothing: every member counts.
  std::optional<std::vector<std::size_t>> columns = std::nullopt;
  /// What a field of `columns` becomes in a record that does not name it: its default, or else null. All other fields
  /// that are not named take their default.
  bool missing_is_default = true;
  struct Upsert {
    /// The id, a unique field, or the fields of a unique index. A record that has the same values in them is changed.
    std::vector<std::size_t> conflict = {0};
    bool ignore_duplicates = false;  ///< It stays as it is instead, and is in no answer.
  };
  std::optional<Upsert> upsert = std::nullopt;
  bool rehearsal = false;  ///< Everything is done and undone: the answer is what would be.
};

struct MatchOptions {
  std::size_t matches_max = 10'000;  ///< More are `too_large` with the reason `too_many_matches`.
  bool rehearsal = false;
};

/// One of several writes that happen together. Lifetime: collection and body outlive the task.
struct Operation {
  enum class Kind : unsigned char { create, update, replace, remove, update_matches, remove_matches };
  Kind kind = Kind::create;
  const Collection* collection = nullptr;
  Value id = {};                                         ///< update, replace, remove.
  Filter filter = {};                                    ///< *_matches.
  const boost::json::value* body = nullptr;              ///< All but remove and remove_matches.
  std::optional<Version> expected = std::nullopt;        ///< update, replace, remove.
  CreateOptions create = {};                             ///< create, upserts among them; its rehearsal means nothing.
  std::size_t matches_max = MatchOptions{}.matches_max;  ///< *_matches.
};

}  // namespace banyan::services
