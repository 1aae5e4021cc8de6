#include "banyan/core/rule_explain.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "banyan/core/rule_seen.hpp"
#include "banyan/core/timestamps.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan::rules {
namespace {

using Compared = Condition::Compared;

constexpr std::size_t shown_bytes_max = 60;

class Explainer {
 public:
  Explainer(std::string_view rule, const RuleInputs& inputs, const RuleRecord* record)
      : rule_(rule), inputs_(inputs), record_(record) {}

  void add(const Condition& condition, std::size_t depth) {
    out_.append(2 * depth, ' ');
    out_ += verdict(condition);
    switch (condition.kind) {
      case Condition::Kind::any:
        if (condition.listed) return add_part(condition, condition.children);
        return add_children("any of", condition, depth);
      case Condition::Kind::all: return add_children("all of", condition, depth);
      case Condition::Kind::negation: return add_children("not", condition, depth);
      default: return add_part(condition, {&condition, 1});
    }
  }

  std::string take() { return std::move(out_); }

 private:
  std::optional<bool> holds(const Condition& condition) const {
    return record_ == nullptr ? decide(condition, inputs_) : allows(condition, inputs_, *record_);
  }

  const char* verdict(const Condition& condition) const {
    const auto known = holds(condition);
    if (!known) return "depends  ";
    return *known ? "yes      " : "no       ";
  }

  void add_children(const char* word, const Condition& condition, std::size_t depth) {
    out_ += word;
    out_ += '\n';
    for (const Condition& child : condition.children) add(child, depth + 1);
  }

  void add_part(const Condition& condition, std::span<const Condition> comparisons) {
    std::string part(rule_.substr(condition.begin, condition.end - condition.begin));
    std::ranges::replace_if(part, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    out_ += part;
    std::vector<std::string> values;
    for (const Condition& comparison : comparisons)
      for (const Operand* operand : {&comparison.left, &comparison.right})
        add_value(values, *operand, comparison.compared);
    for (const std::string& value : values) out_ += (&value == &values.front() ? "  (" : ", ") + value;
    out_ += values.empty() ? "\n" : ")\n";
  }

  void add_value(std::vector<std::string>& values, const Operand& operand, Compared compared) const {
    if (operand.source == Operand::Source::constant || (operand.of_record() && record_ == nullptr)) return;
    const std::string_view name = rule_.substr(operand.begin, operand.end - operand.begin);
    std::string value =
        std::string(name) + " is " + shown(value_of(see(operand, compared, inputs_, record_)), operand, compared);
    if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
  }

  static std::string shown(const Value& value, const Operand& operand, Compared compared) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      if (compared != Compared::moment) return std::to_string(*whole);
      return operand.type == Type::date ? format_date(*whole) : format_timestamp(*whole);
    }
    if (const auto* number = std::get_if<double>(&value)) return number_text(*number);
    if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&value))
      return "'" + std::string(utf8_prefix(*text, shown_bytes_max)) + (text->size() > shown_bytes_max ? "…'" : "'");
    return "null";
  }

  static std::string number_text(double number) {
    std::array<char, 32> buffer;
    return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr};
  }

  std::string_view rule_;
  const RuleInputs& inputs_;
  const RuleRecord* record_;
  std::string out_;
};

}  // namespace

std::string explain(std::string_view rule, const Condition& condition, const RuleInputs& inputs,
                    const RuleRecord* record) {
  Explainer explainer(rule, inputs, record);
  explainer.add(condition, 0);
  return explainer.take();
}

}  // namespace banyan::rules
