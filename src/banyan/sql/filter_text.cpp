#include "banyan/sql/filter_text.hpp"

#include <bit>
#include <string_view>

#include "banyan/sql/statements.hpp"

namespace banyan::sql {
namespace {

/// The alternative of Value that a field's values have.
std::size_t value_index(Field::Storage storage) {
  switch (storage) {
    case Field::Storage::boolean: return Value(false).index();
    case Field::Storage::integer: return Value(std::int64_t{0}).index();
    case Field::Storage::number: return Value(0.0).index();
    case Field::Storage::text: return Value(std::string()).index();
  }
  return 0;
}

std::string_view comparison(CompareOp op) {
  switch (op) {
    case CompareOp::eq: return " = ";
    case CompareOp::neq: return " <> ";
    case CompareOp::gt: return " > ";
    case CompareOp::gte: return " >= ";
    case CompareOp::lt: return " < ";
    case CompareOp::lte: return " <= ";
    default: return {};
  }
}

class FilterText {
 public:
  FilterText(std::string& out, std::vector<const Value*>& operands, const Dialect& dialect,
             const Collection& collection)
      : out_(out), operands_(operands), dialect_(dialect), collection_(collection) {}

  bool append(const Filter& filter) {
    if (++nodes_ > filter_nodes_max) return false;
    switch (filter.kind) {
      case Filter::Kind::all: return append_list(filter, " AND ", "TRUE");
      case Filter::Kind::any: return append_list(filter, " OR ", "FALSE");
      case Filter::Kind::negation:
        out_ += "NOT (";
        if (filter.children.size() != 1 || !append(filter.children.front())) return false;
        out_ += ')';
        return true;
      case Filter::Kind::comparison: return append_comparison(filter);
      case Filter::Kind::related: return false;
    }
    return false;
  }

 private:
  bool append_list(const Filter& filter, std::string_view separator, std::string_view when_empty) {
    if (filter.children.empty()) {
      out_ += when_empty;
      return true;
    }
    // No more parentheses than must be: parsers have a stack.
    if (filter.children.size() == 1) return append(filter.children.front());
    out_ += '(';
    for (std::size_t i = 0; i < filter.children.size(); ++i) {
      if (i > 0) out_ += separator;
      if (!append(filter.children[i])) return false;
    }
    out_ += ')';
    return true;
  }

  bool append_comparison(const Filter& filter) {
    const Field& field = collection_.fields[filter.term.field];
    std::string column;
    dialect_.append_operand(column, collection_, field);
    switch (filter.op) {
      case CompareOp::is_null: append_quoted(out_, field.name), out_ += " IS NULL"; return true;
      case CompareOp::is_true:
      case CompareOp::is_false:
        if (field.storage != Field::Storage::boolean) return out_ += "FALSE", true;
        dialect_.append_is(out_, column, filter.op == CompareOp::is_true);
        return true;
      case CompareOp::in: return append_in(filter, column, field);
      default: break;
    }
    // A comparison with something of another kind is unknown, as in matches().
    const bool pattern = filter.op == CompareOp::like || filter.op == CompareOp::ilike;
    if (filter.operands.empty() || filter.operands.front().index() != value_index(field.storage) ||
        (pattern && field.storage != Field::Storage::text)) {
      return out_ += "NULL", true;
    }
    operands_.push_back(&filter.operands.front());
    if (pattern) {
      column.clear();
      dialect_.append_text_operand(column, collection_, field);
      dialect_.append_like(out_, column, operands_.size(), filter.op == CompareOp::ilike);
    } else {
      out_ += column;
      out_ += comparison(filter.op);
      dialect_.append_placeholder(out_, operands_.size());
    }
    return true;
  }

  bool append_in(const Filter& filter, const std::string& column, const Field& field) {
    if (filter.operands.empty()) return out_ += "FALSE", true;
    if (filter.operands.size() > in_operands_max) return false;
    const std::size_t padded = std::bit_ceil(filter.operands.size());
    out_ += column + " IN (";
    for (std::size_t i = 0; i < padded; ++i) {
      const Value& operand = filter.operands[std::min(i, filter.operands.size() - 1)];
      if (i > 0) out_ += ", ";
      if (operand.index() != value_index(field.storage)) {
        out_ += "NULL";
        continue;
      }
      operands_.push_back(&operand);
      dialect_.append_placeholder(out_, operands_.size());
    }
    out_ += ')';
    return true;
  }

  std::string& out_;
  std::vector<const Value*>& operands_;
  const Dialect& dialect_;
  const Collection& collection_;
  std::size_t nodes_ = 0;
};

}  // namespace

bool append_filter(std::string& out, std::vector<const Value*>& operands, const Dialect& dialect,
                   const Collection& collection, const Filter& filter) {
  return FilterText(out, operands, dialect, collection).append(filter);
}

}  // namespace banyan::sql
