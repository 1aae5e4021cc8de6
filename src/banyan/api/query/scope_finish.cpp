#include "banyan/api/query/scope_finish.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "banyan/api/query/conditions.hpp"
#include "banyan/api/query/order_parser.hpp"
#include "banyan/api/query/words.hpp"
#include "banyan/base/numbers.hpp"

namespace banyan::api {
namespace {

Result<std::uint64_t> parse_count(std::string_view name, std::string_view text, std::uint64_t max) {
  const std::optional<std::uint64_t> number = parse_whole<std::uint64_t>(text);
  if (!number || *number > max)
    return malformed("'" + std::string(name) + "' takes a whole number from 0 to " + std::to_string(max) + ".",
                     "Ask for pages with limit and offset.");
  return *number;
}

class ScopeReader {
 public:
  ScopeReader(Scope& scope, const QuerySubject& subject, ConditionBudget& budget, std::uint64_t product)
      : scope_(scope), subject_(subject), budget_(budget), product_(product) {}

  // The limit, before what is embedded is read: it counts for that too.
  Result<std::uint64_t> read_limit() {
    Query& query = scope_.query;
    query.collection = scope_.collection;
    query.limit = scope_.name.empty() ? subject_.limits.default_limit : subject_.limits.max_limit;
    for (const Scope::Parameter& parameter : scope_.parameters) {
      if (parameter.name != words::limit) continue;
      if (Result<void> taken = once(parameter, [&] { return take_limit(*parameter.value); }); !taken)
        return std::unexpected(std::move(of_parameter(*parameter.whole, std::move(taken.error())).error()));
    }
    return product_;
  }

  Result<void> read_others() {
    for (const Scope::Parameter& parameter : scope_.parameters) {
      if (parameter.name == words::limit) continue;
      if (Result<void> taken = take(parameter); !taken) return of_parameter(*parameter.whole, std::move(taken.error()));
    }
    return {};
  }

 private:
  Result<void> take(const Scope::Parameter& parameter) {
    const std::string& value = *parameter.value;
    if (parameter.name == words::order) return once(parameter, [&] { return take_order(value); });
    if (parameter.name == words::offset) return once(parameter, [&] { return take_offset(value); });
    if (parameter.name == words::all) return take_logic(Filter::Kind::all, false, value);
    if (parameter.name == words::any) return take_logic(Filter::Kind::any, false, value);
    if (parameter.name == words::not_all) return take_logic(Filter::Kind::all, true, value);
    if (parameter.name == words::not_any) return take_logic(Filter::Kind::any, true, value);
    return take_filter(parameter);
  }

  template <typename Take>
  Result<void> once(const Scope::Parameter& parameter, Take take) {
    if (std::ranges::find(seen_, parameter.name) != seen_.end())
      return malformed("'" + *parameter.whole + "' is given twice.", "Give it once.");
    seen_.push_back(parameter.name);
    return take();
  }

  Result<void> take_order(std::string_view text) {
    auto order = parse_order(scope_, text, subject_);
    if (!order) return std::unexpected(std::move(order.error()));
    scope_.query.order = std::move(*order);
    return {};
  }

  Result<void> take_limit(std::string_view text) {
    const auto count = parse_count(words::limit, text, subject_.limits.max_limit);
    if (!count) return std::unexpected(count.error());
    scope_.query.limit = static_cast<std::uint32_t>(*count);
    product_ *= std::max<std::uint64_t>(*count, 1);
    if (product_ > subject_.limits.limit_product_max)
      return malformed("The limits multiply to more than " + std::to_string(subject_.limits.limit_product_max) + ".",
                       "Ask for less, or in several requests.");
    return {};
  }

  Result<void> take_offset(std::string_view text) {
    const auto count = parse_count(words::offset, text, offset_max);
    if (!count) return std::unexpected(count.error());
    scope_.query.offset = *count;
    return {};
  }

  Result<void> take_logic(Filter::Kind kind, bool negated, std::string_view text) {
    Result<Filter> filter = parse_logic(scope_, kind, text, subject_.limits, budget_);
    if (!filter) return std::unexpected(std::move(filter.error()));
    if (negated) return add(Filter::negate(std::move(*filter)));
    if (kind == Filter::Kind::any) return add(std::move(*filter));
    for (Filter& child : filter->children) (void)add(std::move(child));
    return {};
  }

  Result<void> take_filter(const Scope::Parameter& parameter) {
    Scanner names(parameter.name, "Write field=operator.value, or extra->a->>b=operator.value.");
    ColumnName name;
    Result<std::string> field = take_name(names, "");
    if (!field) return std::unexpected(std::move(field.error()));
    name.name = std::move(*field);
    if (Result<void> path = take_path(names, "", subject_.limits.path_steps_max, name); !path) return path;
    if (!known(name.name)) {
      auto unknown = column_of(*scope_.collection, name, other_words());
      if (!unknown) return std::unexpected(std::move(unknown.error()));
    }
    Scanner scanner(*parameter.value, "Write field=operator.value.");
    Result<Operation> operation = take_operation(scanner);
    if (!operation) return std::unexpected(std::move(operation.error()));
    Result<Filter> filter = condition_on(scope_, name, *operation, scanner.rest(), subject_.limits, budget_);
    if (!filter) return std::unexpected(std::move(filter.error()));
    return add(std::move(*filter));
  }

  // Whether a filter may begin with it; the nearest right word may be no field.
  bool known(std::string_view name) const {
    return scope_.collection->find_field(name).has_value() || scope_.find(name) != nullptr;
  }

  std::vector<std::string_view> other_words() const {
    std::vector<std::string_view> others{words::order, words::limit, words::offset, words::all, words::any};
    if (scope_.name.empty()) {
      others.push_back(words::select);
      others.insert(others.end(), subject_.other_parameters.begin(), subject_.other_parameters.end());
    }
    for (const Scope& child : scope_.children) others.push_back(child.name);
    return others;
  }

  Result<void> add(Filter filter) {
    scope_.query.filter.children.push_back(std::move(filter));
    return {};
  }

  Scope& scope_;
  const QuerySubject& subject_;
  ConditionBudget& budget_;
  std::uint64_t product_;
  std::vector<std::string_view> seen_;
};

// What an inner embed asks of the records around it does not look at pages or groups.
Result<void> join_inner(Scope& scope, const Scope& child) {
  const auto refuse = [&](const std::string& what, const std::string& hint) {
    return fail(
        Error(ErrorCode::unsupported, "'" + child.name + "!inner' with " + what + " is not offered.").with_hint(hint));
  };
  if (child.query.limit == 0 || child.query.offset > 0)
    return refuse("an offset or a limit of 0", "Leave out !inner, or the offset.");
  if (child.grouping && child.grouping->by.empty())
    return refuse("aggregates alone", "Leave out !inner, and add " + child.name + "=not.is.null.");
  scope.query.filter.children.push_back(Filter::related_by(child.relation, child.query.filter, Filter()));
  return {};
}

void embed_shown(Scope& scope) {
  for (Selection::Member& member : scope.selection.members) {
    if (member.kind == Selection::Member::Kind::value) continue;
    Scope& child = scope.children[member.embed];
    member.embed = scope.query.embeds.size();
    member.inner.push_back(std::move(child.selection));
    scope.query.embeds.push_back({child.relation, std::move(child.query), Filter()});
  }
}

Result<void> finish(Scope& scope, const QuerySubject& subject, ConditionBudget& budget, std::uint64_t product) {
  ScopeReader reader(scope, subject, budget, product);
  const Result<std::uint64_t> multiplied = reader.read_limit();
  if (!multiplied) return std::unexpected(multiplied.error());
  for (Scope& child : scope.children) {
    if (Result<void> finished = finish(child, subject, budget, *multiplied); !finished) return finished;
  }
  if (Result<void> read = reader.read_others(); !read) return read;
  for (const Scope& child : scope.children) {
    if (!child.inner) continue;
    if (Result<void> joined = join_inner(scope, child); !joined) return of_parameter(words::select, joined.error());
  }
  scope.query.grouping = scope.grouping;
  embed_shown(scope);
  return {};
}

std::unexpected<Error> not_selected(const Scope& scope, std::string_view name) {
  if (scope.collection->find_field(name))
    return malformed(quoted(name) + " is a field of " + scope.collection->name + ", and nothing is embedded as that.",
                     "Look into json with ->, or add " + std::string(name) + "(…) to 'select'.", "embed_not_selected");
  return malformed(quoted(name) + " is not embedded in this request.", "Add " + std::string(name) + "(…) to 'select'.",
                   "embed_not_selected");
}

}  // namespace

std::unexpected<Error> of_parameter(std::string_view parameter, Error error) {
  const std::string name(parameter.substr(0, 64));
  if (error.reason != "ambiguous_embed") error.fields = {FieldProblem{name, error.message}};
  if (!error.message.starts_with("'" + name + "'")) error.message = name + ": " + error.message;
  return std::unexpected(std::move(error));
}

Result<void> route_parameter(Scope& root, const http::QueryParameter& parameter) {
  Scope* scope = &root;
  std::string_view name = parameter.name;
  while (true) {
    const std::size_t dot = name.substr(0, std::min(name.find("->"), name.size())).find('.');
    if (dot == std::string_view::npos || name == words::not_all || name == words::not_any) break;
    Scope* child = scope->find(name.substr(0, dot));
    if (child == nullptr) {
      auto refused = not_selected(*scope, name.substr(0, dot));
      return of_parameter(parameter.name, std::move(refused.error()));
    }
    scope = child;
    name.remove_prefix(dot + 1);
  }
  scope->parameters.push_back({std::string(name), &parameter.name, &parameter.value});
  return {};
}

Result<void> finish_scope(Scope& scope, const QuerySubject& subject) {
  ConditionBudget budget(subject.limits);
  return finish(scope, subject, budget, 1);
}

}  // namespace banyan::api
