#include "banyan/services/record_input.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "banyan/base/ids.hpp"
#include "banyan/base/words.hpp"
#include "banyan/core/record_json.hpp"
#include "banyan/core/timestamps.hpp"
#include "banyan/services/input_problems.hpp"

namespace banyan::services {
namespace {

namespace json = boost::json;

/// What the body says of one field.
struct Given {
  bool named = false;
  bool wrong = false;  ///< Reported already.
  Value value;
};

/// Reads one object after another against the collection.
class Reader {
 public:
  Reader(const InputRules& rules, InputProblems& problems)
      : rules_(rules), collection_(rules.collection), problems_(problems), now_(rules.clock.wall()) {}

  /// `prefix` stands before the names of wrong fields: "", or "[3].".
  RecordInput create(const json::object& body, const std::string& prefix) {
    std::vector<Given> given = read(body, prefix, true);
    if (given[0].named && collection_.id_kind == IdKind::integer && may_name_id()) return change_of(given, prefix);
    RecordInput input;
    input.changes.reserve(given.size());
    for (std::size_t i = 0; i < given.size(); ++i) {
      const Field& field = collection_.fields[i];
      if (field.role == FieldRole::id && collection_.id_kind == IdKind::integer) continue;
      const bool missing = !given[i].named;
      if (missing) given[i].value = missing_value(i);
      given[i].named = !missing || is_settable_column(i);
      keep(input, i, given[i], prefix);
    }
    return input;
  }

  RecordInput update(const json::object& body) {
    std::vector<Given> given = read(body, "", false);
    RecordInput input;
    for (std::size_t i = 0; i < given.size(); ++i)
      if (given[i].named) keep(input, i, given[i], "");
    touch(input.changes);
    return input;
  }

  RecordInput replace(const json::object& body) {
    std::vector<Given> given = read(body, "", false);
    RecordInput input;
    for (std::size_t i = 0; i < given.size(); ++i) {
      const Field& field = collection_.fields[i];
      if (field.role != FieldRole::ordinary || (!given[i].named && is_locked(i))) continue;
      if (!given[i].named) given[i].value = unnamed(field);
      given[i].named = true;
      keep(input, i, given[i], "");
    }
    touch(input.changes);
    return input;
  }

 private:
  std::vector<Given> read(const json::object& body, const std::string& prefix, bool creating) {
    std::vector<Given> given(collection_.fields.size());
    for (const auto& member : body) {
      if (problems_.full()) break;
      const std::string_view name(member.key().data(), member.key().size());
      const auto place = collection_.find_field(name);
      if (creating && rules_.create.columns && !(place && is_column(*place))) continue;
      if (!place) {
        report_unknown(name, prefix);
        continue;
      }
      if (rules_.passes_over_times && is_time(*place)) continue;
      Given& field = given[*place];
      field.named = true;
      const bool may_name = creating && *place == 0 && may_name_id();
      field.wrong = !read_value(collection_.fields[*place], member.value(), prefix, may_name, field.value);
    }
    return given;
  }

  // A uuid may be made anywhere. Integers are made by the store, so that one can only name a record that is there.
  bool may_name_id() const {
    if (collection_.id_kind == IdKind::uuid) return true;
    return rules_.create.upsert && rules_.create.upsert->conflict == std::vector<std::size_t>{0};
  }

  bool is_time(std::size_t place) const {
    const FieldRole role = collection_.fields[place].role;
    return role == FieldRole::created_at || role == FieldRole::updated_at;
  }

  bool is_column(std::size_t place) const {
    return rules_.create.columns && std::ranges::find(*rules_.create.columns, place) != rules_.create.columns->end();
  }

  bool is_settable_column(std::size_t place) const {
    const Field& field = collection_.fields[place];
    return is_column(place) && field.role == FieldRole::ordinary && (!field.read_only || rules_.service);
  }

  bool is_locked(std::size_t place) const {
    return collection_.fields[place].read_only || std::ranges::find(rules_.locked, place) != rules_.locked.end();
  }

  // What an upsert makes of a record that it names by an integer id.
  RecordInput change_of(std::vector<Given>& given, const std::string& prefix) {
    RecordInput input;
    for (std::size_t i = 1; i < given.size(); ++i) {
      const bool missing = !given[i].named;
      if (missing && !is_settable_column(i)) continue;
      if (missing) given[i].value = missing_value(i);
      given[i].named = true;
      keep(input, i, given[i], prefix);
    }
    touch(input.changes);
    if (given[0].wrong) return input;
    if (auto problem = check_bounds(collection_.fields[0], given[0].value))
      problems_.add(prefix + collection_.fields[0].name, std::move(*problem), "invalid_value");
    input.id = std::move(given[0].value);
    return input;
  }

  bool read_value(const Field& field, const json::value& body, const std::string& prefix, bool may_name, Value& out) {
    if (field.role != FieldRole::ordinary && !may_name) {
      problems_.add(prefix + field.name, "is set by Banyan alone", "read_only_field");
      return false;
    }
    if (field.read_only && !rules_.service && !may_name) {
      problems_.add(prefix + field.name, "is read-only", "read_only_field");
      return false;
    }
    Result<Value> value = value_from_json(field, body);
    if (!value) {
      problems_.add(prefix + field.name, std::move(value.error().message), "invalid_value");
      return false;
    }
    out = std::move(*value);
    return true;
  }

  void report_unknown(std::string_view name, const std::string& prefix) {
    constexpr std::size_t shown_bytes_max = 64;
    std::string shown(name.substr(0, shown_bytes_max));
    if (name.size() > shown_bytes_max) shown += "…";
    const std::vector<std::string_view> names = collection_.field_names();
    problems_.add(prefix + shown, "is not a field of '" + collection_.name + "'" + did_you_mean(name, names),
                  "unknown_field");
  }

  Value missing_value(std::size_t place) const {
    const Field& field = collection_.fields[place];
    if (is_settable_column(place) && !rules_.create.missing_is_default) return Null();
    return unnamed(field);
  }

  // What a field becomes that nobody named.
  Value unnamed(const Field& field) const {
    switch (field.role) {
      case FieldRole::id: return make_uuid_v7(rules_.clock, rules_.random);
      case FieldRole::created_at:
      case FieldRole::updated_at: return format_timestamp(now_);
      case FieldRole::ordinary: break;
    }
    if (!field.default_value) return Null();
    if (!field.default_value->now) return field.default_value->value;
    return field.type == FieldType::date ? format_date(now_) : format_timestamp(now_);
  }

  void keep(RecordInput& input, std::size_t place, Given& given, const std::string& prefix) {
    if (given.wrong) return;
    const Field& field = collection_.fields[place];
    if (auto problem = check_bounds(field, given.value)) {
      problems_.add(prefix + field.name, std::move(*problem), "invalid_value");
      return;
    }
    input.changes.push_back({place, std::move(given.value)});
    if (given.named) input.named.push_back(place);
  }

  void touch(std::vector<FieldChange>& changes) const {
    for (std::size_t i = 0; i < collection_.fields.size(); ++i)
      if (collection_.fields[i].role == FieldRole::updated_at) changes.push_back({i, format_timestamp(now_)});
  }

  const InputRules& rules_;
  const Collection& collection_;
  InputProblems& problems_;
  UnixMicros now_;
};

std::string example(const Collection& collection) {
  for (const Field& field : collection.fields)
    if (field.role == FieldRole::ordinary && !field.read_only) return "{\"" + field.name + "\": …}";
  return "{}";
}

Error not_an_object(const Collection& collection, const char* message) {
  return Error(ErrorCode::invalid, message)
      .with_hint("Send a JSON object, for example " + example(collection) + ".")
      .with_reason("not_an_object");
}

}  // namespace

Result<std::vector<RecordInput>> creates_from(const InputRules& rules, const json::value& body) {
  InputProblems problems(rules.collection);
  Reader reader(rules, problems);
  std::vector<RecordInput> inputs;
  if (const json::object* const object = body.if_object()) {
    inputs.push_back(reader.create(*object, ""));
  } else if (const json::array* const array = body.if_array()) {
    if (array->size() > rules.batch_records_max)
      return fail(Error(ErrorCode::too_large,
                        "The array has more than " + std::to_string(rules.batch_records_max) + " records.")
                      .with_hint("Send them in several requests.")
                      .with_reason("batch_too_large"));
    inputs.reserve(array->size());
    for (std::size_t i = 0; i < array->size() && !problems.full(); ++i) {
      const std::string place = "[" + std::to_string(i) + "]";
      if (const json::object* const element = (*array)[i].if_object())
        inputs.push_back(reader.create(*element, place + "."));
      else
        problems.add(place, "must be an object", "not_an_object");
    }
  } else {
    return fail(not_an_object(rules.collection, "The body must be an object, or an array of objects."));
  }
  if (!problems.empty()) return fail(std::move(problems).error());
  return inputs;
}

Result<RecordInput> update_from(const InputRules& rules, const json::value& body) {
  const json::object* const object = body.if_object();
  if (!object) return fail(not_an_object(rules.collection, "The body must be an object."));
  if (object->empty())
    return fail(Error(ErrorCode::invalid, "The body names no field, so there is nothing to change.")
                    .with_hint("Name what should change, for example " + example(rules.collection) + ".")
                    .with_reason("empty_body"));
  InputProblems problems(rules.collection);
  RecordInput input = Reader(rules, problems).update(*object);
  if (!problems.empty()) return fail(std::move(problems).error());
  return input;
}

Result<RecordInput> replacement_from(const InputRules& rules, const json::value& body) {
  const json::object* const object = body.if_object();
  if (!object) return fail(not_an_object(rules.collection, "The body must be an object."));
  InputProblems problems(rules.collection);
  RecordInput input = Reader(rules, problems).replace(*object);
  if (!problems.empty()) return fail(std::move(problems).error());
  return input;
}

}  // namespace banyan::services
