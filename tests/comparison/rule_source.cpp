#include "tests/comparison/rule_source.hpp"

#include <utility>

#include "tests/contracts/blog.hpp"

namespace banyan::comparison {
namespace {

constexpr std::size_t people_count = 6;
constexpr std::size_t devices_count = 3;
constexpr std::size_t notes_count = 50;
constexpr unsigned depth_max = 3;

constexpr std::string_view texts[] = {"",
                                      "a",
                                      "A",
                                      "ab",
                                      "AB",
                                      "100%",
                                      "a_b",
                                      "b",
                                      "a\\b",
                                      "é",
                                      "\xC3\x89"
                                      "b",
                                      "it's",
                                      "admin"};
constexpr std::string_view quoted_texts[] = {"''",      "'a'",        "\"A\"",    "'ab'",       "'%'",
                                             "'_'",     "'a_b'",      "'a\\\\b'", "'\xC3\xA9'", "'it\\'s'",
                                             "'admin'", "'\xC3\x89'", "'100%'"};
constexpr std::int64_t integers[] = {-1, 0, 1, 2, 3, 5, 9007199254740993};
constexpr const char* written_integers[] = {"-1", "0", "1", "2", "3", "5", "9007199254740993"};
constexpr double numbers[] = {-1.5, 0, 0.1, 2, 2.5, 1e300};
constexpr const char* written_numbers[] = {"-1.5", "0", "0.1", "2", "2.5", "1e300"};
constexpr std::string_view times[] = {"0001-01-01T00:00:00.000000Z", "2026-06-10T00:00:00.000000Z",
                                      "2026-06-15T12:00:00.000000Z", "2026-06-15T12:00:00.000001Z",
                                      "9999-12-31T23:59:59.999999Z"};
constexpr const char* written_times[] = {"request.time", "now()", "'2026-06-15T12:00:00Z'",
                                         "'2026-06-10T02:00:00+02:00'", "'0001-01-01T00:00:00Z'"};
constexpr std::string_view dates[] = {"0001-01-01", "2026-06-14", "2026-06-15", "2026-06-16", "9999-12-31"};
constexpr const char* written_dates[] = {"today()", "'2026-06-15'", "'2026-06-14'", "'9999-12-31'"};
constexpr const char* durations[] = {"days(1)",    "days(5)",      "days(-1)",      "days(3650000)",
                                     "hours(-36)", "minutes(720)", "seconds(86400)"};
constexpr const char* whole_days[] = {"days(1)", "days(-1)", "hours(24)", "days(3650000)"};
constexpr std::string_view uuids[] = {"0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21", "0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c22",
                                      "0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c23"};
constexpr std::string_view words[] = {"draft", "open", "a"};
constexpr std::string_view ids[] = {
    "1", "2", "3", "7", "x", "01", "0193A1C4-9F3E-7D2B-8C11-5F0E9A6B7C21", "0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c22"};
constexpr std::string_view roles[] = {"", "admin", "a", "AB", "draft", "\xC3\xA9"};

}  // namespace

std::unique_ptr<Schema> notes_schema() {
  using contracts::collection;
  using contracts::field;
  using contracts::reference;
  Collection people = collection("people", {field("name", FieldType::text), field("active", FieldType::boolean),
                                            field("level", FieldType::integer), field("score", FieldType::number),
                                            field("joined", FieldType::timestamp), field("word", FieldType::text)});
  Collection devices =
      collection("devices", {field("name", FieldType::text), field("owner", FieldType::integer)}, IdKind::uuid);
  Field state = field("state", FieldType::enumeration);
  state.enum_values = {"draft", "open", "a"};
  Collection notes = collection(
      "notes",
      {field("title", FieldType::text), field("body", FieldType::text), field("stars", FieldType::integer),
       field("price", FieldType::number), field("shown", FieldType::boolean), field("made", FieldType::timestamp),
       field("changed", FieldType::timestamp), field("due", FieldType::date), field("token", FieldType::uuid),
       std::move(state), field("extra", FieldType::json), reference("owner", "people", OnDelete::set_null),
       reference("editor", "people", OnDelete::set_null), reference("device", "devices", OnDelete::set_null)});
  std::vector<Collection> all;
  all.push_back(std::move(people));
  all.push_back(std::move(devices));
  all.push_back(std::move(notes));
  return contracts::schema(std::move(all));
}

RuleSource::RuleSource(const Schema& schema, std::uint64_t seed) : schema_(schema), random_(seed) {}

std::vector<WriteBatch> RuleSource::records() {
  std::vector<WriteBatch> batches(2);
  for (std::size_t i = 0; i < people_count; ++i) batches[0].writes.push_back(create(schema_.collections[0]));
  for (std::size_t i = 0; i < devices_count; ++i) {
    Write device = create(schema_.collections[1]);
    device.changes.front().value = std::string(uuids[i]);
    batches[0].writes.push_back(std::move(device));
  }
  for (std::size_t i = 0; i < notes_count; ++i) batches[1].writes.push_back(create(schema_.collections[2]));
  return batches;
}

Write RuleSource::create(const Collection& collection) {
  Write write{.kind = Write::Kind::create, .collection = &collection};
  for (std::size_t i = collection.id_kind == IdKind::integer ? 1 : 0; i < collection.fields.size(); ++i)
    write.changes.push_back({i, chance(25) ? Value(Null()) : value(collection.fields[i])});
  return write;
}

Value RuleSource::value(const Field& field) {
  switch (field.type) {
    case FieldType::integer: return pick(integers);
    case FieldType::number: return pick(numbers);
    case FieldType::boolean: return chance(50);
    case FieldType::timestamp: return std::string(pick(times));
    case FieldType::date: return std::string(pick(dates));
    case FieldType::uuid: return std::string(pick(uuids));
    case FieldType::enumeration: return std::string(pick(words));
    case FieldType::json: return std::string(R"({"a":1})");
    case FieldType::reference:
      if (field.reference_to == "devices") return std::string(pick(uuids));
      return static_cast<std::int64_t>(1 + random_.below(people_count));
    default: return std::string(pick(texts));
  }
}

Viewer RuleSource::viewer() {
  if (chance(20)) return {};
  return {.kind = Viewer::Kind::user,
          .id = std::string(pick(ids)),
          .role = std::string(pick(roles)),
          .email = chance(50) ? std::string() : std::string(pick(texts))};
}

std::string RuleSource::condition(unsigned depth) {
  if (depth == depth_max || chance(30)) return comparison();
  switch (random_.below(6)) {
    case 0: return "!(" + condition(depth + 1) + ")";
    case 1: return "not (" + condition(depth + 1) + ")";
    case 2:
    case 3: return "(" + condition(depth + 1) + " && " + condition(depth + 1) + ")";
    default: return "(" + condition(depth + 1) + " || " + condition(depth + 1) + ")";
  }
}

std::string RuleSource::comparison() {
  using Maker = std::string (RuleSource::*)();
  constexpr Maker makers[] = {&RuleSource::of_texts, &RuleSource::of_integers, &RuleSource::of_numbers,
                              &RuleSource::of_ids,   &RuleSource::of_uuids,    &RuleSource::of_times,
                              &RuleSource::of_dates, &RuleSource::of_words,    &RuleSource::of_booleans,
                              &RuleSource::of_nulls};
  return (this->*pick(makers))();
}

const char* RuleSource::order() {
  constexpr const char* signs[] = {"==", "!=", "<", "<=", ">", ">="};
  return pick(signs);
}
const char* RuleSource::equality() { return chance(50) ? "==" : "!="; }

std::string RuleSource::either(const std::string& left, const char* sign, const std::string& right) {
  const std::string between = std::string(" ") + sign + " ";
  return chance(70) ? left + between + right : right + between + left;
}

std::string RuleSource::list_of(std::string (RuleSource::*element)()) {
  std::string list = chance(30) ? " not in [" : " in [";
  const std::uint64_t count = 1 + random_.below(4);
  for (std::uint64_t i = 0; i < count; ++i) list += (i == 0 ? "" : ", ") + (this->*element)();
  return list + "]";
}

std::string RuleSource::text_field() {
  constexpr const char* fields[] = {"record.title", "record.body", "record.owner.name", "record.owner.word",
                                    "record.device.name"};
  const std::string field = pick(fields);
  switch (random_.below(5)) {
    case 0: return "lower(" + field + ")";
    case 1: return "upper(" + field + ")";
    default: return field;
  }
}

std::string RuleSource::text_value() {
  constexpr const char* values[] = {"viewer.role", "viewer.email", "viewer.id", "lower(viewer.role)",
                                    "upper(viewer.email)"};
  return chance(60) ? std::string(pick(quoted_texts)) : pick(values);
}

std::string RuleSource::of_texts() {
  constexpr const char* tests[] = {"starts_with(", "ends_with(", "contains("};
  constexpr const char* pairs[][2] = {{"record.title", "record.body"},
                                      {"record.owner.name", "record.owner.word"},
                                      {"lower(record.title)", "upper(record.body)"},
                                      {"record.title", "record.owner.name"},
                                      {"record.device.name", "upper(record.body)"}};
  switch (random_.below(4)) {
    case 0: {
      const auto& pair = pairs[random_.below(std::size(pairs))];
      return either(pair[0], order(), pair[1]);
    }
    case 1: return pick(tests) + text_field() + ", " + text_value() + ")";
    case 2: return text_field() + list_of(&RuleSource::text_value);
    default: {
      const std::string value = text_value();
      return either(text_field(), value == "viewer.id" ? equality() : order(), value);
    }
  }
}

std::string RuleSource::integer_value() { return pick(written_integers); }

std::string RuleSource::of_integers() {
  constexpr const char* fields[] = {"record.stars", "record.owner.level", "record.device.owner", "length(record.title)",
                                    "length(record.owner.name)"};
  if (chance(20)) return either("record.stars", order(), "length(record.title)");
  if (chance(20)) return either("record.stars", order(), chance(50) ? "record.owner.level" : "record.device.owner");
  if (chance(30)) return pick(fields) + list_of(&RuleSource::integer_value);
  return either(pick(fields), order(), integer_value());
}

std::string RuleSource::of_numbers() {
  return either(chance(60) ? "record.price" : "record.owner.score", order(), pick(written_numbers));
}

std::string RuleSource::of_ids() {
  constexpr const char* fields[] = {"record.owner", "record.editor",      "record.owner.id",
                                    "record.id",    "record.owner.level", "record.device.owner"};
  if (chance(20)) return either("record.owner", order(), "record.editor");
  if (chance(20)) return std::string("viewer.id in [record.owner, record.editor, 3]");
  if (chance(20)) return pick(fields) + std::string(chance(50) ? " in" : " not in") + " [viewer.id, 2]";
  return either(pick(fields), equality(), "viewer.id");
}

std::string RuleSource::uuid_value() {
  return chance(40) ? std::string("viewer.id") : "'" + std::string(pick(uuids)) + "'";
}

std::string RuleSource::of_uuids() {
  const char* field = chance(50) ? "record.token" : "record.device";
  if (chance(20)) return either("record.token", equality(), "record.device");
  if (chance(30)) return field + list_of(&RuleSource::uuid_value);
  return either(field, equality(), uuid_value());
}

std::string RuleSource::of_times() {
  constexpr const char* fields[] = {"record.made", "record.changed", "record.owner.joined"};
  std::string left = pick(fields);
  if (chance(20)) return either("record.made", order(), chance(50) ? "record.changed" : "record.owner.joined");
  if (chance(50)) left += std::string(chance(50) ? " + " : " - ") + pick(durations);
  std::string right = pick(written_times);
  // A text that something is added to is no time yet.
  if (right.front() != '\'' && chance(50)) right += std::string(chance(50) ? " + " : " - ") + pick(durations);
  return either(left, order(), right);
}

std::string RuleSource::of_dates() {
  std::string left = "record.due";
  if (chance(50)) left += std::string(chance(50) ? " + " : " - ") + pick(whole_days);
  return either(left, order(), pick(written_dates));
}

std::string RuleSource::of_words() {
  constexpr const char* values[] = {"'draft'", "'open'", "'a'", "viewer.role", "record.title"};
  if (chance(30)) return std::string("record.state") + (chance(50) ? " in" : " not in") + " ['draft', viewer.role]";
  return either("record.state", equality(), pick(values));
}

std::string RuleSource::of_booleans() {
  constexpr const char* booleans[] = {"record.shown",  "record.owner.active",     "viewer.is_user",
                                      "!record.shown", "not record.owner.active", "true",
                                      "false"};
  if (chance(60)) return pick(booleans);
  return either(chance(50) ? "record.shown" : "record.owner.active", equality(),
                chance(50) ? "true" : "viewer.is_user");
}

std::string RuleSource::of_nulls() {
  constexpr const char* fields[] = {
      "record.title",        "record.extra", "record.owner", "record.owner.name", "record.device.owner",
      "record.owner.joined", "record.shown", "viewer.role",  "record.token",      "record.id"};
  return either(pick(fields), equality(), "null");
}

}  // namespace banyan::comparison
