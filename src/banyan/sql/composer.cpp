#include "banyan/sql/composer.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "banyan/sql/statements.hpp"

namespace banyan::sql {
namespace {

/// The alternative of Value that values of that storage have.
std::size_t value_index(Field::Storage storage) {
  switch (storage) {
    case Field::Storage::boolean: return Value(false).index();
    case Field::Storage::integer: return Value(std::int64_t{0}).index();
    case Field::Storage::number: return Value(0.0).index();
    case Field::Storage::text: return Value(std::string()).index();
  }
  return 0;
}

std::string_view sign(CompareOp op) {
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

bool is_plain(const Term& term) { return term.path.empty() && term.function == Term::Function::none; }

/// JSON is equal or not, and has no order.
bool is_json(const Collection& collection, const Term& term) {
  if (term.function != Term::Function::none) return false;
  return term.path.empty() ? collection.fields[term.field].type == FieldType::json : term.json == Term::Json::value;
}

Error too_many_conditions() {
  return Error(ErrorCode::too_large, "the filter has too many conditions")
      .with_hint("split the request: a filter holds at most " + std::to_string(filter_nodes_max) +
                 " conditions, and one `in` at most " + std::to_string(in_operands_max) + " values");
}

Error no_search() {
  return Error(ErrorCode::unsupported, "this store cannot search in texts")
      .with_hint("use like or ilike, or keep the collection in PostgreSQL");
}

}  // namespace

ParameterType parameter_type(Field::Storage storage) noexcept {
  switch (storage) {
    case Field::Storage::boolean: return ParameterType::boolean;
    case Field::Storage::integer: return ParameterType::integer;
    case Field::Storage::number: return ParameterType::number;
    case Field::Storage::text: return ParameterType::placed;
  }
  return ParameterType::placed;
}

bool can_be_null(const Collection& collection, const Term& term) noexcept {
  const Field& field = collection.fields[term.field];
  return !term.path.empty() || (!field.required && field.role != FieldRole::id);
}

std::string Table::column(std::size_t field) const { return alias + "." + quoted(collection.fields[field].name); }
std::string Table::version() const { return alias + "." + quoted(version_column); }
std::string Table::source() const { return quoted(collection.name) + " AS " + alias; }

Composer& Composer::add(std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) text_ += part;
  return *this;
}

std::string Composer::parameter(const Value& value, ParameterType type) {
  std::string text;
  dialect_.append_placeholder(text, operands_.add(value, type));
  return text;
}

std::string Composer::own_parameter(Value value, ParameterType type) {
  std::string text;
  dialect_.append_placeholder(text, operands_.add_own(std::move(value), type));
  return text;
}

std::string Composer::any_of(std::string_view column, std::span<const Value> keys, Field::Storage storage) {
  const ParameterType type = storage == Field::Storage::integer ? ParameterType::integers : ParameterType::placed;
  std::string text;
  dialect_.append_any(text, column, own_parameter(dialect_.list_operand(keys), type));
  return text;
}

std::string Composer::operand(const Value& value, Field::Storage storage, bool is_json) {
  std::string placeholder = parameter(value, parameter_type(storage));
  return is_json ? dialect_.json_operand(std::move(placeholder)) : placeholder;
}

std::string Composer::term(const Table& table, const Term& term) {
  const Field& field = table.collection.fields[term.field];
  std::string text;
  if (term.path.empty()) {
    if (term.function != Term::Function::none) return text_of(table, term);
    dialect_.append_operand(text, table.column(term.field), table.collection, field);
    return text;
  }
  const std::string path = own_parameter(dialect_.path_operand(term.path), ParameterType::placed);
  dialect_.append_json(text, table.column(term.field), path, term.json);
  if (term.function == Term::Function::none) return text;
  std::string applied;
  dialect_.append_function(applied, term.function, text);
  return applied;
}

/// The term as text, for patterns and functions, and beside terms of another type.
std::string Composer::text_of(const Table& table, const Term& term) {
  if (!term.path.empty()) return this->term(table, term);
  std::string text;
  dialect_.append_text_operand(text, table.column(term.field), table.collection, table.collection.fields[term.field]);
  if (term.function == Term::Function::none) return text;
  std::string applied;
  dialect_.append_function(applied, term.function, text);
  return applied;
}

std::string Composer::condition(const Table& table, const Filter& filter) {
  if (++conditions_ > filter_nodes_max) {
    if (!error_) error_ = too_many_conditions();
    return "FALSE";
  }
  switch (filter.kind) {
    case Filter::Kind::all: return list(table, filter, " AND ", "TRUE");
    case Filter::Kind::any: return list(table, filter, " OR ", "FALSE");
    case Filter::Kind::negation: return "NOT (" + condition(table, filter.children.front()) + ")";
    case Filter::Kind::comparison: return comparison(table, filter);
    case Filter::Kind::related: return related(table, filter);
  }
  return "FALSE";
}

std::string Composer::list(const Table& table, const Filter& filter, std::string_view separator,
                           std::string_view when_empty) {
  if (filter.children.empty()) return std::string(when_empty);
  // No more parentheses than must be: parsers have a stack.
  if (filter.children.size() == 1) return condition(table, filter.children.front());
  std::string text = "(";
  for (const Filter& child : filter.children) {
    if (&child != filter.children.data()) text += separator;
    text += condition(table, child);
    if (error_) break;
  }
  return text + ")";
}

std::string Composer::comparison(const Table& table, const Filter& filter) {
  switch (filter.op) {
    case CompareOp::is_null:
      return (is_plain(filter.term) ? table.column(filter.term.field) : term(table, filter.term)) + " IS NULL";
    case CompareOp::is_true:
    case CompareOp::is_false: {
      if (storage_of(table.collection, filter.term) != Field::Storage::boolean) return "FALSE";
      std::string text;
      dialect_.append_is(text, term(table, filter.term), filter.op == CompareOp::is_true);
      return text;
    }
    case CompareOp::in: return in(table, filter);
    case CompareOp::like:
    case CompareOp::ilike: return pattern(table, filter);
    case CompareOp::json_contains:
    case CompareOp::json_within: return contains(table, filter);
    case CompareOp::search: return search(table, filter);
    default: return filter.other ? with_term(table, filter) : with_operand(table, filter);
  }
}

// A comparison with something of another kind is unknown, as in matches().
std::string Composer::with_operand(const Table& table, const Filter& filter) {
  const Field::Storage storage = storage_of(table.collection, filter.term);
  const bool json = is_json(table.collection, filter.term);
  if (filter.operands.empty() || filter.operands.front().index() != value_index(storage)) return "NULL";
  if (json && filter.op != CompareOp::eq && filter.op != CompareOp::neq) return "NULL";
  const std::string left = term(table, filter.term);
  return left + std::string(sign(filter.op)) + operand(filter.operands.front(), storage, json);
}

std::string Composer::with_term(const Table& table, const Filter& filter) {
  if (filter.other_is_near && near_ == nullptr) return "NULL";
  const Table& other = filter.other_is_near ? *near_ : table;
  const Collection& collection = table.collection;
  const Term& a = filter.term;
  const Term& b = *filter.other;
  const Field::Storage storage = storage_of(collection, a);
  const bool json = is_json(collection, a);
  if (storage != storage_of(other.collection, b) || json != is_json(other.collection, b)) return "NULL";
  if (json && filter.op != CompareOp::eq && filter.op != CompareOp::neq) return "NULL";
  const bool alike =
      is_plain(a) && is_plain(b) &&
      dialect_.column_type(collection.fields[a.field]) == dialect_.column_type(other.collection.fields[b.field]);
  const bool as_text = storage == Field::Storage::text && !json && !alike;
  std::string text = as_text ? text_of(table, a) : term(table, a);
  text += sign(filter.op);
  return text + (as_text ? text_of(other, b) : term(other, b));
}

std::string Composer::in(const Table& table, const Filter& filter) {
  if (filter.operands.empty()) return "FALSE";
  if (filter.operands.size() > in_operands_max) {
    if (!error_) error_ = too_many_conditions();
    return "FALSE";
  }
  const Field::Storage storage = storage_of(table.collection, filter.term);
  const bool json = is_json(table.collection, filter.term);
  const std::size_t padded = std::bit_ceil(filter.operands.size());
  std::string text = term(table, filter.term) + " IN (";
  for (std::size_t i = 0; i < padded; ++i) {
    const Value& value = filter.operands[std::min(i, filter.operands.size() - 1)];
    if (i > 0) text += ", ";
    text += value.index() == value_index(storage) ? operand(value, storage, json) : "NULL";
  }
  return text + ")";
}

std::string Composer::pattern(const Table& table, const Filter& filter) {
  if (storage_of(table.collection, filter.term) != Field::Storage::text || is_json(table.collection, filter.term) ||
      filter.operands.empty() || !std::holds_alternative<std::string>(filter.operands.front()))
    return "NULL";
  const std::string column = text_of(table, filter.term);
  std::string text;
  dialect_.append_like(text, column, operands_.add(filter.operands.front(), ParameterType::placed),
                       filter.op == CompareOp::ilike);
  return text;
}

std::string Composer::contains(const Table& table, const Filter& filter) {
  if (!is_json(table.collection, filter.term) || filter.operands.empty() ||
      !std::holds_alternative<std::string>(filter.operands.front()))
    return "NULL";
  const std::string document = term(table, filter.term);
  const std::string given = operand(filter.operands.front(), Field::Storage::text, true);
  const bool within = filter.op == CompareOp::json_within;
  std::string text;
  dialect_.append_json_contains(text, within ? given : document, within ? document : given);
  return text;
}

std::string Composer::search(const Table& table, const Filter& filter) {
  std::string text;
  std::vector<std::string> columns;
  for (const std::size_t field : table.collection.search) columns.push_back(table.column(field));
  const bool can = !columns.empty() && !filter.operands.empty() && dialect_.searches();
  if (!can) {
    if (!error_) error_ = no_search();
    return "FALSE";
  }
  dialect_.append_search(text, columns, parameter(filter.operands.front(), ParameterType::placed), filter.words);
  return text;
}

std::string Composer::related(const Table& near, const Filter& filter) {
  const Table* const around = std::exchange(near_, &near);
  std::string text = exists(near, filter);
  near_ = around;
  return text;
}

std::string Composer::exists(const Table& near, const Filter& filter) {
  const Relation& relation = filter.relation;
  std::string text = "EXISTS (SELECT 1 FROM ";
  if (relation.kind == Relation::Kind::through) {
    const Table between = table(*relation.through);
    const Table target = table(*relation.target);
    text += between.source() + " JOIN " + target.source() + " ON " + target.column(0) + " = " +
            between.column(relation.through_field) + " WHERE " + between.column(relation.field) + " = " +
            near.column(0);
    if (filter.children.size() > 1 && !filter.children[1].is_all())
      text += " AND " + condition(between, filter.children[1]);
    if (!filter.children.front().is_all()) text += " AND " + condition(target, filter.children.front());
    return text + ")";
  }
  const Table target = table(*relation.target);
  const bool to_one = relation.kind == Relation::Kind::to_one;
  text += target.source() + " WHERE " + target.column(to_one ? 0 : relation.field) + " = " +
          near.column(to_one ? relation.field : 0);
  if (!filter.children.front().is_all()) text += " AND " + condition(target, filter.children.front());
  return text + ")";
}

Composer& Composer::where(const Table& table, const Filter& filter) {
  if (filter.is_all()) return *this;
  return add({" WHERE ", condition(table, filter)});
}

std::string Composer::direction(const OrderTerm& term, bool can_be_null) const {
  std::string text = term.descending ? " DESC" : "";
  // Saying what holds anyway keeps some planners from using an index.
  if (can_be_null && term.nulls_first != dialect_.nulls_first_by_default(term.descending))
    text += term.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  return text;
}

std::string Composer::order_term(const Table& table, const OrderTerm& term) {
  if (!term.of_reference)
    return this->term(table, term.field) + direction(term, can_be_null(table.collection, term.field));
  const Field& reference = table.collection.fields[*term.of_reference];
  const Table named = this->table(schema_.collections[reference.reference_index]);
  return "(SELECT " + this->term(named, term.field) + " FROM " + named.source() + " WHERE " + named.column(0) + " = " +
         table.column(*term.of_reference) + ")" + direction(term, true);
}

std::string Composer::order(const Table& table, std::span<const OrderTerm> terms) {
  std::string text;
  for (const OrderTerm& term : terms) {
    text += order_term(table, term);
    if (term.field == Term(0) && !term.of_reference) return text;  // ids are unique: nothing after one can matter
    text += ", ";
  }
  return text + order_term(table, OrderTerm{});
}

Result<StatementText> Composer::finish() {
  if (error_) return fail(std::move(*error_));
  return StatementText{.text = std::move(text_), .operands = std::move(operands_)};
}

}  // namespace banyan::sql
