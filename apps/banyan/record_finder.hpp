#pragma once

#include <map>

#include "banyan/core/bulk.hpp"
#include "banyan/core/rule.hpp"

namespace banyan::app {

/// The record of that id, `not_found` where there is none.
Result<Record> find_record(BulkSource& source, const Collection& collection, const Value& id);

/// A record and those that rules look at behind its references, read beforehand. Lifetime: the schema outlives it.
class FetchedRecord final : public RuleRecord {
 public:
  FetchedRecord(const Schema& schema, const Collection& collection, Record record)
      : schema_(schema), collection_(collection), record_(std::move(record)) {}

  Result<void> fetch_behind(BulkSource& source, const Rule& rule);

  const Value& value(std::size_t field) const override { return record_.values[field]; }
  const Value& related(std::size_t reference, std::size_t field) const override;

 private:
  const Schema& schema_;
  const Collection& collection_;
  Record record_;
  std::map<std::size_t, Record> behind_;  ///< By reference.
  Value null_ = Null();
};

}  // namespace banyan::app
