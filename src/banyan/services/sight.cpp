#include "banyan/services/sight.hpp"

#include <algorithm>
#include <utility>

#include "banyan/core/record_json.hpp"
#include "banyan/services/access.hpp"

namespace banyan::services {
namespace {

const Value no_value;

// What the cache keeps of the field's values beside a record: of every field that a rule looks at.
const Value& kept_value(const Collection& collection, const CachedRecord& record, std::size_t field) {
  const auto found = std::ranges::lower_bound(collection.rule_fields, field);
  if (found == collection.rule_fields.end() || *found != field) return no_value;
  const auto place = static_cast<std::size_t>(found - collection.rule_fields.begin());
  return place < record.rule_values.size() ? record.rule_values[place] : no_value;
}

}  // namespace

const Value& CachedRuleRecord::value(std::size_t field) const { return kept_value(collection_, record_, field); }

const Value& CachedRuleRecord::related(std::size_t reference, std::size_t field) const {
  const auto found = std::ranges::find(related_, reference, &RelatedRecord::reference);
  if (found == related_.end() || !found->record) return no_value;
  return kept_value(schema_.collections[collection_.fields[reference].reference_index], *found->record, field);
}

const Value& StoredRuleRecord::related(std::size_t reference, std::size_t field) const {
  const auto found = std::ranges::find(related_, reference, &Related::reference);
  return found == related_.end() || found->record == nullptr ? no_value : found->record->values[field];
}

Sight::Sight(const RuleInputs& inputs, const Collection& collection, Policy::Verdict verdict)
    : inputs_(inputs),
      collection_(&collection),
      rule_(verdict == Policy::Verdict::depends ? collection.policy.rule(Action::read) : nullptr),
      denied_(verdict == Policy::Verdict::denied) {
  if (!collection.has_field_rules) return;
  for (std::size_t i = 0; i < collection.fields.size(); ++i) {
    const Field& field = collection.fields[i];
    if (!may_be_hidden(inputs, field)) continue;
    masks_.push_back({i, is_always_hidden(inputs, field) ? nullptr : field.read_rule.get()});
  }
}

bool Sight::may_read(const RuleRecord& record) const {
  return !denied_ && (rule_ == nullptr || rule_->allows(inputs_, record));
}

std::vector<std::size_t> Sight::hidden(const RuleRecord& record) const {
  std::vector<std::size_t> fields;
  for (const Mask& mask : masks_)
    if (mask.rule == nullptr || !mask.rule->allows(inputs_, record)) fields.push_back(mask.field);
  return fields;
}

CachedRecordPtr Sight::shown(CachedRecordPtr record, const RuleRecord& seen) const {
  if (masks_.empty()) return record;
  const std::vector<std::size_t> fields = hidden(seen);
  if (fields.empty()) return record;
  return without_fields(*record, fields);
}

}  // namespace banyan::services
