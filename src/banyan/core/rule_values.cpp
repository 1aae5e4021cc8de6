#include "banyan/core/rule_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "banyan/base/words.hpp"
#include "banyan/core/record_json.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan::rules {
namespace {

using Answer = std::expected<Given, RuleProblem>;
using Source = Operand::Source;

constexpr std::int64_t micros_per_second = 1'000'000;
constexpr std::int64_t micros_per_minute = 60 * micros_per_second;
constexpr std::int64_t micros_per_hour = 60 * micros_per_minute;
constexpr std::int64_t micros_per_day = 24 * micros_per_hour;
// Ten thousand years: more would lead from any time out of the calendar.
constexpr std::int64_t duration_micros_max = 3'660'000 * micros_per_day;

constexpr std::string_view value_functions[] = {"lower", "upper",   "length",  "now",         "today",     "days",
                                                "hours", "minutes", "seconds", "starts_with", "ends_with", "contains"};
constexpr std::string_view text_tests[] = {"starts_with", "ends_with", "contains"};
constexpr std::string_view roots[] = {"record", "viewer", "request"};

std::unexpected<RuleProblem> problem(std::size_t offset, std::string message, std::string hint = {}) {
  return std::unexpected(RuleProblem{offset, std::move(message), std::move(hint)});
}

std::string quoted(std::string_view word) { return "'" + std::string(utf8_prefix(word, 80)) + "'"; }

Given given(const Syntax& syntax, Operand operand) {
  operand.begin = syntax.begin;
  operand.end = syntax.end;
  return {.kind = Given::Kind::operand, .operand = std::move(operand), .begin = syntax.begin, .end = syntax.end};
}

Given constant(const Syntax& syntax, Type type, Value value) {
  return given(syntax, {.type = type, .constant = std::move(value)});
}

Type type_of(const Field& field) {
  switch (field.type) {
    case FieldType::text:
    case FieldType::email:
    case FieldType::url: return Type::text;
    case FieldType::integer: return Type::integer;
    case FieldType::number: return Type::number;
    case FieldType::boolean: return Type::boolean;
    case FieldType::timestamp: return Type::timestamp;
    case FieldType::date: return Type::date;
    case FieldType::json: return Type::json;
    case FieldType::uuid: return Type::uuid;
    case FieldType::enumeration: return Type::enumeration;
    case FieldType::reference: return field.storage == Field::Storage::integer ? Type::integer : Type::uuid;
  }
  return Type::text;
}

Answer unknown_function(const Syntax& syntax) {
  return problem(syntax.begin, "unknown function " + quoted(syntax.text) + did_you_mean(syntax.text, value_functions),
                 "There are lower, upper, length, starts_with, ends_with, contains, now, today, days, hours, minutes, "
                 "seconds.");
}

std::optional<std::int64_t> unit_of(std::string_view function) {
  if (function == "days") return micros_per_day;
  if (function == "hours") return micros_per_hour;
  if (function == "minutes") return micros_per_minute;
  if (function == "seconds") return micros_per_second;
  return std::nullopt;
}

std::optional<Term::Function> text_function(std::string_view name) {
  if (name == "lower") return Term::Function::lower;
  if (name == "upper") return Term::Function::upper;
  if (name == "length") return Term::Function::length;
  return std::nullopt;
}

bool is_time(const Given& value) {
  return value.kind == Given::Kind::operand &&
         (value.operand.type == Type::timestamp || value.operand.type == Type::date);
}

Answer read_viewer_path(const Syntax& syntax) {
  constexpr std::array<std::string_view, 4> members = {"id", "role", "email", "is_user"};
  constexpr std::array<Source, 4> sources = {Source::viewer_id, Source::viewer_role, Source::viewer_email,
                                             Source::viewer_is_user};
  const char* hint = "A viewer has id, role, email and is_user.";
  if (syntax.words.size() == 1) return problem(syntax.begin, "expected viewer.NAME", hint);
  const Syntax::Word& member = syntax.words[1];
  const auto found = std::ranges::find(members, member.text);
  if (found == members.end())
    return problem(member.begin, "the viewer has no " + quoted(member.text) + did_you_mean(member.text, members), hint);
  if (syntax.words.size() > 2) return problem(syntax.words[2].begin, "viewer." + member.text + " has no members");
  const auto place = static_cast<std::size_t>(found - members.begin());
  return given(syntax, {.source = sources[place], .type = place == 3 ? Type::boolean : Type::text});
}

Answer read_request_path(const Syntax& syntax) {
  constexpr std::array<std::string_view, 1> members = {"time"};
  const char* hint = "A request has its time: request.time.";
  if (syntax.words.size() == 1) return problem(syntax.begin, "expected request.time", hint);
  const Syntax::Word& member = syntax.words[1];
  if (member.text != "time")
    return problem(member.begin, "the request has no " + quoted(member.text) + did_you_mean(member.text, members),
                   hint);
  if (syntax.words.size() > 2) return problem(syntax.words[2].begin, "request.time has no members");
  return given(syntax, {.source = Source::now, .type = Type::timestamp});
}

}  // namespace

std::string phrase(Type type) {
  switch (type) {
    case Type::text: return "a text";
    case Type::integer: return "an integer";
    case Type::number: return "a number";
    case Type::boolean: return "a boolean";
    case Type::timestamp: return "a timestamp";
    case Type::date: return "a date";
    case Type::uuid: return "a uuid";
    case Type::enumeration: return "an enum";
    case Type::json: return "json";
  }
  return "";
}

std::string phrase(const Given& given) {
  if (given.kind == Given::Kind::null) return "null";
  return given.kind == Given::Kind::duration ? "a duration" : phrase(given.operand.type);
}

Answer ValueReader::read(const Syntax& syntax) const {
  switch (syntax.kind) {
    case Syntax::Kind::text: return constant(syntax, Type::text, syntax.text);
    case Syntax::Kind::number: return read_number(syntax);
    case Syntax::Kind::boolean: return constant(syntax, Type::boolean, syntax.text == "true");
    case Syntax::Kind::null: return Given{.kind = Given::Kind::null, .begin = syntax.begin, .end = syntax.end};
    case Syntax::Kind::path: return read_path(syntax);
    case Syntax::Kind::call: return read_call(syntax);
    case Syntax::Kind::sum: return read_sum(syntax);
    case Syntax::Kind::negation:
      return problem(syntax.begin, "a condition is no value and cannot be compared",
                     "'!' stands for what follows it at once: write !(a == b), or not a == b.");
    default: break;
  }
  return problem(syntax.begin, "a condition is no value and cannot be compared",
                 "Conditions are joined by && and ||; put those that belong together into parentheses.");
}

Answer ValueReader::read_number(const Syntax& syntax) const {
  const std::string& text = syntax.text;
  const std::string_view digits = std::string_view(text).substr(text.starts_with('-') ? 1 : 0);
  const bool padded = digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
  if (digits.find_first_not_of("0123456789") == std::string_view::npos && !padded) {
    std::int64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc())
      return constant(syntax, Type::integer, value);
    return problem(syntax.begin, quoted(text) + " is out of the range of integers");
  }
  Field number;
  number.type = FieldType::number;
  number.storage = Field::Storage::number;
  Result<Value> value = value_from_text(number, text);
  if (value) return constant(syntax, Type::number, std::move(*value));
  return problem(syntax.begin, quoted(text) + " is no number", "Durations are written as functions: days(7).");
}

Answer ValueReader::read_path(const Syntax& syntax) const {
  const Syntax::Word& root = syntax.words.front();
  if (root.text == "record") return read_record_path(syntax);
  if (root.text == "viewer") return read_viewer_path(syntax);
  if (root.text == "request") return read_request_path(syntax);
  return unknown_word(root);
}

Answer ValueReader::unknown_word(const Syntax::Word& word) const {
  std::string hint = "Rules look at record.FIELD, viewer.id, viewer.role, viewer.email and request.time.";
  if (collection_.find_field(word.text))
    hint = "A field of the record is written record." + word.text + ".";
  else if (std::ranges::find(value_functions, word.text) != std::end(value_functions))
    hint = "A function is written with parentheses: " + word.text + "().";
  return problem(word.begin, "unknown word " + quoted(word.text) + did_you_mean(word.text, roots), std::move(hint));
}

std::expected<std::size_t, RuleProblem> ValueReader::find_field(const Collection& collection,
                                                                const Syntax::Word& word) const {
  if (const auto place = collection.find_field(word.text)) return *place;
  return problem(word.begin, "unknown field " + quoted(word.text) + " of " + collection.name +
                                 did_you_mean(word.text, collection.field_names()));
}

Answer ValueReader::read_record_path(const Syntax& syntax) const {
  const auto& words = syntax.words;
  if (words.size() == 1)
    return problem(syntax.begin, "expected record.FIELD", "A rule looks at the record's fields one by one.");
  const auto place = find_field(collection_, words[1]);
  if (!place) return std::unexpected(place.error());
  const Field& field = collection_.fields[*place];
  Operand operand{.source = Source::record, .type = type_of(field), .field = *place};
  if (words.size() == 2) return given(syntax, std::move(operand));
  if (field.type != FieldType::reference)
    return problem(words[2].begin, "record." + field.name + " is no reference: it has no fields of its own");
  if (reach_ == Rule::Reach::record)
    return problem(words[2].begin, "the rule of a field follows no references",
                   "It may look at the fields of its own record only.");
  if (words.size() > 3)
    return problem(words[3].begin, "a rule follows one reference, not two", "Keep the value nearer to the record.");
  const Collection& target = schema_.collections[field.reference_index];
  const auto behind = find_field(target, words[2]);
  if (!behind) return std::unexpected(behind.error());
  if (*behind == 0) return given(syntax, std::move(operand));  // A reference is the id that it names.
  return given(
      syntax,
      {.source = Source::related, .type = type_of(target.fields[*behind]), .reference = *place, .field = *behind});
}

const Field& ValueReader::field_of(const Operand& operand) const {
  if (operand.source == Source::record) return collection_.fields[operand.field];
  return schema_.collections[collection_.fields[operand.reference].reference_index].fields[operand.field];
}

Answer ValueReader::read_call(const Syntax& syntax) const {
  if (const auto unit = unit_of(syntax.text)) return read_duration(syntax, *unit);
  if (const auto function = text_function(syntax.text)) return read_text_function(syntax, *function);
  if (syntax.text == "now" || syntax.text == "today") {
    if (!syntax.children.empty()) return problem(syntax.children[0].begin, syntax.text + "() is given nothing");
    const bool is_now = syntax.text == "now";
    return given(syntax,
                 {.source = is_now ? Source::now : Source::today, .type = is_now ? Type::timestamp : Type::date});
  }
  if (std::ranges::find(text_tests, syntax.text) != std::end(text_tests))
    return problem(syntax.begin, syntax.text + "() is a condition, no value", "Use it without comparing it.");
  return unknown_function(syntax);
}

Answer ValueReader::read_duration(const Syntax& syntax, std::int64_t unit_micros) const {
  if (syntax.children.size() != 1)
    return problem(syntax.begin, syntax.text + "() is given one whole number", "For example: " + syntax.text + "(7)");
  const Answer count = read(syntax.children.front());
  if (!count) return count;
  const auto* number = std::get_if<std::int64_t>(&count->operand.constant);
  if (number == nullptr)
    return problem(count->begin, syntax.text + "() is given one whole number", "For example: " + syntax.text + "(7)");
  if (*number > duration_micros_max / unit_micros || *number < -duration_micros_max / unit_micros)
    return problem(count->begin, "longer than ten thousand years");
  return Given{
      .kind = Given::Kind::duration, .micros = *number * unit_micros, .begin = syntax.begin, .end = syntax.end};
}

Answer ValueReader::read_text_function(const Syntax& syntax, Term::Function function) const {
  if (syntax.children.size() != 1)
    return problem(syntax.begin, syntax.text + "() is given one text", "For example: " + syntax.text + "(viewer.role)");
  Answer text = read(syntax.children.front());
  if (!text) return text;
  if (text->kind != Given::Kind::operand || text->operand.type != Type::text)
    return problem(text->begin, syntax.text + "() is given a text, and this is " + phrase(*text));
  text->begin = text->operand.begin = syntax.begin;
  text->end = text->operand.end = syntax.end;
  text->operand.function = function;  // Of several the outermost counts: they change letters only, not their number.
  if (function == Term::Function::length) text->operand.type = Type::integer;
  if (!text->is_literal()) return text;
  Record record{.values = {text->operand.constant}};
  Term term(0);
  term.function = function;
  text->operand.constant = banyan::value_of(term, record);
  text->operand.function = Term::Function::none;
  return text;
}

Answer ValueReader::read_sum(const Syntax& syntax) const {
  Answer left = read(syntax.children[0]);
  if (!left) return left;
  Answer right = read(syntax.children[1]);
  if (!right) return right;
  if (is_time(*right) && left->kind == Given::Kind::duration && syntax.text == "+") std::swap(left, right);
  if (is_time(*left) && is_time(*right))
    return problem(syntax.begin, "times are not added to or taken from each other",
                   "Compare one with the other and a duration: record.created_at > request.time - days(7).");
  const bool sums = right->kind == Given::Kind::duration && (is_time(*left) || left->kind == Given::Kind::duration);
  if (!sums)
    return problem(syntax.begin, "only durations are added to times or taken from them",
                   "For example: request.time - days(7). Rules do not count otherwise.");
  std::int64_t& sum = left->kind == Given::Kind::duration ? left->micros : left->operand.offset_micros;
  sum += syntax.text == "+" ? right->micros : -right->micros;
  if (sum > duration_micros_max || sum < -duration_micros_max)
    return problem(syntax.begin, "longer than ten thousand years");
  if (is_time(*left) && left->operand.type == Type::date && right->micros % micros_per_day != 0)
    return problem(right->begin, "only whole days are added to a date or taken from it");
  left->begin = left->operand.begin = syntax.begin;
  left->end = left->operand.end = syntax.end;
  return left;
}

}  // namespace banyan::rules
