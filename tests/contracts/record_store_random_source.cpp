#include "tests/contracts/record_store_random_source.hpp"

#include <iterator>
#include <limits>
#include <span>
#include <string_view>

#include "banyan/core/timestamps.hpp"
#include "tests/contracts/record_store_contract.hpp"

namespace banyan::contracts {
namespace {

constexpr std::size_t living_max = 60;  ///< A collection; past it deletions win.
constexpr std::size_t dead_max = 20;

constexpr std::string_view texts[] = {"",
                                      " ",
                                      "a",
                                      "A",
                                      "ab",
                                      "AB",
                                      "b",
                                      "Zebra",
                                      "zebra",
                                      "100%",
                                      "a_b",
                                      "a\\b",
                                      "it's",
                                      "\"quoted\"",
                                      "x\ny",
                                      "\xC3\xA9",
                                      "e\xCC\x81",
                                      "\xC3\x89",
                                      "\xE2\x82\xAC",
                                      "\xF0\x9F\x8C\xB3",
                                      "\xEF\xBF\xBD",
                                      "null",
                                      "10",
                                      "9",
                                      "0x10",
                                      "1e5",
                                      "; --",
                                      "\x01\x7F",
                                      "%",
                                      "_",
                                      "\\"};
constexpr std::string_view patterns[] = {"%",
                                         "_",
                                         "__",
                                         "a%",
                                         "%b",
                                         "%a%",
                                         "A_",
                                         "\\%",
                                         "%\\%",
                                         "a\\_b",
                                         "%\\\\%",
                                         "\\",
                                         "%_%",
                                         "\xC3\xA9",
                                         "%\xCC\x81_",
                                         "z%a",
                                         "",
                                         "%%_",
                                         "100\\%",
                                         "_%_",
                                         "%'%",
                                         "x%y",
                                         "%\xF0\x9F\x8C\xB3",
                                         "\xC3\x89%",
                                         "\\a",
                                         "1_%"};
constexpr std::string_view jsons[] = {"null",     "true", "0", "\"\"", "[]", "{}", R"({"a":[1,2.5,{"b":"é"}]})",
                                      R"("\"\\")"};
constexpr std::string_view dates[] = {"0001-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"};
constexpr std::string_view times[] = {"0001-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z",
                                      "1970-01-01T00:00:00.000000Z", "2026-11-23T18:17:05.123456Z",
                                      "9999-12-31T23:59:59.999999Z"};
constexpr std::string_view urls[] = {"http://a", "https://a", "https://a/b?c=%20d", "https://a/B"};
constexpr std::int64_t integers[] = {std::numeric_limits<std::int64_t>::min(),
                                     std::numeric_limits<std::int64_t>::max(),
                                     -1,
                                     0,
                                     1,
                                     2,
                                     3,
                                     9007199254740992,
                                     9007199254740993};
constexpr double numbers[] = {0.0,  1.0,    -1.0,   0.1,
                              2.5,  1e308,  -1e308, std::numeric_limits<double>::denorm_min(),
                              1e21, 1e-300, 3.0,    9007199254740992.0};
constexpr std::uint32_t page_limits[] = {0, 1, 3, 10, 10, 100, 100, 100, 100, 1000};
constexpr std::uint64_t page_offsets[] = {0, 0, 0, 0, 0, 0, 0, 1, 5, 1000};
constexpr CompareOp orderings[] = {CompareOp::eq,  CompareOp::neq, CompareOp::gt,
                                   CompareOp::gte, CompareOp::lt,  CompareOp::lte};

template <typename T, std::size_t n>
T pick(Random& random, const T (&pool)[n]) {
  return pool[random.below(n)];
}

}  // namespace

RandomSource::RandomSource(const Schema& schema, const Clock& clock, std::uint64_t seed)
    : schema_(schema), clock_(clock), random_(seed), populations_(schema.collections.size()) {}

const Collection& RandomSource::collection() { return schema_.collections[below(schema_.collections.size())]; }

RecordKey RandomSource::key() {
  const Collection& of = collection();
  return {&of, id_of(of, 80)};
}

WriteBatch RandomSource::batch() {
  planned_uuids_.clear();
  WriteBatch made;
  const std::uint64_t count = chance(70) ? 1 : 1 + below(6);
  for (std::uint64_t i = 0; i < count; ++i) made.writes.push_back(write());
  return made;
}

Write RandomSource::write() {
  const Collection& into = collection();
  const std::size_t living = populations_[into.index].living.size();
  const std::uint64_t draw = below(100);
  if (living == 0 || (draw < 50 && living < living_max)) return create(into);
  return draw < 82 ? update(into) : remove(into);
}

Write RandomSource::create(const Collection& into) {
  Write made{.kind = Write::Kind::create, .collection = &into};
  for (std::size_t i = into.id_kind == IdKind::integer ? 1 : 0; i < into.fields.size(); ++i) {
    made.changes.push_back({i, i == 0 ? new_uuid(into) : value_or_null(into.fields[i])});
  }
  return made;
}

Write RandomSource::update(const Collection& of) {
  Write made{.kind = Write::Kind::update, .collection = &of, .id = id_of(of, 93)};
  for (std::size_t i = 1; i < of.fields.size(); ++i) {
    if (chance(25)) made.changes.push_back({i, value_or_null(of.fields[i])});
  }
  made.expected_version = expectation(made);
  return made;
}

Write RandomSource::remove(const Collection& of) {
  Write made{.kind = Write::Kind::remove, .collection = &of, .id = id_of(of, 93)};
  made.expected_version = expectation(made);
  return made;
}

std::optional<Version> RandomSource::expectation(const Write& write) {
  if (chance(70)) return std::nullopt;
  const auto& living = populations_[write.collection->index].living;
  const auto found = living.find(write.id);
  const Version right = found == living.end() ? 1 : found->second;
  return chance(80) ? right : right + 1 - below(3);
}

Value RandomSource::new_uuid(const Collection& collection) {
  const Population& population = populations_[collection.index];
  if (!population.living.empty() && chance(2)) return id_of(collection, 100);  // taken
  if (!population.dead.empty() && chance(10)) return population.dead[below(population.dead.size())];
  // Scattered, so that the order of ids is not that of their making.
  planned_uuids_.push_back(uuid((++uuids_made_ * 2654435761U) % 1000003U));
  return planned_uuids_.back();
}

Value RandomSource::id_of(const Collection& collection, unsigned percent_living) {
  const Population& population = populations_[collection.index];
  if (!population.living.empty() && chance(percent_living)) {
    return std::next(population.living.begin(), static_cast<std::ptrdiff_t>(below(population.living.size())))->first;
  }
  if (!population.dead.empty() && chance(50)) return population.dead[below(population.dead.size())];
  if (collection.id_kind == IdKind::integer) return integer(population.last_id + static_cast<std::int64_t>(below(3)));
  if (!planned_uuids_.empty()) return planned_uuids_[below(planned_uuids_.size())];
  return uuid(5'000'000 + below(3));
}

Value RandomSource::value_or_null(const Field& field) {
  if (!field.required && chance(25)) return Null();
  return value(field);
}

Value RandomSource::value(const Field& field) {
  switch (field.type) {
    case FieldType::text:
      if (field.unique || chance(5)) return "word " + std::to_string(below(150));
      if (chance(1)) return std::string(5'000 + below(10), 'l');
      return text(pick(random_, texts));
    case FieldType::integer: return integer(pick(random_, integers));
    case FieldType::number: return chance(80) ? pick(random_, numbers) : static_cast<double>(below(1'000)) / 7.0;
    case FieldType::boolean: return chance(50);
    case FieldType::timestamp:
      return field.role == FieldRole::ordinary ? text(pick(random_, times)) : format_timestamp(clock_.wall());
    case FieldType::date: return text(pick(random_, dates));
    case FieldType::json: return text(pick(random_, jsons));
    case FieldType::uuid: return uuid(below(12));
    case FieldType::email: return "user" + std::to_string(below(150)) + (chance(50) ? "@a.org" : "@A.org");
    case FieldType::url: return text(pick(random_, urls));
    case FieldType::enumeration: return field.enum_values[below(field.enum_values.size())];
    case FieldType::reference: return id_of(schema_.collections[field.reference_index], 96);
  }
  return Null();
}

Value RandomSource::pattern() { return text(pick(random_, patterns)); }

Query RandomSource::query() {
  Query made;
  made.collection = &collection();
  made.filter = chance(20) ? Filter() : filter(*made.collection, 3);
  for (std::uint64_t terms = below(4); terms > 0; --terms) {
    const std::size_t field = below(made.collection->fields.size());
    if (made.collection->fields[field].type == FieldType::json) continue;  // has no order
    made.order.push_back({.field = field, .descending = chance(50), .nulls_first = chance(50)});
  }
  made.limit = pick(random_, page_limits);
  made.offset = pick(random_, page_offsets);
  return made;
}

Filter RandomSource::filter(const Collection& collection, unsigned depth) {
  const std::uint64_t draw = below(10);
  if (depth == 0 || draw < 5) return comparison(collection);
  if (draw < 7) return Filter::negate(filter(collection, depth - 1));
  Filter made;
  made.kind = draw == 7 ? Filter::Kind::all : Filter::Kind::any;
  for (std::uint64_t children = below(4); children > 0; --children) {
    made.children.push_back(filter(collection, depth - 1));
  }
  return made;
}

Filter RandomSource::comparison(const Collection& collection) {
  const std::size_t place = below(collection.fields.size());
  const Field& field = collection.fields[place];
  const auto operand = [&] { return field.role == FieldRole::id ? id_of(collection, 90) : value(field); };
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

void RandomSource::learn(const Applied& applied) {
  for (const Changed& changed : applied.changes) {
    Population& population = populations_[changed.key.collection->index];
    if (const auto* number = std::get_if<std::int64_t>(&changed.key.id)) {
      population.last_id = std::max(population.last_id, *number);
    }
    if (changed.record) {
      population.living.insert_or_assign(changed.key.id, changed.version);
    } else {
      population.living.erase(changed.key.id);
      population.dead.push_back(changed.key.id);
      if (population.dead.size() > dead_max) population.dead.erase(population.dead.begin());
    }
  }
}

}  // namespace banyan::contracts
