#pragma once

#include "banyan/sql/database_shape.hpp"
#include "banyan/sql/dialect.hpp"

namespace banyan::postgres {

/// PostgreSQL 13 and later as a SQL dialect. Thread-safe.
class PostgresDialect final : public sql::Dialect {
 public:
  /// With the shape of the database, which outlives it, it knows which columns order otherwise than
  /// docs/values.md says.
  explicit PostgresDialect(const sql::DatabaseShape* shape = nullptr) : shape_(shape) {}
  void append_placeholder(std::string& out, std::size_t number) const override;
  void append_like(std::string& out, std::string_view column, std::size_t number, bool fold_case) const override;
  void append_is(std::string& out, std::string_view column, bool value) const override;
  void append_operand(std::string& out, std::string_view column, const Collection& collection,
                      const Field& field) const override;
  void append_text_operand(std::string& out, std::string_view column, const Collection& collection,
                           const Field& field) const override;
  void append_json(std::string& out, std::string_view column, std::string_view path, Term::Json kind) const override;
  std::string path_operand(std::span<const std::string> path) const override;
  std::string json_operand(std::string placeholder) const override { return placeholder + "::jsonb"; }
  void append_json_contains(std::string& out, std::string_view outer, std::string_view inner) const override;
  void append_function(std::string& out, Term::Function function, std::string_view text) const override;
  void append_any(std::string& out, std::string_view column, std::string_view keys) const override;
  std::string list_operand(std::span<const Value> keys) const override;
  void append_aggregate(std::string& out, Aggregate::Function function, std::string_view operand,
                        const Field& of) const override;
  bool searches() const override { return true; }
  std::string search_index(std::span<const std::string> columns) const override;
  void append_search(std::string& out, std::span<const std::string> columns, std::string_view asked,
                     SearchWords words) const override;
  void append_literal(std::string& out, const Value& value) const override;
  bool nulls_first_by_default(bool descending) const override { return descending; }
  std::string_view row_lock() const override { return " FOR UPDATE"; }
  std::string_view greatest() const override { return "greatest"; }
  std::string_view id_column(IdKind kind) const override;
  std::string_view column_type(const Field& field) const override;
  std::string_view version_type() const override { return "bigint"; }
  void append_check(std::string& out, const Field& field) const override;
  std::string_view table_suffix() const override { return ""; }
  bool holds(const Field& field, std::string_view type) const override;
  bool refers_ahead() const override { return false; }
  std::string_view beside_writers() const override { return "CONCURRENTLY "; }
  bool clears_references_first() const override { return true; }
  bool alters_columns() const override { return true; }
  std::optional<TypeChange> change_type(const Field& field, std::string_view from) const override;
  std::string rename_index(std::string_view from, std::string_view to) const override;
  bool drops_indexes_along() const override { return true; }
  std::vector<std::string> rename_extras(std::string_view from, std::string_view to) const override;
  std::vector<std::string> triggers(std::string_view table) const override;
  std::vector<std::string> table_extras(const Collection& collection) const override;

 private:
  const sql::DatabaseShape* shape_;
};

}  // namespace banyan::postgres
