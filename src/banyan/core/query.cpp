#include "banyan/core/query.hpp"

#include <algorithm>
#include <utility>

#include "banyan/core/json_path.hpp"

namespace banyan {
namespace {

/// SQL's three values, in an order that makes `all` the least and `any` the greatest of its children.
enum class Truth : unsigned char { no, unknown, yes };

Truth truth(bool value) noexcept { return value ? Truth::yes : Truth::no; }

Truth compare_one(CompareOp op, const Value& value, const Value& operand) noexcept {
  if (is_null(value) || value.index() != operand.index()) return Truth::unknown;
  if (op == CompareOp::like || op == CompareOp::ilike) {
    const auto* text = std::get_if<std::string>(&value);
    const auto* pattern = std::get_if<std::string>(&operand);
    if (text == nullptr || pattern == nullptr) return Truth::unknown;
    return truth(matches_like(*text, *pattern, op == CompareOp::ilike));
  }
  const int order = compare_values(value, operand);
  switch (op) {
    case CompareOp::eq: return truth(order == 0);
    case CompareOp::neq: return truth(order != 0);
    case CompareOp::gt: return truth(order > 0);
    case CompareOp::gte: return truth(order >= 0);
    case CompareOp::lt: return truth(order < 0);
    case CompareOp::lte: return truth(order <= 0);
    default: return Truth::unknown;
  }
}

Truth compare_any(const Value& value, const std::vector<Value>& operands) noexcept {
  Truth best = Truth::no;
  for (const Value& operand : operands) best = std::max(best, compare_one(CompareOp::eq, value, operand));
  return best;
}

Truth compare_json(CompareOp op, const Value& value, const Value& operand) {
  const auto* document = std::get_if<std::string>(&value);
  const auto* given = std::get_if<std::string>(&operand);
  if (document == nullptr || given == nullptr) return Truth::unknown;
  return truth(op == CompareOp::json_contains ? json_contains(*document, *given) : json_contains(*given, *document));
}

Truth compare(const Filter& filter, const Value& value) {
  const auto* boolean = std::get_if<bool>(&value);
  switch (filter.op) {
    case CompareOp::is_null: return truth(is_null(value));
    case CompareOp::is_true: return truth(boolean != nullptr && *boolean);
    case CompareOp::is_false: return truth(boolean != nullptr && !*boolean);
    case CompareOp::in: return compare_any(value, filter.operands);
    default: break;
  }
  if (filter.operands.empty()) return Truth::unknown;
  if (filter.op == CompareOp::json_contains || filter.op == CompareOp::json_within)
    return compare_json(filter.op, value, filter.operands.front());
  return compare_one(filter.op, value, filter.operands.front());
}

class Evaluation {
 public:
  explicit Evaluation(const RelatedRecords* related) : related_(related) {}

  /// `near`: the record that the nearest `related` around the filter is about.
  Truth of(const Filter& filter, const Record& record, const Record* near = nullptr) const {
    switch (filter.kind) {
      case Filter::Kind::comparison: return comparison(filter, record, near);
      case Filter::Kind::related: return truth(has_related(filter, record));
      case Filter::Kind::negation: {
        const Truth inner = of(filter.children.front(), record, near);
        return inner == Truth::unknown ? inner : truth(inner == Truth::no);
      }
      case Filter::Kind::all: {
        Truth least = Truth::yes;
        for (const Filter& child : filter.children) least = std::min(least, of(child, record, near));
        return least;
      }
      case Filter::Kind::any: {
        Truth greatest = Truth::no;
        for (const Filter& child : filter.children) greatest = std::max(greatest, of(child, record, near));
        return greatest;
      }
    }
    return Truth::unknown;
  }

 private:
  static Truth comparison(const Filter& filter, const Record& record, const Record* near) {
    const bool plain = filter.term.path.empty() && filter.term.function == Term::Function::none;
    if (plain && !filter.other) return compare(filter, record.values[filter.term.field]);
    const Value value = value_of(filter.term, record);
    if (!filter.other) return compare(filter, value);
    if (filter.other_is_near && near == nullptr) return Truth::unknown;
    return compare_one(filter.op, value, value_of(*filter.other, filter.other_is_near ? *near : record));
  }

  bool has_related(const Filter& filter, const Record& record) const {
    if (related_ == nullptr) return false;
    const Relation& relation = filter.relation;
    const Filter& wanted = filter.children.front();
    const auto matches_wanted = [&](const Record* other) { return of(wanted, *other, &record) == Truth::yes; };
    const auto any = [&](const Collection& in, std::size_t field, const Value& value) {
      return !is_null(value) && std::ranges::any_of(related_->find(in, field, value), matches_wanted);
    };
    switch (relation.kind) {
      case Relation::Kind::to_one: return any(*relation.target, 0, record.values[relation.field]);
      case Relation::Kind::to_many: return any(*relation.target, relation.field, record.values.front());
      case Relation::Kind::through: break;
    }
    const std::vector<const Record*> between = related_->find(*relation.through, relation.field, record.values.front());
    return std::ranges::any_of(between, [&](const Record* link) {
      return (filter.children.size() < 2 || of(filter.children[1], *link, &record) == Truth::yes) &&
             any(*relation.target, 0, link->values[relation.through_field]);
    });
  }

  const RelatedRecords* related_;
};

std::string folded(std::string text, bool upper) {
  for (char& c : text) {
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

Value apply(Term::Function function, Value value) {
  auto* text = std::get_if<std::string>(&value);
  if (function == Term::Function::none || text == nullptr) return value;
  if (function == Term::Function::length)
    return static_cast<std::int64_t>(
        std::ranges::count_if(*text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  return folded(std::move(*text), function == Term::Function::upper);
}

bool is_unique(const Collection& collection, std::size_t field) {
  return collection.fields[field].unique || std::ranges::any_of(collection.indexes, [&](const Index& index) {
           return index.unique && index.fields.size() == 1 && index.fields.front() == field;
         });
}

}  // namespace

int compare_in_order(const OrderTerm& term, const Value& a, const Value& b) noexcept {
  if (is_null(a) || is_null(b)) {
    if (is_null(a) && is_null(b)) return 0;
    return is_null(a) == term.nulls_first ? -1 : 1;
  }
  const int order = compare_values(a, b);
  return term.descending ? -order : order;
}

Field::Storage storage_of(const Collection& collection, const Term& term) noexcept {
  if (term.function == Term::Function::length) return Field::Storage::integer;
  if (term.path.empty()) return collection.fields[term.field].storage;
  return term.json == Term::Json::number ? Field::Storage::number : Field::Storage::text;
}

Value value_of(const Term& term, const Record& record) {
  const Value& value = record.values[term.field];
  if (term.path.empty()) return apply(term.function, value);
  const auto* document = std::get_if<std::string>(&value);
  if (document == nullptr) return Null();
  return apply(term.function, json_term_value(json_at(*document, term.path), term.json));
}

std::vector<Relation> relations_of(const Schema& schema, const Collection& collection) {
  std::vector<Relation> relations;
  for (std::size_t i = 0; i < collection.fields.size(); ++i) {
    if (collection.fields[i].type != FieldType::reference) continue;
    relations.push_back({.kind = Relation::Kind::to_one,
                         .target = &schema.collections[collection.fields[i].reference_index],
                         .field = i,
                         .single = true});
  }
  for (const IncomingReference& reference : schema.references_to(collection.index)) {
    const Collection& target = schema.collections[reference.collection];
    relations.push_back({.kind = Relation::Kind::to_many,
                         .target = &target,
                         .field = reference.field,
                         .single = is_unique(target, reference.field)});
  }
  for (const IncomingReference& reference : schema.references_to(collection.index)) {
    const Collection& through = schema.collections[reference.collection];
    for (std::size_t i = 0; i < through.fields.size(); ++i) {
      if (i == reference.field || through.fields[i].type != FieldType::reference) continue;
      relations.push_back({.kind = Relation::Kind::through,
                           .target = &schema.collections[through.fields[i].reference_index],
                           .field = reference.field,
                           .through = &through,
                           .through_field = i});
    }
  }
  return relations;
}

Filter Filter::compare(Term term, CompareOp op, std::vector<Value> operands) {
  Filter filter;
  filter.kind = Kind::comparison;
  filter.term = std::move(term);
  filter.op = op;
  filter.operands = std::move(operands);
  return filter;
}

Filter Filter::compare_terms(Term term, CompareOp op, Term other) {
  Filter filter = compare(std::move(term), op, std::vector<Value>());
  filter.other = std::move(other);
  return filter;
}

Filter Filter::compare_with_near(Term term, CompareOp op, Term near) {
  Filter filter = compare_terms(std::move(term), op, std::move(near));
  filter.other_is_near = true;
  return filter;
}

Filter Filter::negate(Filter child) {
  Filter filter;
  filter.kind = Kind::negation;
  filter.children.push_back(std::move(child));
  return filter;
}

Filter Filter::both(Filter a, Filter b) {
  if (a.is_all()) return b;
  if (b.is_all()) return a;
  Filter filter;
  filter.children.push_back(std::move(a));
  filter.children.push_back(std::move(b));
  return filter;
}

Filter Filter::either(Filter a, Filter b) {
  Filter filter = nothing();
  filter.children.push_back(std::move(a));
  filter.children.push_back(std::move(b));
  return filter;
}

Filter Filter::related_by(Relation relation, Filter target, Filter through) {
  Filter filter;
  filter.kind = Kind::related;
  filter.children.push_back(std::move(target));
  if (relation.kind == Relation::Kind::through) filter.children.push_back(std::move(through));
  filter.relation = relation;
  return filter;
}

Filter Filter::nothing() {
  Filter filter;
  filter.kind = Kind::any;
  return filter;
}

bool matches(const Filter& filter, const Record& record, const RelatedRecords* related) {
  return Evaluation(related).of(filter, record) == Truth::yes;
}

}  // namespace banyan
