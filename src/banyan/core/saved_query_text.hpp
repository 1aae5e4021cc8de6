#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace banyan {

/// How a database reads the text of a statement.
enum class SqlDialect : unsigned char { sqlite, postgres };

/// A statement with the places where parameters stand.
struct ReadStatement {
  /// Text, and then the parameter that follows it; the last has none.
  struct Piece {
    std::string text;
    std::string parameter;
  };
  std::vector<Piece> pieces;
  std::string problem;         ///< What keeps it from being read; empty when nothing does.
  std::size_t problem_at = 0;  ///< The byte of the text where that is.

  /// The statement with what `mark` says in the place of each parameter.
  std::string with(const std::function<std::string(std::string_view parameter)>& mark) const;
};

/// Finds each `:name` that is a parameter: outside of texts, quoted names, comments and dollar quotes, and no cast
/// (`::`). Refuses parameters as the databases write them themselves (`?`, `$1`, `@name`), which nobody would fill in,
/// what is no statement, and statements that no query can be.
ReadStatement read_statement(std::string_view text, SqlDialect dialect);

}  // namespace banyan
