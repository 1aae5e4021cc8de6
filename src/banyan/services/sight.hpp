#pragma once

#include <span>
#include <vector>

#include "banyan/core/cache.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::services {

/// A record behind a reference, as the cache has it; null or absent where there is none.
struct RelatedRecord {
  std::size_t reference = 0;
  CachedRecordPtr record;
};

/// A cached record for rules to look at. Lifetime: that of what it is made of.
class CachedRuleRecord final : public RuleRecord {
 public:
  CachedRuleRecord(const Schema& schema, const Collection& collection, const CachedRecord& record,
                   std::span<const RelatedRecord> related = {})
      : schema_(schema), collection_(collection), record_(record), related_(related) {}

  const Value& value(std::size_t field) const override;
  const Value& related(std::size_t reference, std::size_t field) const override;

 private:
  const Schema& schema_;
  const Collection& collection_;
  const CachedRecord& record_;
  std::span<const RelatedRecord> related_;
};

/// A record as the store has it, for rules to look at: field rules, which follow no reference, or with what is behind
/// its references. Lifetime: that of what it is made of.
class StoredRuleRecord final : public RuleRecord {
 public:
  struct Related {
    std::size_t reference = 0;
    const Record* record = nullptr;  ///< Null where there is none.
  };
  explicit StoredRuleRecord(const Record& record, std::span<const Related> related = {})
      : record_(record), related_(related) {}

  const Value& value(std::size_t field) const override { return record_.values[field]; }
  const Value& related(std::size_t reference, std::size_t field) const override;

 private:
  const Record& record_;
  std::span<const Related> related_;
};

/// What one viewer sees of the records of one collection. Lifetime: that of inputs and collection.
class Sight {
 public:
  Sight(const RuleInputs& inputs, const Collection& collection)
      : Sight(inputs, collection, collection.policy.decide(Action::read, inputs)) {}
  /// `verdict` is the policy's on reading.
  Sight(const RuleInputs& inputs, const Collection& collection, Policy::Verdict verdict);

  const Collection& collection() const noexcept { return *collection_; }
  /// Whether nothing is ever left out of a record.
  bool sees_whole() const noexcept { return masks_.empty(); }
  /// The rule that decides record by record who reads; null where none does.
  const Rule* read_rule() const noexcept { return rule_; }

  bool may_read(const RuleRecord& record) const;
  /// The fields that are left out of the record, ascending.
  std::vector<std::size_t> hidden(const RuleRecord& record) const;
  /// The record without them: itself where there are none.
  CachedRecordPtr shown(CachedRecordPtr record, const RuleRecord& seen) const;

 private:
  struct Mask {
    std::size_t field;
    const Rule* rule;  ///< Null: the field is left out of every record.
  };
  RuleInputs inputs_;
  const Collection* collection_;
  const Rule* rule_ = nullptr;
  bool denied_ = false;
  std::vector<Mask> masks_;
};

}  // namespace banyan::services
