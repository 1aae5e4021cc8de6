#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/core/query.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/core/value.hpp"

namespace banyan::sql {

/// Where SQL databases differ in ways that Banyan's statements notice. Stateless; thread-safe.
class Dialect {
 public:
  virtual ~Dialect() = default;

  /// The parameter of that number, from 1: `?1` or `$1`.
  virtual void append_placeholder(std::string& out, std::size_t number) const = 0;
  /// `column` (quoted already) matches the pattern in that parameter, as matches_like() has it.
  virtual void append_like(std::string& out, std::string_view column, std::size_t number, bool fold_case) const = 0;
  /// The boolean column is `value`; never unknown.
  virtual void append_is(std::string& out, std::string_view column, bool value) const = 0;
  /// The field's column (`t0."name"`) as it is compared and ordered: where the column itself would order otherwise than
  /// docs/values.md says, an expression that does not.
  virtual void append_operand(std::string& out, std::string_view column, const Collection& collection,
                              const Field& field) const;
  /// The same as text, for patterns and functions.
  virtual void append_text_operand(std::string& out, std::string_view column, const Collection& collection,
                                   const Field& field) const {
    append_operand(out, column, collection, field);
  }
  /// What a term of that kind sees in the column at the end of the path; `path` is a placeholder for path_operand().
  virtual void append_json(std::string& out, std::string_view column, std::string_view path, Term::Json kind) const = 0;
  virtual std::string path_operand(std::span<const std::string> path) const = 0;
  /// The placeholder of canonical JSON, where it stands beside a json column.
  virtual std::string json_operand(std::string placeholder) const { return placeholder; }
  /// json_contains(); unknown where either is null.
  virtual void append_json_contains(std::string& out, std::string_view outer, std::string_view inner) const = 0;
  virtual void append_function(std::string& out, Term::Function function, std::string_view text) const = 0;
  /// The column holds one of the keys; `keys` is a placeholder for list_operand().
  virtual void append_any(std::string& out, std::string_view column, std::string_view keys) const = 0;
  /// Integers, or texts, as one value.
  virtual std::string list_operand(std::span<const Value> keys) const = 0;
  /// Whether a list of keys can stand as a table with the columns `key` (their order) and `value`, and that is how the
  /// database finds pages of what belongs to each the soonest; else they are numbered by row_number().
  virtual bool lists_keys() const { return false; }
  virtual void append_listed(std::string&, std::string_view) const {}
  /// The aggregate of the operand, whose values are those of such a field.
  virtual void append_aggregate(std::string& out, Aggregate::Function function, std::string_view operand,
                                const Field& of) const = 0;
  /// Whether the store finds words in texts.
  virtual bool searches() const { return false; }
  /// ` USING …`: of an index over the texts of these columns.
  virtual std::string search_index(std::span<const std::string>) const { return ""; }
  /// The texts of the columns hold what the placeholder asks for.
  virtual void append_search(std::string&, std::span<const std::string>, std::string_view, SearchWords) const {}
  /// The value as a literal, for statements that a person reads.
  virtual void append_literal(std::string& out, const Value& value) const = 0;
  /// Where nulls come when the statement does not say.
  virtual bool nulls_first_by_default(bool descending) const = 0;
  /// What follows a SELECT whose rows nobody else may change until the end of the transaction; empty where one writes
  /// at a time anyway.
  virtual std::string_view row_lock() const { return ""; }
  /// The function that answers the greater of two numbers.
  virtual std::string_view greatest() const = 0;

  /// The type and key of the id column in CREATE TABLE.
  virtual std::string_view id_column(IdKind kind) const = 0;
  /// The name of the type of the field's column, as the database's catalogue has it too.
  virtual std::string_view column_type(const Field& field) const = 0;
  /// The type of the column of versions.
  virtual std::string_view version_type() const = 0;
  /// Whether a column of that type, which somebody else may have made, keeps the field's values as they are.
  virtual bool holds(const Field& field, std::string_view type) const { return type == column_type(field); }
  /// Checks that keep the column's values within what Banyan can represent, with a leading space; or nothing.
  virtual void append_check(std::string& out, const Field& field) const = 0;
  /// What follows the closing parenthesis of CREATE TABLE.
  virtual std::string_view table_suffix() const = 0;
  /// Whether a column may name the table that it refers to before that is made; else the keys are added at the end.
  virtual bool refers_ahead() const { return true; }
  /// What stands before INDEX … where rows exist, so that others may go on writing them meanwhile; or nothing.
  virtual std::string_view beside_writers() const { return ""; }
  /// Whether the store itself deletes or clears what refers to a record before it deletes that, so that a foreign key
  /// of the database's own finds nothing left to act on.
  virtual bool clears_references_first() const { return false; }
  /// Whether columns and foreign keys of a table that exists can be changed.
  virtual bool alters_columns() const { return false; }
  /// How a column of that type becomes one for the field; nothing where values might be lost that no row shows.
  struct TypeChange {
    std::string unfit;  ///< A condition that holds for rows whose value the new type does not keep.
    std::string made;   ///< An expression for the new value; empty where only what is allowed changes.
  };
  virtual std::optional<TypeChange> change_type(const Field&, std::string_view) const { return std::nullopt; }
  /// How an index gets another name.
  virtual std::string rename_index(std::string_view from, std::string_view) const;
  /// Whether the indexes over a column go with it.
  virtual bool drops_indexes_along() const { return false; }
  /// Statements that a table's new name needs besides.
  virtual std::vector<std::string> rename_extras(std::string_view, std::string_view) const { return {}; }
  /// Statements that make a table tell what other programs change in it, whether it has some of that already or not.
  /// None where the store notices by itself.
  virtual std::vector<std::string> triggers(std::string_view) const { return {}; }
  /// Statements that a new table of the collection needs besides.
  virtual std::vector<std::string> table_extras(const Collection&) const { return {}; }
};

/// `"name"`, whatever the name holds.
void append_quoted(std::string& out, std::string_view name);
std::string quoted(std::string_view name);

/// The column that every table has beside its collection's fields.
inline constexpr std::string_view version_column = "_version";

}  // namespace banyan::sql
