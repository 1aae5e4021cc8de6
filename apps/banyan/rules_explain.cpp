#include <array>
#include <iostream>

#include "banyan/base/clock.hpp"
#include "banyan/base/words.hpp"
#include "banyan/core/record_json.hpp"
#include "commands.hpp"
#include "open_store.hpp"
#include "record_finder.hpp"
#include "report.hpp"
#include "viewer_text.hpp"

namespace banyan::app {
namespace {

constexpr std::array<Action, action_count> actions = {Action::read, Action::create, Action::update, Action::remove};

/// Refused for the command line.
struct Misused {
  std::string message;
  std::string hint;
};

const char* when_it_is_asked(Action action) {
  switch (action) {
    case Action::read: return "The rule is asked of each record: whoever it does not let finds nothing there.";
    case Action::create: return "The rule is asked of the new record.";
    case Action::update: return "The rule is asked of the record before the change and after it.";
    case Action::remove: break;
  }
  return "The rule is asked of the record before it is deleted.";
}

class Explanation {
 public:
  Explanation(const Schema& schema, const Collection& collection, Action action, Viewer viewer)
      : schema_(schema), collection_(collection), action_(action), viewer_(std::move(viewer)) {}

  /// Reads the record, with all that its rules look at.
  Result<void> fetch(BulkSource& source, const Value& id) {
    auto found = find_record(source, collection_, id);
    if (!found) return std::unexpected(std::move(found.error()));
    record_.emplace(schema_, collection_, std::move(*found));
    const Rule* rule = collection_.policy.rule(action_);
    return rule == nullptr ? Result<void>() : record_->fetch_behind(source, *rule);
  }

  void write(std::ostream& out) const {
    const std::string what =
        std::string(to_string(action_)) + " " + (record_ ? "this record of " : "") + collection_.name;
    const Access access = collection_.policy.access[static_cast<std::size_t>(action_)];
    if (viewer_.is_service()) {
      out << "yes: the service key may do everything, rules or not.\n";
    } else if (access == Access::anyone) {
      out << "yes: anyone may " << what << ".\n";
    } else if (access == Access::nobody) {
      out << "no: only the service key may " << what << ".\n";
    } else {
      const Rule& rule = *collection_.policy.rule(action_);
      out << verdict(rule) << what << ".\n" << when_it_is_asked(action_) << "\n\n" << parts_of(rule);
    }
    write_fields(out);
  }

 private:
  RuleInputs inputs() const { return {viewer_, now_}; }

  std::string parts_of(const Rule& rule) const {
    return record_ ? rule.explain(inputs(), *record_) : rule.explain(inputs());
  }

  const char* verdict(const Rule& rule) const {
    const auto known = record_ ? std::optional(rule.allows(inputs(), *record_)) : rule.decide(inputs());
    if (!known) return "depends: the record says whether this viewer may ";
    return *known ? "yes: this viewer may " : "no: this viewer may not ";
  }

  void write_fields(std::ostream& out) const {
    if (viewer_.is_service() || action_ == Action::remove) return;
    const bool reads = action_ == Action::read;
    for (const Field& field : collection_.fields) {
      const auto& rule = reads ? field.read_rule : field.write_rule;
      if (rule) out << "\n" << (reads ? "To see " : "To set ") << field.name << ":\n" << parts_of(*rule);
    }
  }

  const Schema& schema_;
  const Collection& collection_;
  Action action_;
  Viewer viewer_;
  UnixMicros now_ = SystemClock().wall();
  std::optional<FetchedRecord> record_;
};

std::expected<const Collection*, Misused> collection_named(const Schema& schema, const std::string& name) {
  if (const Collection* found = schema.find(name)) return found;
  std::vector<std::string_view> names;
  for (const Collection& collection : schema.collections) names.push_back(collection.name);
  return std::unexpected(Misused{"unknown collection '" + name + "'" + did_you_mean(name, names), ""});
}

std::expected<Action, Misused> action_named(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Action action : actions) {
    if (to_string(action) == name) return action;
    names.push_back(to_string(action));
  }
  return std::unexpected(Misused{"unknown action '" + name + "'" + did_you_mean(name, names),
                                 "Actions are: read, create, update, delete."});
}

std::expected<Viewer, Misused> viewer_named(const std::string& text) {
  if (text == "service") return Viewer{.kind = Viewer::Kind::service};
  if (text.empty() || text == "anonymous") return Viewer();
  if (auto viewer = viewer_from(text)) return std::move(*viewer);
  return std::unexpected(Misused{"'" + text + "' is no viewer",
                                 "For example: --viewer 'id=7;role=admin;email=a@b.c', or --viewer service."});
}

int misused(const Misused& wrong) {
  report(Error(ErrorCode::invalid, wrong.message).with_hint(wrong.hint), std::cerr);
  return exit_usage;
}

int failed(const Error& error) {
  report(error, std::cerr);
  return exit_failed;
}

}  // namespace

int rules_explain(const std::filesystem::path& config_file, const ExplainArguments& arguments) {
  const auto config = load_or_report(config_file, std::cerr);
  if (!config) return exit_usage;
  const auto collection = collection_named(config->schema, arguments.collection);
  if (!collection) return misused(collection.error());
  const auto action = action_named(arguments.action);
  if (!action) return misused(action.error());
  auto viewer = viewer_named(arguments.viewer);
  if (!viewer) return misused(viewer.error());
  Explanation explanation(config->schema, **collection, *action, std::move(*viewer));
  if (!arguments.id.empty()) {
    const auto id = value_from_text((*collection)->fields.front(), arguments.id);
    if (!id) return misused({"--id " + id.error().message, ""});
    auto source = open_source(config->database, config->schema);
    if (!source) return failed(source.error());
    if (const auto fetched = explanation.fetch(**source, *id); !fetched) return failed(fetched.error());
  }
  explanation.write(std::cout);
  return exit_ok;
}

}  // namespace banyan::app
