#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/adapters/sqlite/statement_cache.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/sql/operands.hpp"
#include "banyan/sql/tree.hpp"

namespace banyan::sqlite {

/// Reads the page of one query and of all its embeds, with a statement each, inside a transaction that somebody else
/// begins and ends. Thread safety: that of the connection.
class PageReader {
 public:
  /// `bytes_max` bounds the texts of all that is read.
  PageReader(const Schema& schema, Connection& connection, StatementCache& statements, std::size_t bytes_max)
      : schema_(schema), connection_(connection), statements_(statements), bytes_max_(bytes_max) {}

  /// Call once.
  Result<RecordPage> read(const Query& query);

 private:
  Result<std::uint64_t> count(const Query& query);
  Result<void> add_embeds(const Query& query, RecordPage& page);
  Result<EmbeddedPage> embedded(const Embed& embed, std::span<const Record> around);
  /// Reads the rows of the query and, where they are of an embed, the key behind each.
  Result<void> read_rows(const sql::StatementText& text, const Query& query, RecordPage& page,
                         const Embed* embed = nullptr, std::vector<Value>* keys = nullptr);
  Result<void> read_row(Statement& statement, const Query& query, std::span<const Field> fields, RecordPage& page);
  Result<Statement*> prepared(const sql::StatementText& text);
  Error failure(int rc);

  const Schema& schema_;
  Connection& connection_;
  StatementCache& statements_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::size_t embedded_left_ = embedded_records_max;
};

}  // namespace banyan::sqlite
