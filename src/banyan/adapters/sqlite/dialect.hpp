#pragma once

#include "banyan/sql/dialect.hpp"

namespace banyan::sqlite {

/// SQLite 3.40 as a SQL dialect. Patterns are matched by a function of our own (functions.cpp): the LIKE of SQLite
/// takes time without bound for some patterns, and its GLOB knows no escape. JSON is looked into by functions of our
/// own, for SQLite's turn large numbers into doubles; and sums are exact.
class SqliteDialect final : public sql::Dialect {
 public:
  void append_placeholder(std::string& out, std::size_t number) const override;
  void append_like(std::string& out, std::string_view column, std::size_t number, bool fold_case) const override;
  void append_is(std::string& out, std::string_view column, bool value) const override;
  void append_operand(std::string& out, std::string_view column, const Collection& collection,
                      const Field& field) const override;
  void append_json(std::string& out, std::string_view column, std::string_view path, Term::Json kind) const override;
  std::string path_operand(std::span<const std::string> path) const override;
  void append_json_contains(std::string& out, std::string_view outer, std::string_view inner) const override;
  void append_function(std::string& out, Term::Function function, std::string_view text) const override;
  void append_any(std::string& out, std::string_view column, std::string_view keys) const override;
  std::string list_operand(std::span<const Value> keys) const override;
  bool lists_keys() const override { return true; }
  void append_listed(std::string& out, std::string_view keys) const override;
  void append_aggregate(std::string& out, Aggregate::Function function, std::string_view operand,
                        const Field& of) const override;
  void append_literal(std::string& out, const Value& value) const override;
  bool nulls_first_by_default(bool descending) const override { return !descending; }
  std::string_view greatest() const override { return "max"; }
  std::string_view id_column(IdKind kind) const override;
  std::string_view column_type(const Field& field) const override;
  std::string_view version_type() const override { return "INTEGER"; }
  void append_check(std::string& out, const Field& field) const override;
  std::string_view table_suffix() const override { return " STRICT"; }
};

/// There is one, and it knows nothing.
inline constexpr SqliteDialect dialect;

}  // namespace banyan::sqlite
