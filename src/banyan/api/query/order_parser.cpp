#include "banyan/api/query/order_parser.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "banyan/api/query/column.hpp"
#include "banyan/base/words.hpp"

namespace banyan::api {
namespace {

constexpr std::string_view order_hint = "Write order=field.desc.nullslast,other; both words may be left out.";
constexpr std::string_view stops = ".,()";

Result<void> take_direction(Scanner& scanner, OrderTerm& term) {
  std::optional<bool> nulls_first;
  bool direction_seen = false;
  while (scanner.take(".")) {
    const std::string_view word = trimmed(scanner.take_until(stops));
    if ((word == "asc" || word == "desc") && !direction_seen && !nulls_first) {
      term.descending = word == "desc";
      direction_seen = true;
    } else if ((word == "nullsfirst" || word == "nullslast") && !nulls_first) {
      nulls_first = word == "nullsfirst";
    } else {
      constexpr std::string_view words[] = {"asc", "desc", "nullsfirst", "nullslast"};
      const std::string nearest = did_you_mean(word, words);
      return malformed(quoted(word) + " does not belong there" + (nearest.empty() ? "." : nearest),
                       std::string(order_hint));
    }
  }
  term.nulls_first = nulls_first.value_or(term.descending);
  return {};
}

// The reference that an order by another collection's field goes along.
Result<std::size_t> reference_of(const Scope& scope, std::string_view name) {
  if (const Scope* child = scope.find(name)) {
    if (child->relation.kind == Relation::Kind::to_one) return child->relation.field;
    if (child->relation.single)
      return fail(Error(ErrorCode::unsupported, "An order by " + quoted(name) + ", which refers to " +
                                                    scope.collection->name + ", is not offered.")
                      .with_hint("Ask for " + child->collection->name + " in that order, with " +
                                 scope.collection->name + " embedded."));
    return malformed("An order by " + quoted(name) + " would go along many records.",
                     "Order by a reference of " + scope.collection->name +
                         ", or order what is embedded: " + std::string(name) + ".order=….",
                     "order_by_many");
  }
  const auto place = scope.collection->find_field(name);
  if (place && scope.collection->fields[*place].type == FieldType::reference) return *place;
  return malformed(quoted(name) + " is not embedded in this request.",
                   "Add " + std::string(name) + "(…) to 'select', or order by the name of a reference.",
                   "embed_not_selected");
}

class OrderParser {
 public:
  OrderParser(const Scope& scope, std::string_view text, const QueryLimits& limits)
      : scope_(scope), scanner_(text, order_hint), limits_(limits) {}

  Result<std::vector<OrderTerm>> whole(const Schema& schema) {
    std::vector<OrderTerm> terms;
    do {
      Result<OrderTerm> term = one(schema);
      if (!term) return std::unexpected(std::move(term.error()));
      const bool twice = std::ranges::any_of(terms, [&](const OrderTerm& known) {
        return known.field == term->field && known.of_reference == term->of_reference;
      });
      if (twice) return malformed(quoted(name_) + " is named twice.", "Name each field once.");
      if (terms.size() == limits_.order_terms_max)
        return malformed("An order has at most " + std::to_string(limits_.order_terms_max) + " terms.",
                         "Leave out those that decide nothing.");
      terms.push_back(std::move(*term));
    } while (scanner_.take_mark(','));
    if (!scanner_.done()) return scanner_.unexpected_here("','");
    return terms;
  }

 private:
  Result<OrderTerm> one(const Schema& schema) {
    ColumnName name;
    if (Result<void> taken = take_column(name); !taken) return std::unexpected(std::move(taken.error()));
    OrderTerm term;
    const Collection* collection = scope_.collection;
    if (scanner_.take_mark('(')) {
      Result<std::size_t> reference = reference_of(scope_, name.name);
      if (!reference) return std::unexpected(std::move(reference.error()));
      term.of_reference = *reference;
      collection = &schema.collections[collection->fields[*reference].reference_index];
      name = ColumnName();
      if (Result<void> taken = take_column(name); !taken) return std::unexpected(std::move(taken.error()));
      if (!scanner_.take_mark(')')) return scanner_.unexpected_here("')'");
    }
    Result<Column> column = column_of(*collection, name);
    if (!column) return std::unexpected(std::move(column.error()));
    if (Result<void> checked = check(*column, term); !checked) return std::unexpected(std::move(checked.error()));
    term.field = column->term;
    name_ = name.name;
    if (Result<void> direction = take_direction(scanner_, term); !direction)
      return std::unexpected(std::move(direction.error()));
    return term;
  }

  Result<void> take_column(ColumnName& name) {
    Result<std::string> taken = take_name(scanner_, stops);
    if (!taken) return std::unexpected(std::move(taken.error()));
    name.name = std::move(*taken);
    return take_path(scanner_, stops, limits_.path_steps_max, name);
  }

  Result<void> check(const Column& column, const OrderTerm& term) const {
    if (column.is_json() && column.is_path())
      return fail(Error(ErrorCode::unsupported, "An order by values within json is not offered.")
                      .with_hint("Order by their texts, with ->>."));
    if (column.is_json())
      return malformed("A json field has no order.", "Order by another field, or by a text with ->>.");
    if (!scope_.grouping) return {};
    if (!term.of_reference && std::ranges::find(scope_.grouping->by, column.term) != scope_.grouping->by.end())
      return {};
    return malformed("Groups are ordered by what they are made by, and '" + column.field->name + "' is not.",
                     "Add it to 'select', or leave it out.");
  }

  const Scope& scope_;
  Scanner scanner_;
  const QueryLimits& limits_;
  std::string name_;
};

}  // namespace

Result<std::vector<OrderTerm>> parse_order(const Scope& scope, std::string_view text, const QuerySubject& subject) {
  return OrderParser(scope, text, subject.limits).whole(subject.schema);
}

}  // namespace banyan::api
