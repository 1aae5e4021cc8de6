#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "banyan/core/query.hpp"
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

/// One table a collection, in the schema's order, as filters look at them. The tables outlive it.
class RelatedInTables final : public RelatedRecords {
 public:
  explicit RelatedInTables(const std::vector<Table>& tables) : tables_(tables) {}

  std::vector<const Record*> find(const Collection& in, std::size_t field, const Value& value) const override;

 private:
  const std::vector<Table>& tables_;
};

}  // namespace banyan::memory
