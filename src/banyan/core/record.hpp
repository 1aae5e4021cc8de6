#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/core/schema.hpp"
#include "banyan/core/value.hpp"

namespace banyan {

/// 64 bits that grow with every change of a record, also across delete and re-create. 0 is no version.
using Version = std::uint64_t;

/// Names one record. Lifetime: the collection belongs to the Schema and outlives every key.
struct RecordKey {
  const Collection* collection = nullptr;
  Value id;  ///< int64 or canonical uuid text, by the collection's id kind.

  bool operator==(const RecordKey&) const = default;
};

/// "users:123": the key's text in caches and logs.
std::string to_string(const RecordKey& key);
void append_to(std::string& text, const RecordKey& key);

/// One row, as the store has it.
struct Record {
  Version version = 0;
  std::vector<Value> values;  ///< One a field of the collection, in its order; values[0] is the id.

  bool operator==(const Record&) const = default;
};

}  // namespace banyan
