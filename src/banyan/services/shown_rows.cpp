#include "banyan/services/shown_rows.hpp"

#include <utility>

namespace banyan::services {

ShownRows::ShownRows(const Query& query) : collection_(query.collection) {
  embeds_.reserve(query.embeds.size());
  for (const Embed& embed : query.embeds) embeds_.emplace_back(embed.query);
}

void ShownRows::gather(Version from, const RecordPage& page, std::vector<Row>& rows) const {
  if (collection_->cached)
    for (const Record& record : page.records)
      if (record.version >= from) rows.push_back({to_string({collection_, record.values.front()}), record.version});
  for (std::size_t i = 0; i < embeds_.size() && i < page.embeds.size(); ++i)
    embeds_[i].gather(from, page.embeds[i].page, rows);
}

std::vector<Cache::Raise> ShownRows::since(Version from, const RecordPage& page,
                                           std::vector<std::string>& texts) const {
  std::vector<Row> rows;
  gather(from, page, rows);
  texts.reserve(rows.size());
  std::vector<Cache::Raise> raises;
  raises.reserve(rows.size());
  for (Row& row : rows)
    raises.push_back({.key = texts.emplace_back(std::move(row.text)), .version = row.version, .value = nullptr});
  return raises;
}

}  // namespace banyan::services
