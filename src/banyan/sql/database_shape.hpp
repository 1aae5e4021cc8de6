#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"

namespace banyan::sql {

/// What a database has, as its catalogue tells it.
struct ColumnShape {
  std::string name;
  std::string type;  ///< As Dialect::column_type() names it, where it is one of those; else the database's own name.
  bool not_null = false;
  bool has_default = false;
  bool primary_key = false;
};

struct IndexShape {
  std::string name;
  std::vector<std::string> columns;
  bool unique = false;
  bool plain = true;  ///< Every row, no expressions, byte order: such as Banyan makes.
};

struct ForeignKeyShape {
  std::string name;    ///< Empty where it has none.
  std::string column;  ///< Empty when it has several.
  std::string to_table;
  bool acts = false;      ///< The database itself deletes or changes referring rows.
  bool to_id = true;      ///< It names the column `id`.
  bool validated = true;  ///< Every row has been looked at.
};

struct TableShape {
  std::string name;
  bool tells_changes = false;  ///< Has the triggers of Dialect::triggers().
  std::vector<ColumnShape> columns;
  std::vector<IndexShape> indexes;
  std::vector<ForeignKeyShape> foreign_keys;

  const ColumnShape* find_column(std::string_view column) const noexcept;
};

struct DatabaseShape {
  std::vector<TableShape> tables;  ///< Without Banyan's own and the database's own.
  /// Banyan's own table, by key: "format", and "type users.email" for the type of each field it made or adopted.
  /// Empty when there is no such table.
  std::map<std::string, std::string, std::less<>> notes;

  const TableShape* find_table(std::string_view table) const noexcept;
};

/// What only a look at the rows can tell. Blocks. Each answers an error of the database.
class DataProbe {
 public:
  virtual ~DataProbe() = default;
  virtual Result<bool> has_rows(const std::string& table) = 0;
  /// The id of a row without a value in the column, as text.
  virtual Result<std::optional<std::string>> row_without_value(const std::string& table, const std::string& column) = 0;
  /// The id of a row that meets the condition, as text. For databases whose dialect alters columns.
  virtual Result<std::optional<std::string>> row_where(const std::string&, const std::string&) {
    return std::optional<std::string>();
  }
  /// Values of the columns that more than one row has, as text.
  virtual Result<std::optional<std::string>> duplicate(const std::string& table,
                                                       const std::vector<std::string>& columns) = 0;
};

/// The table that Banyan keeps its notes in, and the newest layout that this Banyan knows.
inline constexpr std::string_view notes_table = "_banyan";
inline constexpr int format_version = 1;
/// The key of the note that a copy into the database is under way; its value names the source.
inline constexpr std::string_view copy_note = "copy from";

}  // namespace banyan::sql
