#include "banyan/config/field_reader.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "banyan/base/words.hpp"
#include "banyan/config/vocabulary.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::config {
namespace {

namespace json = boost::json;

// 2026-11-23, 2026-11-23T18:17:05Z and their like, bare in TOML, are taken as the text that they are.
template <typename Time>
json::value time_text(const Time& time) {
  std::ostringstream text;
  text << time;
  return json::value(text.str());
}

json::value to_json(const toml::node& node) {
  if (const auto* text = node.as_string()) return json::value(text->get());
  if (const auto* integer = node.as_integer()) return json::value(integer->get());
  if (const auto* number = node.as_floating_point()) return json::value(number->get());
  if (const auto* boolean = node.as_boolean()) return json::value(boolean->get());
  if (const auto* date = node.as_date()) return time_text(date->get());
  if (const auto* time = node.as_time()) return time_text(time->get());
  if (const auto* moment = node.as_date_time()) return time_text(moment->get());
  if (const auto* array = node.as_array()) {
    json::array list;
    for (const auto& element : *array) list.push_back(to_json(element));
    return list;
  }
  json::object object;
  if (const auto* table = node.as_table())
    for (const auto& [key, value] : *table) object.emplace(key.str(), to_json(value));
  return object;
}

bool has_range(FieldType type) {
  return type == FieldType::integer || type == FieldType::number || type == FieldType::timestamp ||
         type == FieldType::date;
}

class FieldReader {
 public:
  FieldReader(const Entry& entry, const std::string& place, Problems& problems)
      : entry_(entry), place_(place), problems_(problems) {}

  ReadField read() {
    field().name = entry_.name;
    result_.sound = true;
    const auto* table = entry_.node->as_table();
    if (table == nullptr) {
      refuse(entry_.value_at(), place_ + ": a field is a table",
             "For example: fields." + entry_.name + " = { type = \"text\", required = true }");
      return std::move(result_);
    }
    if (!read_type(*table)) return std::move(result_);
    for (const Entry& entry : by_position(*table)) {
      result_.keys.emplace_back(entry.name, entry.value_at());
      read_key(entry);
    }
    return std::move(result_);
  }

 private:
  Field& field() { return result_.field; }

  void refuse(Position at, std::string message, std::string hint = {}) {
    result_.sound = false;
    problems_.add(at, std::move(message), std::move(hint));
  }
  void refuse_value(const Entry& entry, const std::string& message) {
    refuse(entry.value_at(), place_ + ": " + entry.name + " " + message);
  }

  bool read_type(const toml::table& table) {
    const toml::node* node = table.get("type");
    std::string types;
    for (const auto word : field_type_words()) types += (types.empty() ? "" : ", ") + std::string(word);
    if (node == nullptr) {
      refuse(entry_.at, place_ + ": a field needs a type", "Types are: " + types + ".");
      return false;
    }
    const auto* word = node->as_string();
    const auto type = word == nullptr ? std::nullopt : field_type_from(word->get());
    if (!type) {
      const std::string given = word == nullptr ? std::string() : word->get();
      refuse(node->source().begin,
             word == nullptr ? place_ + ": type must be text in quotes"
                             : "unknown type " + in_quotes(given) + suggestion(given, type_vocabulary()),
             "Types are: " + types + ".");
      return false;
    }
    field().type = *type;
    if (*type == FieldType::boolean) field().storage = Field::Storage::boolean;
    if (*type == FieldType::integer) field().storage = Field::Storage::integer;
    if (*type == FieldType::number) field().storage = Field::Storage::number;
    return true;
  }

  void read_key(const Entry& entry) {
    using Reader = void (FieldReader::*)(const Entry&);
    static constexpr std::pair<std::string_view, Reader> readers[] = {
        {"type", nullptr},
        {"required", &FieldReader::read_flag},
        {"unique", &FieldReader::read_flag},
        {"read_only", &FieldReader::read_flag},
        {"default", &FieldReader::read_default},
        {"min", &FieldReader::read_bound},
        {"max", &FieldReader::read_bound},
        {"min_length", &FieldReader::read_length},
        {"max_length", &FieldReader::read_length},
        {"pattern", &FieldReader::read_pattern},
        {"values", &FieldReader::read_values},
        {"to", &FieldReader::read_target},
        {"on_delete", &FieldReader::read_on_delete},
        {"renamed_from", &FieldReader::read_former_name},
        {"read", &FieldReader::read_rule},
        {"write", &FieldReader::read_rule},
    };
    for (const auto& [name, reader] : readers) {
      if (name != entry.name) continue;
      if (reader != nullptr) (this->*reader)(entry);
      return;
    }
    refuse(entry.at, "unknown key " + in_quotes(entry.name) + suggestion(entry.name, field_key_vocabulary()));
  }

  void read_flag(const Entry& entry) {
    const auto* flag = entry.node->as_boolean();
    if (flag == nullptr) return refuse_value(entry, "must be true or false");
    bool& target = entry.name == "required" ? field().required
                   : entry.name == "unique" ? field().unique
                                            : field().read_only;
    target = flag->get();
  }

  std::optional<Value> read_value(const Entry& entry) {
    const json::value given = to_json(*entry.node);
    if (field().type == FieldType::reference) return read_id(entry, given);
    auto value = value_from_json(field(), given);
    if (value) return std::move(*value);
    refuse_value(entry, value.error().message);
    return std::nullopt;
  }

  // Which kind of id a reference takes is known only when the whole schema is; complete() looks at it.
  std::optional<Value> read_id(const Entry& entry, const json::value& given) {
    if (const auto* integer = given.if_int64()) return *integer;
    if (given.is_string())
      if (auto uuid = value_from_json(field(), given)) return std::move(*uuid);
    refuse_value(entry, "must be an id: a whole number or a UUID, as the collection has them");
    return std::nullopt;
  }

  void read_default(const Entry& entry) {
    const auto* text = entry.node->as_string();
    const bool has_time = field().type == FieldType::timestamp || field().type == FieldType::date;
    if (has_time && text != nullptr && text->get() == "now") {
      field().default_value = Field::Default{Null{}, true};
    } else if (auto value = read_value(entry)) {
      field().default_value = Field::Default{std::move(*value), false};
    }
  }

  void read_bound(const Entry& entry) {
    auto& target = entry.name == "min" ? field().min : field().max;
    target = Value(Null{});  // For complete() to see that one was given.
    if (!has_range(field().type)) return;
    if (auto value = read_value(entry)) target = std::move(*value);
  }

  void read_length(const Entry& entry) {
    const auto* length = entry.node->as_integer();
    if (length == nullptr) return refuse_value(entry, "must be a whole number of characters");
    (entry.name == "min_length" ? field().min_length : field().max_length) = length->get();
  }

  void read_pattern(const Entry& entry) {
    const auto* pattern = entry.node->as_string();
    if (pattern == nullptr || pattern->get().empty()) return refuse_value(entry, "must be a pattern in quotes");
    field().pattern_text = pattern->get();
  }

  void read_values(const Entry& entry) {
    const auto* values = entry.node->as_array();
    const auto wrong = [&] { refuse_value(entry, "must be a list of texts, for example [\"open\", \"closed\"]"); };
    if (values == nullptr) return wrong();
    for (const auto& element : *values) {
      const auto* text = element.as_string();
      if (text == nullptr) return wrong();
      field().enum_values.push_back(text->get());
    }
  }

  void read_target(const Entry& entry) {
    const auto* target = entry.node->as_string();
    if (target == nullptr || target->get().empty()) return refuse_value(entry, "must be the name of a collection");
    if (field().type != FieldType::reference) return refuse_value(entry, "is for references: type = \"reference\"");
    field().reference_to = target->get();
  }

  void read_on_delete(const Entry& entry) {
    static constexpr std::array<std::string_view, 3> words = {"restrict", "cascade", "set_null"};
    const auto* given = entry.node->as_string();
    const std::string word = given == nullptr ? std::string() : given->get();
    if (field().type != FieldType::reference) return refuse_value(entry, "is for references: type = \"reference\"");
    for (std::size_t i = 0; i < words.size(); ++i)
      if (word == words[i]) return void(field().on_delete = static_cast<OnDelete>(i));
    refuse_value(entry, "must be one of restrict, cascade, set_null" + did_you_mean(word, words));
  }

  void read_former_name(const Entry& entry) {
    const auto* name = entry.node->as_string();
    if (name == nullptr || name->get().empty()) return refuse_value(entry, "must be the name that the column has");
    field().renamed_from = name->get();
  }

  // "anyone" is no rule at all, "nobody" one that never holds.
  void read_rule(const Entry& entry) {
    static constexpr std::array<std::string_view, 2> words = {"nobody", "anyone"};
    std::string& target = entry.name == "read" ? field().read_text : field().write_text;
    const auto* given = entry.node->as_string();
    const std::string text = given == nullptr ? std::string() : given->get();
    if (text == "nobody")
      target = "false";
    else if (is_rule(text))
      target = text;
    else if (text != "anyone")
      refuse_value(entry, "must be a rule, \"nobody\" or \"anyone\"" + did_you_mean(text, words));
  }

  const Entry& entry_;
  const std::string& place_;
  Problems& problems_;
  ReadField result_;
};

}  // namespace

bool is_rule(std::string_view text) {
  const bool is_word = std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; });
  return !is_word || text == "true" || text == "false";
}

ReadField read_field(const Entry& entry, const std::string& place, Problems& problems) {
  return FieldReader(entry, place, problems).read();
}

}  // namespace banyan::config
