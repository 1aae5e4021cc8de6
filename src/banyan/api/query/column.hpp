#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/api/query/scanner.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::api {

/// `name` or `name->a->0->>b`, as written.
struct ColumnName {
  std::string name;
  std::vector<std::string> path;
  bool as_text = false;  ///< The last arrow is `->>`.
};

/// What a filter, an order or a member of `select` looks at.
struct Column {
  const Field* field = nullptr;
  Term term;  ///< With a path: of the kind value or text.

  bool is_json() const noexcept { return field->type == FieldType::json && !is_path_text(); }
  bool is_path() const noexcept { return !term.path.empty(); }
  bool is_path_text() const noexcept { return is_path() && term.json == Term::Json::text; }
  /// Of its values: json, or text behind `->>`.
  FieldType type() const noexcept { return is_path_text() ? FieldType::text : field->type; }
};

/// Reads a name up to an arrow or one of `stops`; or a quoted one.
Result<std::string> take_name(Scanner& scanner, std::string_view stops);
/// Reads the arrows behind a name; their steps end at an arrow or one of `stops`.
Result<void> take_path(Scanner& scanner, std::string_view stops, std::size_t steps_max, ColumnName& column);

/// The column of that name; `invalid` with the reason unknown_field and the nearest of the fields and `others`.
Result<Column> column_of(const Collection& collection, const ColumnName& name,
                         const std::vector<std::string_view>& others = {});

}  // namespace banyan::api
