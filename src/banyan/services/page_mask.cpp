#include "banyan/services/page_mask.hpp"

#include <algorithm>

namespace banyan::services {

PageMask::PageMask(const RuleInputs& inputs, const Query& query)
    : sight_(inputs, *query.collection), grouped_(query.grouping.has_value()) {
  embeds_.reserve(query.embeds.size());
  for (const Embed& embed : query.embeds) embeds_.emplace_back(inputs, embed.query);
  if (std::ranges::none_of(embeds_, &PageMask::hides_anything)) embeds_.clear();
}

bool PageMask::hides_anything() const { return (!grouped_ && !sight_.sees_whole()) || !embeds_.empty(); }

void PageMask::apply(RecordPage& page) const {
  if (!grouped_ && !sight_.sees_whole()) apply_here(page);
  for (std::size_t i = 0; i < embeds_.size(); ++i) embeds_[i].apply(page.embeds[i].page);
}

void PageMask::apply_here(RecordPage& page) const {
  page.hidden.reserve(page.records.size());
  for (Record& record : page.records) {
    page.hidden.push_back(sight_.hidden(StoredRuleRecord(record)));
    for (const std::size_t field : page.hidden.back()) record.values[field] = Null();
  }
}

}  // namespace banyan::services
