#include "banyan/adapters/memory/table.hpp"

namespace banyan::memory {

std::vector<const Record*> RelatedInTables::find(const Collection& in, std::size_t field, const Value& value) const {
  std::vector<const Record*> found;
  if (is_null(value)) return found;
  for (const auto& [id, record] : tables_[in.index].records)
    if (record.values[field] == value) found.push_back(&record);
  return found;
}

}  // namespace banyan::memory
