#include "banyan/services/guard.hpp"

#include <utility>

#include "banyan/services/access.hpp"

namespace banyan::services {
namespace {

/// Goes through one query. What is refused first is kept. Every step answers whether to go on.
class Guard {
 public:
  Guard(const Context& context, const Schema& schema)
      : context_(context), schema_(schema), inputs_(rule_inputs(context)) {}

  bool query(Query& query) {
    const Collection& collection = *query.collection;
    if (!filter(collection, query.filter) || !restrict(collection, query.filter)) return false;
    // A planner's estimate is made of all records, whoever may see them.
    if (query.counted != Counted::no && restricted_) query.counted = Counted::exact;
    if (!order(collection, query.order)) return false;
    if (query.grouping && !grouping(collection, *query.grouping)) return false;
    for (Embed& each : query.embeds)
      if (!embed(collection, each)) return false;
    return true;
  }

  std::optional<Error> error() && { return std::move(error_); }

 private:
  bool embed(const Collection& near, Embed& each) {
    if (!relation(near, each.relation) || !query(each.query)) return false;
    if (each.relation.kind != Relation::Kind::through) return true;
    const Collection& through = *each.relation.through;
    if (!filter(through, each.through_filter)) return false;
    return restrict(through, each.through_filter);
  }

  // The collection's rule stands beside what is asked of its records.
  bool restrict(const Collection& collection, Filter& asked) {
    if (auto refused = refusal(context_, collection, Action::read)) return refuse(std::move(*refused));
    Filter rule = condition(inputs_, collection, Action::read);
    if (!rule.is_all()) restricted_ = true;
    asked = Filter::both(std::move(rule), std::move(asked));
    return true;
  }

  bool filter(const Collection& collection, Filter& asked) {
    switch (asked.kind) {
      case Filter::Kind::comparison: return comparison(collection, asked);
      case Filter::Kind::related: return related(collection, asked);
      case Filter::Kind::all:
      case Filter::Kind::any:
      case Filter::Kind::negation: break;
    }
    for (Filter& child : asked.children)
      if (!filter(collection, child)) return false;
    return true;
  }

  bool comparison(const Collection& collection, const Filter& asked) {
    if (asked.op != CompareOp::search)
      return term(collection, asked.term) && (!asked.other || term(collection, *asked.other));
    for (const std::size_t field : collection.search)
      if (!term(collection, field)) return false;
    return true;
  }

  // The rules go inside: whoever asks that no related record matches hears of those that may be read alone.
  bool related(const Collection& near, Filter& asked) {
    const Relation& way = asked.relation;
    if (!relation(near, way)) return false;
    if (asked.children.empty()) asked.children.emplace_back();
    if (!filter(*way.target, asked.children[0]) || !restrict(*way.target, asked.children[0])) return false;
    if (way.kind != Relation::Kind::through) return true;
    if (asked.children.size() < 2) asked.children.emplace_back();
    if (!filter(*way.through, asked.children[1])) return false;
    return restrict(*way.through, asked.children[1]);
  }

  // Whoever goes from record to record learns the reference between them.
  bool relation(const Collection& near, const Relation& way) {
    switch (way.kind) {
      case Relation::Kind::to_one: return term(near, way.field);
      case Relation::Kind::to_many: return term(*way.target, way.field);
      case Relation::Kind::through: return term(*way.through, way.field) && term(*way.through, way.through_field);
    }
    return false;
  }

  bool order(const Collection& collection, const std::vector<OrderTerm>& terms) {
    for (const OrderTerm& each : terms)
      if (!(each.of_reference ? order_of_reference(collection, each) : term(collection, each.field))) return false;
    return true;
  }

  // No rule can stand in an order, so that of another collection needs one that is open whatever the record.
  bool order_of_reference(const Collection& near, const OrderTerm& each) {
    const Collection& target = schema_.collections[near.fields[*each.of_reference].reference_index];
    if (!term(near, *each.of_reference) || !term(target, each.field)) return false;
    if (target.policy.decide(Action::read, inputs_) == Policy::Verdict::allowed) return true;
    return refuse(turned_away(context_, "Records of '" + near.name + "' cannot be put in the order of those of '" +
                                            target.name + "': not all of them are open to you.")
                      .with_hint("Order by a field of '" + near.name + "'."));
  }

  bool grouping(const Collection& collection, const Grouping& asked) {
    for (const Term& each : asked.by)
      if (!term(collection, each)) return false;
    for (const Aggregate& each : asked.aggregates)
      if (each.term && !term(collection, *each.term)) return false;
    return true;
  }

  bool term(const Collection& collection, const Term& asked) {
    const Field& field = collection.fields[asked.field];
    if (!field.read_rule || !may_be_hidden(inputs_, field)) return true;
    return refuse(turned_away(context_, "'" + field.name + "' of '" + collection.name +
                                            "' may be hidden from you, so no answer can depend on it.")
                      .with_hint("Leave it out of filters, orders, groups, aggregates and relations."));
  }

  bool refuse(Error error) {
    error_ = std::move(error);
    return false;
  }

  const Context& context_;
  const Schema& schema_;
  const RuleInputs inputs_;
  bool restricted_ = false;  ///< Some rule was put in.
  std::optional<Error> error_;
};

}  // namespace

std::optional<Error> guard(const Context& context, const Schema& schema, Query& query) {
  if (auto refused = refusal(context, *query.collection, Action::read)) return refused;
  if (context.viewer.is_service()) return std::nullopt;
  Guard guard(context, schema);
  if (guard.query(query)) return std::nullopt;
  return std::move(guard).error();
}

}  // namespace banyan::services
