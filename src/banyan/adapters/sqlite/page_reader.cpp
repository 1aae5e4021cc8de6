#include "banyan/adapters/sqlite/page_reader.hpp"

#include <string_view>

#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/errors.hpp"
#include "banyan/adapters/sqlite/sums.hpp"
#include "banyan/core/aggregation.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/pages.hpp"

namespace banyan::sqlite {
namespace {

/// SQLite's parser has a stack of 100 symbols, and its expressions a depth of 1000.
bool is_too_deep(const Error& error) {
  return error.detail.starts_with("parser stack overflow") || error.detail.starts_with("Expression tree is too large");
}

}  // namespace

Result<RecordPage> PageReader::read(const Query& query) {
  auto text = sql::select_page(dialect, schema_, query);
  if (!text) return fail(std::move(text.error()));
  Result<RecordPage> page(std::in_place);
  if (auto done = read_rows(*text, query, *page); !done) return fail(std::move(done.error()));
  if (query.counted != Counted::no) {
    auto counted = count(query);
    if (!counted) return fail(std::move(counted.error()));
    page->count = *counted;
  }
  if (auto done = add_embeds(query, *page); !done) return fail(std::move(done.error()));
  return page;
}

Result<std::uint64_t> PageReader::count(const Query& query) {
  auto text = sql::select_count(dialect, schema_, query);
  if (!text) return fail(std::move(text.error()));
  auto statement = prepared(*text);
  if (!statement) return fail(std::move(statement.error()));
  const Use use(**statement);
  int number = 0;
  for (const sql::Operand& operand : text->operands) (*statement)->bind(++number, *operand.value);
  if (const int rc = (*statement)->step(); rc != SQLITE_ROW) return fail(failure(rc));
  return static_cast<std::uint64_t>((*statement)->integer(0));
}

Result<void> PageReader::add_embeds(const Query& query, RecordPage& page) {
  page.embeds.reserve(query.embeds.size());
  for (const Embed& embed : query.embeds) {
    auto made = embedded(embed, page.records);
    if (!made) return fail(std::move(made.error()));
    page.embeds.push_back(std::move(*made));
  }
  return {};
}

Result<EmbeddedPage> PageReader::embedded(const Embed& embed, std::span<const Record> around) {
  sql::EmbeddedRows rows;
  const std::vector<Value> keys = sql::keys_of(around, embed.relation);
  if (!keys.empty()) {
    auto text = sql::select_embedded(dialect, schema_, embed, keys, embedded_left_ + 1);
    if (!text) return fail(std::move(text.error()));
    if (auto done = read_rows(*text, embed.query, rows.page, &embed, &rows.keys); !done)
      return fail(std::move(done.error()));
  }
  if (rows.keys.size() > embedded_left_) return fail(sql::too_many_embedded());
  embedded_left_ -= rows.keys.size();
  Result<EmbeddedPage> page = sql::placed(std::move(rows), around, embed);
  if (auto done = add_embeds(embed.query, page->page); !done) return fail(std::move(done.error()));
  return page;
}

Result<void> PageReader::read_rows(const sql::StatementText& text, const Query& query, RecordPage& page,
                                   const Embed* embed, std::vector<Value>* keys) {
  std::vector<Field> fields;
  if (query.grouping) fields = sql::row_fields(*query.collection, *query.grouping);
  auto found = prepared(text);
  if (!found) return fail(std::move(found.error()));
  Statement& statement = **found;
  const Use use(statement);
  int number = 0;
  for (const sql::Operand& operand : text.operands) statement.bind(++number, *operand.value);
  const int key_column = sqlite3_column_count(statement.get()) - 1;
  int rc = SQLITE_OK;
  while ((rc = statement.step()) == SQLITE_ROW) {
    if (auto done = read_row(statement, query, fields, page); !done) return done;
    if (embed == nullptr) continue;
    if (!read_value(statement, key_column, sql::key_field(embed->relation).storage, keys->emplace_back()))
      return fail(sql::damaged_record(*query.collection));
  }
  if (rc != SQLITE_DONE) return fail(failure(rc));
  return {};
}

Result<void> PageReader::read_row(Statement& statement, const Query& query, std::span<const Field> fields,
                                  RecordPage& page) {
  if (query.grouping) {
    std::vector<Value>& row = page.rows.emplace_back(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (!read_value(statement, static_cast<int>(i), fields[i].storage, row[i]))
        return fail(sql::damaged_record(*query.collection));
    bytes_ += sql::text_bytes(row);
  } else {
    Record& record = page.records.emplace_back();
    if (!read_record(statement, *query.collection, record)) return fail(sql::damaged_record(*query.collection));
    bytes_ += sql::text_bytes(record.values);
  }
  if (bytes_ > bytes_max_) return fail(sql::page_too_large(bytes_max_));
  return {};
}

Result<Statement*> PageReader::prepared(const sql::StatementText& text) {
  auto statement = statements_.get(text.text, [&] { return std::string_view(text.text); });
  if (!statement && is_too_deep(statement.error())) {
    return fail(Error(ErrorCode::too_large, "the filter is nested too deep").with_hint("write it with fewer brackets"));
  }
  return statement;
}

Error PageReader::failure(int rc) {
  if (rc == SQLITE_ERROR && sqlite3_errmsg(connection_.get()) == std::string_view(sum_does_not_fit))
    return sum_out_of_range();
  return error_from(connection_.get(), rc);
}

}  // namespace banyan::sqlite
