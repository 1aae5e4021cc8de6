#include "banyan/core/schema_rules.hpp"

#include <set>
#include <utility>

namespace banyan {
namespace {

class RuleCompleter {
 public:
  RuleCompleter(Schema& schema, std::vector<SchemaProblem>& problems)
      : schema_(schema), problems_(problems), looked_(schema.collections.size()) {}

  void run() {
    for (Collection& collection : schema_.collections) {
      complete_policy(collection);
      for (Field& field : collection.fields) complete_field(collection, field);
    }
    for (Collection& collection : schema_.collections) {
      const std::set<std::size_t>& fields = looked_[collection.index];
      collection.rule_fields.assign(fields.begin(), fields.end());
    }
  }

 private:
  void complete_policy(Collection& collection) {
    Policy& policy = collection.policy;
    for (std::size_t i = 0; i < action_count; ++i) {
      policy.rules[i].reset();
      if (policy.access[i] != Access::rule) continue;
      const std::string key = "access." + std::string(to_string(static_cast<Action>(i)));
      policy.rules[i] = compile(policy.texts[i], collection, Rule::Reach::related, {collection.name, "", "", key});
    }
  }

  void complete_field(Collection& collection, Field& field) {
    const auto compiled = [&](const std::string& text, const char* key) {
      if (text.empty()) return std::shared_ptr<const Rule>();
      return compile(text, collection, Rule::Reach::record, {collection.name, field.name, "", key});
    };
    field.read_rule = compiled(field.read_text, "read");
    field.write_rule = compiled(field.write_text, "write");
    if (field.read_rule) collection.has_field_rules = true;
  }

  std::shared_ptr<const Rule> compile(const std::string& text, const Collection& collection, Rule::Reach reach,
                                      SchemaProblem place) {
    auto rule = Rule::compile(text, schema_, collection, reach);
    if (rule) return look(**rule, collection), *rule;
    place.message = std::move(rule.error().message);
    place.hint = std::move(rule.error().hint);
    place.offset = rule.error().offset;
    problems_.push_back(std::move(place));
    return nullptr;
  }

  void look(const Rule& rule, const Collection& collection) {
    looked_[collection.index].insert(rule.fields().begin(), rule.fields().end());
    for (const Rule::Hop& hop : rule.hops()) {
      const std::size_t target = collection.fields[hop.reference].reference_index;
      looked_[target].insert(hop.fields.begin(), hop.fields.end());
    }
  }

  Schema& schema_;
  std::vector<SchemaProblem>& problems_;
  std::vector<std::set<std::size_t>> looked_;  // By the collection's place.
};

}  // namespace

void complete_rules(Schema& schema, std::vector<SchemaProblem>& problems) { RuleCompleter(schema, problems).run(); }

}  // namespace banyan
