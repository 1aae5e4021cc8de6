#pragma once

#include <string>
#include <utility>
#include <vector>

#include "banyan/sql/schema_differences.hpp"

namespace banyan::sql {

/// Compares one database with one schema and keeps the differences as it finds them; schema_differences.hpp says what
/// is which. Use once.
class Comparison {
 public:
  Comparison(const Schema& schema, const DatabaseShape& database, DataProbe& probe, const Dialect& dialect,
             UnixMicros now)
      : schema_(schema), database_(database), probe_(probe), dialect_(dialect), now_(now) {}

  Result<SchemaPlan> run();

 private:
  void additive(std::string collection, std::string what, std::vector<std::string> statements);
  void blocking(std::string collection, std::string what, std::string remedy);
  void offered(std::string collection, std::string what, std::string remedy, std::vector<std::string> statements);
  void unknown(std::string collection, std::string what);

  Result<void> compare_format();
  void add_references();
  Result<void> compare_table(const Collection& collection, const TableShape& table);

  // In renames.cpp.
  void find_renames();
  void rename_table(const Collection& collection);
  void rename_column(const Collection& collection, const Field& field, const TableShape& table);
  void rename_indexes(const TableShape& table, const std::string& to_table, const std::string& from_column,
                      const std::string& to_column, std::vector<std::string>& statements) const;

  // In column_mending.cpp: what `banyan schema apply` makes.
  Result<void> change_type(const Collection& collection, const Field& field, const ColumnShape& column,
                           const std::string& what);
  void offer_required(const Collection& collection, const Field& field);
  Result<void> mend_reference(const Collection& collection, const Field& field, const ForeignKeyShape* wrong,
                              const std::string& what);
  void drop_column(const TableShape& table, const std::string& column);

  // In column_differences.cpp.
  void compare_id(const Collection& collection, const TableShape& table);
  void add_column(const Collection& collection, const Field& field);
  Result<void> compare_column(const Collection& collection, const Field& field, const TableShape& table,
                              const ColumnShape& column);
  Result<void> compare_type(const Collection& collection, const Field& field, const ColumnShape& column);
  Result<void> compare_required(const Collection& collection, const Field& field, const ColumnShape& column);
  Result<void> compare_reference(const Collection& collection, const Field& field, const TableShape& table);
  void offer_triggers(const Collection& collection, const TableShape& table);
  void add_version_column(const Collection& collection, const TableShape& table);
  void compare_unknown_columns(const Collection& collection, const TableShape& table);
  Value fill_value(const Field& field) const;

  // In index_differences.cpp.
  Result<void> compare_indexes(const Collection& collection, const TableShape& table);
  Result<void> add_index(const Collection& collection, const TableShape& table, const Index& index);
  std::string_view beside_writers() const;
  void make_index(const Collection& collection, std::string what, const std::string& name, std::string statement);

  const Schema& schema_;
  const DatabaseShape& database_;
  DataProbe& probe_;
  const Dialect& dialect_;
  UnixMicros now_;
  bool has_rows_ = false;                                               ///< Of the table that is being compared.
  std::vector<std::pair<const Collection*, const Field*>> references_;  ///< To add when all tables are there.
  std::vector<SchemaDifference> last_;  ///< What may need tables that have yet to be made.
  SchemaPlan plan_;
};

}  // namespace banyan::sql
