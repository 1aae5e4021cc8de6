#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "banyan/core/record.hpp"

namespace banyan {

enum class CompareOp : unsigned char {
  eq,
  neq,
  gt,
  gte,
  lt,
  lte,
  like,
  ilike,  ///< operands[0] is the pattern.
  in,     ///< any number of operands, none null: `any` of `eq`, so false for none, even where the field is null.
  is_null,
  is_true,
  is_false,  ///< no operand; never unknown.
};

/// What a record must satisfy: a tree of comparisons (of json fields only is_null; they have no order either), with
/// SQL's three values: a comparison with a null field is unknown, `not` of unknown is unknown, and only what is true
/// matches.
struct Filter {
  enum class Kind : unsigned char { all, any, negation, comparison };
  Kind kind = Kind::all;
  std::vector<Filter> children;  ///< all, any: any number (none: true, false); negation: one.
  std::size_t field = 0;         ///< comparison only, as are op and operands.
  CompareOp op = CompareOp::eq;
  std::vector<Value> operands;  ///< Of the field's storage; text for like and ilike.

  static Filter compare(std::size_t field, CompareOp op, std::vector<Value> operands);
  static Filter negate(Filter child);
};

/// Whether the record matches: the meaning that every store's statement must have.
bool matches(const Filter& filter, const Record& record) noexcept;

struct OrderTerm {
  std::size_t field = 0;
  bool descending = false;
  bool nulls_first = false;
  bool operator==(const OrderTerm&) const = default;
};

/// One page of a collection. The order is always total: stores add the id, ascending, as the last term unless it is
/// a term already.
struct Query {
  const Collection* collection = nullptr;
  Filter filter;
  std::vector<OrderTerm> order;
  std::uint32_t limit = 100;
  std::uint64_t offset = 0;
};

struct RecordPage {
  std::vector<Record> records;
};

}  // namespace banyan
