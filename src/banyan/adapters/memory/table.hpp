#pragma once

#include <cstdint>
#include <map>

#include "banyan/core/record.hpp"

namespace banyan::memory {

struct IdOrder {
  bool operator()(const Value& a, const Value& b) const noexcept { return compare_values(a, b) < 0; }
};

/// The records of one collection.
struct Table {
  std::map<Value, Record, IdOrder> records;
  std::map<Value, Version, IdOrder> graves;  ///< Versions of deletions, where the id could come again (uuids).
  std::int64_t last_id = 0;                  ///< Of integer ids; never goes back over a commit.
};

}  // namespace banyan::memory
