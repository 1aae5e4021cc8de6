#include "banyan/services/saved_queries.hpp"

#include <algorithm>

#include "banyan/base/words.hpp"
#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"
#include "banyan/core/timestamps.hpp"
#include "banyan/services/write_answers.hpp"

namespace banyan::services {
namespace {

constexpr std::size_t shown_bytes_max = 64;

std::string parameters_of(const SavedQuery& query) {
  std::string names;
  for (const Field& field : query.parameters) names += (names.empty() ? "" : ", ") + field.name;
  if (names.empty()) return "'" + query.name + "' has no parameters: send {}.";
  return "'" + query.name + "' has the parameters " + names + ".";
}

/// Gathers arguments, and what is wrong with them.
class Reader {
 public:
  Reader(const Context& context, const SavedQuery& query)
      : context_(context), query_(query), values_(query.parameters.size()) {}

  /// `read` makes the value of the parameter.
  template <typename Read>
  void take(std::string_view name, Read read) {
    const auto found = std::ranges::find(query_.parameters, name, &Field::name);
    if (found == query_.parameters.end()) return report_unknown(name);
    std::optional<Value>& place = values_[static_cast<std::size_t>(found - query_.parameters.begin())];
    if (place) return report(name, "is given twice");
    Result<Value> value = read(*found);
    if (!value) {
      place = Null();  // Reported: it is not missing too.
      return report(name, std::move(value.error().message));
    }
    place = std::move(*value);
    if (auto problem = check_bounds(*found, *place)) report(name, std::move(*problem));
  }

  Result<std::vector<Value>> finish() {
    std::vector<Value> all;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const Field& parameter = query_.parameters[i];
      if (!values_[i] && parameter.required && !parameter.default_value) report(parameter.name, "is required");
      all.push_back(values_[i] ? std::move(*values_[i]) : unnamed(parameter));
    }
    if (problems_.empty()) return all;
    return fail(Error(ErrorCode::invalid, "The arguments of '" + query_.name + "' are not what they must be.")
                    .with_reason(has_unknown_ ? "unknown_field" : "invalid_value")
                    .with_fields(std::move(problems_)));
  }

 private:
  void report(std::string_view name, std::string message) {
    problems_.push_back({std::string(name), std::move(message)});
  }

  void report_unknown(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Field& field : query_.parameters) names.emplace_back(field.name);
    has_unknown_ = true;
    report(name.substr(0, shown_bytes_max), "is not a parameter of '" + query_.name + "'" + did_you_mean(name, names));
  }

  Value unnamed(const Field& parameter) const {
    if (!parameter.default_value) return Null();
    if (!parameter.default_value->now) return parameter.default_value->value;
    const UnixMicros now = context_.clock.wall();
    return parameter.type == FieldType::date ? format_date(now) : format_timestamp(now);
  }

  const Context& context_;
  const SavedQuery& query_;
  std::vector<std::optional<Value>> values_;
  std::vector<FieldProblem> problems_;
  bool has_unknown_ = false;
};

}  // namespace

const SavedQuery* SavedQueries::find(std::string_view name) const {
  const auto found = std::ranges::find(parts_.queries, name, &SavedQuery::name);
  return found == parts_.queries.end() ? nullptr : &*found;
}

std::optional<Error> SavedQueries::refusal(const Context& context, const SavedQuery& query) const {
  if (context.viewer.is_service() || query.access == Access::anyone) return std::nullopt;
  const bool allowed = query.access == Access::rule && query.rule != nullptr &&
                       query.rule->decide({context.viewer, context.clock.wall()}).value_or(false);
  if (allowed) return std::nullopt;
  const bool anonymous = context.viewer.kind == Viewer::Kind::anonymous;
  return Error(anonymous ? ErrorCode::unauthenticated : ErrorCode::forbidden,
               "Calling '" + query.name + "' is not open to everyone.")
      .with_hint("Use the service key, or open it in the config: [queries." + query.name + "] access.")
      .with_reason("access_denied");
}

Result<std::vector<Value>> SavedQueries::arguments(const Context& context, const SavedQuery& query,
                                                   std::span<const Named> given) const {
  Reader reader(context, query);
  for (const auto& [name, text] : given)
    reader.take(name, [&](const Field& field) -> Result<Value> {
      if (field.type != FieldType::json) return value_from_text(field, text);
      const Result<boost::json::value> document = parse_json(text);
      if (!document) return fail(document.error());
      return value_from_json(field, *document);
    });
  return reader.finish();
}

Result<std::vector<Value>> SavedQueries::arguments(const Context& context, const SavedQuery& query,
                                                   const boost::json::value& body) const {
  const auto* object = body.if_object();
  if (object == nullptr)
    return fail(
        Error(ErrorCode::invalid, "The body must be an object: an argument a member.").with_hint(parameters_of(query)));
  Reader reader(context, query);
  for (const auto& member : *object)
    reader.take(std::string_view(member.key().data(), member.key().size()),
                [&](const Field& field) { return value_from_json(field, member.value()); });
  return reader.finish();
}

Task<Result<SavedRows>> SavedQueries::call(const Context& context, const SavedQuery& query,
                                           std::vector<Value> arguments) {
  if (query.writes)
    if (Result<void> ready = co_await parts_.records.before_write(context); !ready)
      co_return fail(std::move(ready.error()));
  Result<SavedRows> rows = co_await parts_.runner.run(context, query, std::move(arguments));
  // What it may have changed nobody knows; and what may or may not have been done counts as done.
  if (query.writes && (rows || rows.error().code == ErrorCode::outcome_unknown)) {
    ForeignChange change;
    change.everything = true;
    Result<void> forgotten = co_await parts_.records.forget(context, std::move(change));
    if (rows && !forgotten) co_return fail(not_made_known(std::move(forgotten.error())));
  }
  co_return rows;
}

}  // namespace banyan::services
