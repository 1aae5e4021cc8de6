#include <algorithm>
#include <string_view>

#include "tests/contracts/record_store_contract.hpp"
#include "tests/contracts/record_store_random_source.hpp"

// What a random comparison filters by.
namespace banyan::contracts {
namespace {

constexpr CompareOp orderings[] = {CompareOp::eq,  CompareOp::neq, CompareOp::gt,
                                   CompareOp::gte, CompareOp::lt,  CompareOp::lte};

struct Path {
  std::string_view steps[3];
  std::size_t size;
};
constexpr Path paths[] = {
    {{"a"}, 1},       {{"a"}, 1},           {{"a"}, 1},           {{"b"}, 1},      {{"a", "a"}, 2}, {{"a", "0"}, 2},
    {{"a", "-1"}, 2}, {{"a", "2", "b"}, 3}, {{"a", "a", "a"}, 3}, {{"0"}, 1},      {{"-1"}, 1},     {{"1", "0"}, 2},
    {{""}, 1},        {{"\xC3\xA9"}, 1},    {{"a\"b"}, 1},        {{"b", "1"}, 2}, {{"+1"}, 1},     {{" 1"}, 1},
    {{"x"}, 1},       {{"a", "-4"}, 2},     {{"1", "b"}, 2}};
constexpr std::string_view json_values[] = {"1",
                                            "\"1\"",
                                            "\"x\"",
                                            "null",
                                            "true",
                                            "[]",
                                            "{}",
                                            "-2.5",
                                            "9007199254740993",
                                            "18446744073709551615",
                                            "1e+300",
                                            R"([1,"x"])",
                                            R"({"a":1})",
                                            R"({"b":true})",
                                            R"({"a":[1]})",
                                            "[[1]]",
                                            "[[]]",
                                            "[{}]",
                                            "\"É\"",
                                            R"({"a":{"a":{}}})",
                                            R"([1,[2,[3]],"a",null])",
                                            R"({"a":1,"b":"x","c":[2]})"};
constexpr std::string_view json_texts[] = {"x",
                                           "1",
                                           "true",
                                           "Zebra",
                                           "zebra",
                                           "\xC3\x89",
                                           "\xC3\xA9",
                                           "-2.5",
                                           "1e+300",
                                           "0.0001",
                                           "q\\",
                                           "",
                                           "18446744073709551615",
                                           "1.2345678901234568e+20"};
constexpr double json_numbers[] = {0, 1, 2, 2.5, -2.5, 9007199254740992.0, 18446744073709551616.0, 1e300, 1e-4};

Term with_function(Term term, Term::Function function) {
  term.function = function;
  return term;
}

bool takes_functions(FieldType type) {
  return type == FieldType::text || type == FieldType::email || type == FieldType::url ||
         type == FieldType::enumeration;
}

}  // namespace

RandomSource::Kind RandomSource::kind_of(const Schema& schema, const Collection& of, const Term& term) {
  const Field& field = of.fields[term.field];
  if (term.function == Term::Function::length) return Kind::integer;
  if (field.type == FieldType::json && (term.path.empty() || term.json == Term::Json::value)) return Kind::json;
  switch (field.storage) {
    case Field::Storage::boolean: return Kind::boolean;
    case Field::Storage::integer: return Kind::integer;
    case Field::Storage::number: return Kind::number;
    case Field::Storage::text: break;
  }
  if (field.type == FieldType::json) return term.json == Term::Json::number ? Kind::number : Kind::text;
  if (field.type == FieldType::date) return Kind::date;
  if (field.type == FieldType::timestamp) return Kind::timestamp;
  const bool is_uuid_reference =
      field.type == FieldType::reference && schema.collections[field.reference_index].id_kind == IdKind::uuid;
  return field.type == FieldType::uuid || is_uuid_reference || field.role == FieldRole::id ? Kind::uuid : Kind::text;
}

Term RandomSource::term(const Collection& of) {
  Term made(below(of.fields.size()));
  if (chance(40)) {  // to what has the most in it
    const auto json = std::ranges::find(of.fields, FieldType::json, &Field::type);
    if (json != of.fields.end()) made.field = static_cast<std::size_t>(json - of.fields.begin());
  }
  const FieldType type = of.fields[made.field].type;
  if (type == FieldType::json && chance(90)) {
    const Path& path = paths[below(std::size(paths))];
    made.path.assign(path.steps, path.steps + path.size);
    made.json = static_cast<Term::Json>(below(3));
  }
  const bool is_text = takes_functions(type) || (!made.path.empty() && made.json == Term::Json::text);
  return is_text && chance(30) ? with_function(std::move(made), static_cast<Term::Function>(1 + below(3))) : made;
}

Term RandomSource::ordered_term(const Collection& of) {
  while (true) {
    Term made = term(of);
    if (kind_of(schema_, of, made) != Kind::json) return made;
  }
}

Value RandomSource::operand(const Collection& of, const Term& term) {
  const Field& field = of.fields[term.field];
  if (term.function == Term::Function::length) return integer(static_cast<std::int64_t>(below(12)));
  if (field.type == FieldType::json) {
    if (term.path.empty() || term.json == Term::Json::value) return text(pick(random_, json_values));
    if (term.json == Term::Json::number) return pick(random_, json_numbers);
    return text(pick(random_, json_texts));
  }
  return field.role == FieldRole::id ? id_of(of, 90) : value(field);
}

Filter RandomSource::filter(const Collection& of, unsigned depth) {
  const std::uint64_t draw = below(10);
  if (depth == 0 || draw < 5) {
    if (chance(50)) return comparison(of);
    return depth > 0 && chance(40) ? related(of, depth) : term_comparison(of);
  }
  if (draw < 7) return Filter::negate(filter(of, depth - 1));
  Filter made;
  made.kind = draw == 7 ? Filter::Kind::all : Filter::Kind::any;
  for (std::uint64_t children = below(4); children > 0; --children) made.children.push_back(filter(of, depth - 1));
  return made;
}

Filter RandomSource::comparison(const Collection& of) {
  const std::size_t place = below(of.fields.size());
  const Field& field = of.fields[place];
  const auto operand = [&] { return field.role == FieldRole::id ? id_of(of, 90) : value(field); };
  const std::uint64_t draw = below(10);
  if (draw == 0 || field.type == FieldType::json) return Filter::compare(place, CompareOp::is_null, {});
  if (draw == 1) {
    std::vector<Value> operands;
    for (std::uint64_t count = below(6); count > 0; --count) operands.push_back(operand());
    return Filter::compare(place, CompareOp::in, std::move(operands));
  }
  if (field.storage == Field::Storage::boolean && draw < 6) {
    return Filter::compare(place, chance(50) ? CompareOp::is_true : CompareOp::is_false, {});
  }
  if (field.storage == Field::Storage::text && draw < 5) {
    return Filter::compare(place, chance(50) ? CompareOp::like : CompareOp::ilike, {pattern()});
  }
  return Filter::compare(place, pick(random_, orderings), {operand()});
}

Filter RandomSource::term_comparison(const Collection& of) {
  if (chance(25)) return terms_comparison(of);
  const Term wanted = term(of);
  const Kind kind = kind_of(schema_, of, wanted);
  const std::uint64_t draw = below(10);
  if (draw == 0) return Filter::compare(wanted, CompareOp::is_null, {});
  if (kind == Kind::json && (wanted.path.empty() || draw < 6)) {
    const CompareOp op = chance(70) ? CompareOp::json_contains : CompareOp::json_within;
    return Filter::compare(wanted, op, {operand(of, wanted)});
  }
  if (draw < 3) {
    std::vector<Value> operands;
    for (std::uint64_t count = below(4); count > 0; --count) operands.push_back(operand(of, wanted));
    return Filter::compare(wanted, CompareOp::in, std::move(operands));
  }
  if (kind == Kind::json) {
    return Filter::compare(wanted, chance(50) ? CompareOp::eq : CompareOp::neq, {operand(of, wanted)});
  }
  if (kind == Kind::text && draw < 6) {
    return Filter::compare(wanted, chance(50) ? CompareOp::like : CompareOp::ilike, {pattern()});
  }
  return Filter::compare(wanted, pick(random_, orderings), {operand(of, wanted)});
}

Filter RandomSource::terms_comparison(const Collection& of) {
  const Term left = term(of);
  const Kind kind = kind_of(schema_, of, left);
  for (int tries = 0; tries < 20; ++tries) {
    Term right = term(of);
    if (kind_of(schema_, of, right) != kind) continue;
    if (kind != Kind::json) return Filter::compare_terms(left, pick(random_, orderings), std::move(right));
    if (left.path.empty() || right.path.empty()) continue;
    return Filter::compare_terms(left, chance(50) ? CompareOp::eq : CompareOp::neq, std::move(right));
  }
  return Filter::compare(left, CompareOp::is_null, {});
}

Filter RandomSource::related(const Collection& of, unsigned depth) {
  const Relation by = relation(of);
  Filter target = chance(25) ? Filter() : filter(*by.target, depth - 1);
  const bool is_through = by.kind == Relation::Kind::through;
  Filter between = is_through && chance(40) ? filter(*by.through, depth - 1) : Filter();
  return Filter::related_by(by, std::move(target), std::move(between));
}

}  // namespace banyan::contracts
