#include "banyan/services/write_plan.hpp"

#include <algorithm>
#include <utility>

#include "banyan/services/access.hpp"
#include "banyan/services/guard.hpp"
#include "banyan/services/key_text.hpp"
#include "banyan/services/record_input.hpp"
#include "banyan/services/verdict.hpp"
#include "banyan/services/write_rules.hpp"

namespace banyan::services {
namespace {

using Kind = Operation::Kind;

Action action_of(Kind kind) {
  switch (kind) {
    case Kind::create: return Action::create;
    case Kind::update:
    case Kind::replace:
    case Kind::update_matches: return Action::update;
    case Kind::remove:
    case Kind::remove_matches: return Action::remove;
  }
  std::unreachable();
}

bool is_unique_together(const Collection& collection, std::vector<std::size_t> fields) {
  if (fields.size() == 1 && (fields.front() == 0 || collection.fields[fields.front()].unique)) return true;
  std::ranges::sort(fields);
  return std::ranges::any_of(collection.indexes, [&](const Index& index) {
    std::vector<std::size_t> indexed = index.fields;
    std::ranges::sort(indexed);
    return index.unique && indexed == fields;
  });
}

Error not_unique(const Collection& collection, const std::vector<std::size_t>& fields) {
  std::string names;
  for (const std::size_t field : fields) names += (names.empty() ? "" : ", ") + collection.fields[field].name;
  return Error(ErrorCode::invalid, "Nothing in '" + collection.name + "' keeps " + names + " unique.")
      .with_hint("An upsert meets records by their id, a unique field, or the fields of a unique index.")
      .with_reason("not_unique");
}

// What an upsert sets in the record that it meets: what the caller names, and the time of the change.
std::vector<FieldChange> changes_on_conflict(const Collection& collection, const RecordInput& input) {
  std::vector<FieldChange> changes;
  for (const FieldChange& change : input.changes) {
    const bool named = change.field != 0 && std::ranges::binary_search(input.named, change.field);
    if (named || collection.fields[change.field].role == FieldRole::updated_at) changes.push_back(change);
  }
  return changes;
}

/// Plans one operation after the other.
class Planner {
 public:
  Planner(const PlanParts& parts, const Context& context) : parts_(parts), context_(context) {}

  std::optional<Error> add(Operation& operation, std::string place) {
    place_ = std::move(place);
    const std::size_t index = plan_.operations++;
    const std::size_t before = plan_.batch.writes.size();
    std::optional<Error> error = refusal(context_, *operation.collection, action_of(operation.kind));
    if (!error) error = add_writes(operation);
    for (std::size_t i = before; i < plan_.origins.size(); ++i) plan_.origins[i].operation = index;
    if (!error && plan_.batch.writes.size() > parts_.batch_records_max)
      error = Error(ErrorCode::too_large,
                    "There are more than " + std::to_string(parts_.batch_records_max) + " records to write.")
                  .with_hint("Send them in several requests.")
                  .with_reason("batch_too_large");
    return error;
  }

  WritePlan plan() && { return std::move(plan_); }

 private:
  std::optional<Error> add_writes(Operation& operation) {
    switch (operation.kind) {
      case Kind::create: return add_creates(operation);
      case Kind::update:
      case Kind::replace:
      case Kind::remove: return add_named(operation);
      case Kind::update_matches:
      case Kind::remove_matches: return add_matching(operation);
    }
    std::unreachable();
  }

  InputRules input_rules(const Collection& collection) const {
    return InputRules{.collection = collection,
                      .service = context_.viewer.is_service(),
                      .clock = parts_.clock,
                      .random = parts_.random,
                      .batch_records_max = parts_.batch_records_max};
  }

  std::optional<Error> add_creates(Operation& operation) {
    const Collection& collection = *operation.collection;
    const std::optional<CreateOptions::Upsert>& upsert = operation.create.upsert;
    if (upsert && !is_unique_together(collection, upsert->conflict)) return not_unique(collection, upsert->conflict);
    // Whom a value leads to is told by the answer.
    if (upsert)
      for (const std::size_t field : upsert->conflict)
        if (may_be_hidden(rule_inputs(context_), collection.fields[field]))
          return turned_away(
              context_, "'" + collection.fields[field].name + "' may be hidden from you, so no record is found by it.");
    if (upsert && !upsert->ignore_duplicates)
      if (auto refused = refusal(context_, collection, Action::update)) return refused;
    InputRules rules = input_rules(collection);
    rules.create = operation.create;
    // A plain creation would lose the times without a word.
    rules.passes_over_times = upsert.has_value();
    Result<std::vector<RecordInput>> inputs = creates_from(rules, *operation.body);
    if (!inputs) return std::move(inputs.error());
    const bool many = operation.body->is_array();
    for (std::size_t i = 0; i < inputs->size(); ++i) {
      const std::string place = many ? "[" + std::to_string(i) + "]" : "";
      if (auto error = add_create(collection, upsert, std::move((*inputs)[i]), place)) return error;
    }
    return std::nullopt;
  }

  std::optional<Error> add_create(const Collection& collection, const std::optional<CreateOptions::Upsert>& upsert,
                                  RecordInput input, const std::string& place) {
    if (input.id) return add_change_by_id(collection, upsert->ignore_duplicates, std::move(input), place);
    Write write;
    write.collection = &collection;
    Result<Filter> check = write_condition(context_, collection, Action::create, input.named);
    if (!check) return within(place, std::move(check.error()));
    write.check = of_new_record(collection, std::move(*check));
    if (upsert) {
      write.kind = Write::Kind::upsert;
      write.conflict = upsert->conflict;
      if (!upsert->ignore_duplicates) {
        Result<Filter> change = write_condition(context_, collection, Action::update, input.named);
        if (!change) return within(place, std::move(change.error()));
        write.on_conflict = changes_on_conflict(collection, input);
        write.filter = *change;
        write.conflict_check = std::move(*change);
      }
    }
    write.changes = std::move(input.changes);
    push(std::move(write), Action::create, place);
    return std::nullopt;
  }

  // Integer ids are made by the store, so whoever names one means a record that is there.
  std::optional<Error> add_change_by_id(const Collection& collection, bool ignore_duplicates, RecordInput input,
                                        const std::string& place) {
    if (ignore_duplicates)
      return Error(ErrorCode::unsupported,
                   "Ids of '" + collection.name + "' are made here, so no record is created by one.")
          .with_hint("Leave the id out, or say what conflicts by another unique field.");
    if (KeyText(collection, *input.id).empty()) return no_such_record({&collection, *input.id});
    Value id = std::move(*input.id);
    if (auto error = add_update(collection, std::move(id), std::move(input), std::nullopt, place)) return error;
    plan_.origins.back().named_in_body = true;
    return std::nullopt;
  }

  std::optional<Error> add_named(Operation& operation) {
    const Collection& collection = *operation.collection;
    if (KeyText(collection, operation.id).empty()) return no_such_record({&collection, operation.id});
    if (operation.kind == Kind::remove) return add_removal(operation);
    InputRules rules = input_rules(collection);
    if (operation.kind == Kind::replace) rules.locked = locked_fields(context_, collection);
    Result<RecordInput> input =
        operation.kind == Kind::update ? update_from(rules, *operation.body) : replacement_from(rules, *operation.body);
    if (!input) return std::move(input.error());
    return add_update(collection, std::move(operation.id), std::move(*input), operation.expected, "");
  }

  std::optional<Error> add_update(const Collection& collection, Value id, RecordInput input,
                                  std::optional<Version> expected, const std::string& place) {
    Result<Filter> rules = write_condition(context_, collection, Action::update, input.named);
    if (!rules) return within(place, std::move(rules.error()));
    Write write;
    write.kind = Write::Kind::update;
    write.collection = &collection;
    write.id = std::move(id);
    write.changes = std::move(input.changes);
    write.expected_version = expected;
    write.filter = *rules;
    write.check = std::move(*rules);
    push(std::move(write), Action::update, place);
    return std::nullopt;
  }

  std::optional<Error> add_removal(Operation& operation) {
    Write write;
    write.kind = Write::Kind::remove;
    write.collection = operation.collection;
    write.id = std::move(operation.id);
    write.expected_version = operation.expected;
    write.filter = condition(rule_inputs(context_), *operation.collection, Action::remove);
    push(std::move(write), Action::remove, "");
    return std::nullopt;
  }

  // Which records match tells what they hold, so only those count that may be read.
  std::optional<Error> add_matching(Operation& operation) {
    const Collection& collection = *operation.collection;
    const bool removes = operation.kind == Kind::remove_matches;
    Query asked;
    asked.collection = &collection;
    asked.filter = std::move(operation.filter);
    if (auto refused = guard(context_, parts_.schema, asked)) return refused;
    Write write;
    write.kind = removes ? Write::Kind::remove_matches : Write::Kind::update_matches;
    write.collection = &collection;
    write.matches_max = operation.matches_max;
    std::vector<std::size_t> named;
    if (!removes) {
      const boost::json::object* const object = operation.body->if_object();
      if (object != nullptr && object->empty()) return std::nullopt;
      InputRules rules = input_rules(collection);
      rules.passes_over_times = true;
      Result<RecordInput> input = update_from(rules, *operation.body);
      if (!input) return std::move(input.error());
      if (input->named.empty()) return std::nullopt;
      write.changes = std::move(input->changes);
      named = std::move(input->named);
    }
    Result<Filter> rules = write_condition(context_, collection, removes ? Action::remove : Action::update, named);
    if (!rules) return std::move(rules.error());
    write.filter = Filter::both(*rules, std::move(asked.filter));
    if (!removes) write.check = std::move(*rules);
    push(std::move(write), removes ? Action::remove : Action::update, "");
    return std::nullopt;
  }

  void push(Write write, Action action, const std::string& place) {
    WritePlan::Origin& origin = plan_.origins.emplace_back();
    origin.place = place_ + place;
    origin.action = action;
    origin.key = {write.collection, write.id};
    origin.kind = write.kind;
    plan_.batch.writes.push_back(std::move(write));
  }

  static Error within(const std::string& place, Error error) {
    if (place.empty()) return error;
    for (FieldProblem& problem : error.fields) problem.field = place_within(place, problem.field);
    return error;
  }

  const PlanParts& parts_;
  const Context& context_;
  WritePlan plan_;
  std::string place_;
};

void place_problems(Error& error, const std::string& place) {
  for (FieldProblem& problem : error.fields) problem.field = place_within(place, problem.field);
  if (error.fields.empty()) error.fields.push_back({place, error.message});
}

}  // namespace

std::string place_within(const std::string& place, const std::string& field) {
  if (place.empty() || field.empty()) return place + field;
  return place + (field.front() == '[' ? "" : ".") + field;
}

Result<WritePlan> plan(const PlanParts& parts, const Context& context, std::span<Operation> operations, bool placed) {
  Planner planner(parts, context);
  std::optional<Error> problems;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const std::string place = placed ? "[" + std::to_string(i) + "]" : "";
    std::optional<Error> error = planner.add(operations[i], place);
    if (!error) continue;
    if (placed) place_problems(*error, place);
    if (error->code != ErrorCode::invalid) return fail(std::move(*error));
    if (!problems) {
      problems = std::move(error);
    } else {
      std::ranges::move(error->fields, std::back_inserter(problems->fields));
      problems->message = std::to_string(problems->fields.size()) + " places are not valid.";
    }
  }
  if (problems) return fail(std::move(*problems));
  return std::move(planner).plan();
}

}  // namespace banyan::services
