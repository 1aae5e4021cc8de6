#include "tests/contracts/record_store_random_source.hpp"

#include <iterator>
#include <limits>
#include <string_view>

#include "banyan/core/timestamps.hpp"
#include "tests/contracts/record_store_contract.hpp"

namespace banyan::contracts {
namespace {

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
constexpr std::string_view jsons[] = {"null",
                                      "true",
                                      "0",
                                      "\"\"",
                                      "[]",
                                      "{}",
                                      R"({"a":[1,2.5,{"b":"é"}]})",
                                      R"("\"\\")",
                                      R"({"a":1,"b":"x"})",
                                      R"({"a":"1"})",
                                      R"({"a":null})",
                                      R"({"a":[1,"x",{"b":true}]})",
                                      R"({"a":{"a":{"a":-2.5}}})",
                                      R"({"":0,"a\"b":"q\\","é":"É"})",
                                      R"({"a":9007199254740993})",
                                      R"({"a":18446744073709551615})",
                                      R"({"a":1e+300,"b":1e-04})",
                                      R"({"a":"Zebra","b":[[1],[2,1]]})",
                                      R"([1,[2,[3]],"a",null])",
                                      R"([{"a":1},{"a":2,"b":"x"}])",
                                      R"({"-1":"minus","0":"zero"})",
                                      R"({"a":"\n\u0001'%_"})",
                                      R"({"a":[],"b":{}})",
                                      R"({"a":"é","b":false})",
                                      R"({"a":123456789012345683968})",
                                      "\"x\""};
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
}  // namespace

RandomSource::RandomSource(const Schema& schema, const Clock& clock, std::uint64_t seed)
    : schema_(schema), clock_(clock), random_(seed), populations_(schema.collections.size()) {
  for (const Collection& each : schema.collections) relations_.push_back(relations_of(schema, each));
}

const Collection& RandomSource::collection() { return schema_.collections[below(schema_.collections.size())]; }

RecordKey RandomSource::key() {
  const Collection& of = collection();
  return {&of, id_of(of, 80)};
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
    case FieldType::integer:
      if (field.name == "weight" && chance(95)) return integer(static_cast<std::int64_t>(below(40)) - 20);
      return integer(pick(random_, integers));
    case FieldType::number:
      if (field.name == "rating") return 0.25 * (static_cast<double>(below(64)) - 32);  // so that sums are exact
      return chance(80) ? pick(random_, numbers) : static_cast<double>(below(1'000)) / 7.0;
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
