#pragma once

#include <vector>

#include "banyan/adapters/memory/table.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::memory {

/// Answers queries from the tables: filter, then order, then cut, then what belongs to each record, one by one.
/// Thread safety: none; whoever owns the tables keeps writers out for its whole life.
class PageReader {
 public:
  explicit PageReader(const std::vector<Table>& tables) : tables_(tables), related_(tables) {}

  Result<RecordPage> read(const Query& query);

 private:
  using Found = std::vector<const Record*>;

  /// Adds what the query asks of the candidates to the page; how many there were before the cut.
  Result<std::size_t> append(const Query& query, const Found& candidates, RecordPage& page) const;
  Result<std::vector<std::vector<Value>>> groups(const Query& query, const Found& matching) const;
  void sort(const Query& query, Found& matching) const;
  Value order_value(const Collection& collection, const OrderTerm& term, const Record& record) const;

  Result<void> add_embeds(const Query& query, RecordPage& page);
  Result<EmbeddedPage> embedded(const Embed& embed, const std::vector<Record>& records);
  Found belonging(const Embed& embed, const Record& record) const;

  const std::vector<Table>& tables_;
  RelatedInTables related_;
  std::size_t embedded_ = 0;  ///< Records and rows of all embeds so far.
};

}  // namespace banyan::memory
