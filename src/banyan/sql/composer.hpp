#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"
#include "banyan/sql/dialect.hpp"
#include "banyan/sql/operands.hpp"

namespace banyan::sql {

/// A table as a statement names it: a collection under an alias that no other in the statement has.
struct Table {
  const Collection& collection;
  std::string alias;

  /// `t0."name"`
  std::string column(std::size_t field) const;
  std::string version() const;
  /// `"posts" AS t0`
  std::string source() const;
};

/// Writes one statement: terms and filters as SQL, with every column qualified. The first thing that cannot be said
/// is what finish() answers. Thread safety: none.
class Composer {
 public:
  /// `parameters_before`: how many the statement has that are not told to this.
  Composer(const Dialect& dialect, const Schema& schema, std::size_t parameters_before = 0)
      : dialect_(dialect), schema_(schema), operands_(parameters_before) {}

  Composer& add(std::initializer_list<std::string_view> parts);
  Table table(const Collection& collection) { return {collection, "t" + std::to_string(tables_++)}; }

  /// A placeholder for the value.
  std::string parameter(const Value& value, ParameterType type);
  std::string own_parameter(Value value, ParameterType type);
  std::string own_integer(std::int64_t number) { return own_parameter(Value(number), ParameterType::integer); }
  /// Condition: the column holds one of the keys, whose values have that storage.
  std::string any_of(std::string_view column, std::span<const Value> keys, Field::Storage storage);

  /// The term as it is compared and ordered.
  std::string term(const Table& table, const Term& term);
  /// What matches() means.
  std::string condition(const Table& table, const Filter& filter);
  /// ` WHERE …`, or nothing where everything matches.
  Composer& where(const Table& table, const Filter& filter);
  /// `t0."age" DESC NULLS LAST, t0."id"`: total.
  std::string order(const Table& table, std::span<const OrderTerm> terms);
  /// ` DESC NULLS LAST`, as far as it must be said.
  std::string direction(const OrderTerm& term, bool can_be_null) const;

  Result<StatementText> finish();

 private:
  std::string list(const Table& table, const Filter& filter, std::string_view separator, std::string_view when_empty);
  std::string comparison(const Table& table, const Filter& filter);
  std::string with_operand(const Table& table, const Filter& filter);
  std::string with_term(const Table& table, const Filter& filter);
  std::string in(const Table& table, const Filter& filter);
  std::string pattern(const Table& table, const Filter& filter);
  std::string contains(const Table& table, const Filter& filter);
  std::string search(const Table& table, const Filter& filter);
  std::string related(const Table& near, const Filter& filter);
  std::string exists(const Table& near, const Filter& filter);
  std::string order_term(const Table& table, const OrderTerm& term);
  std::string text_of(const Table& table, const Term& term);
  std::string operand(const Value& value, Field::Storage storage, bool is_json);

  const Dialect& dialect_;
  const Schema& schema_;
  std::string text_;
  Operands operands_;
  std::size_t tables_ = 0;
  std::size_t conditions_ = 0;
  const Table* near_ = nullptr;  ///< What the innermost `related` that is being written is about.
  std::optional<Error> error_;
};

/// Whether the term can be null in a record.
bool can_be_null(const Collection& collection, const Term& term) noexcept;

}  // namespace banyan::sql
