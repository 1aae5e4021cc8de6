#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <utility>

#include "banyan/base/ids.hpp"
#include "banyan/base/words.hpp"
#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/core/schema_rules.hpp"
#include "banyan/core/timestamps.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan {
namespace {

constexpr std::size_t name_bytes_max = 63;
// What RE2 may spend on one compiled pattern.
constexpr std::int64_t pattern_bytes_max = std::int64_t{1} << 20;

std::string quoted(std::string_view word) { return "'" + std::string(word) + "'"; }

bool has_length(FieldType type) {
  return type == FieldType::text || type == FieldType::email || type == FieldType::url;
}

bool has_range(FieldType type) {
  return type == FieldType::integer || type == FieldType::number || type == FieldType::timestamp ||
         type == FieldType::date;
}

Field::Storage storage_of(const Field& field, const Schema& schema) {
  switch (field.type) {
    case FieldType::boolean: return Field::Storage::boolean;
    case FieldType::integer: return Field::Storage::integer;
    case FieldType::number: return Field::Storage::number;
    case FieldType::reference:
      return schema.collections[field.reference_index].id_kind == IdKind::integer ? Field::Storage::integer
                                                                                  : Field::Storage::text;
    default: return Field::Storage::text;
  }
}

// Whether the value is one that such a field can hold, in its canonical form.
bool fits(const Field& field, const Value& value) {
  switch (field.storage) {
    case Field::Storage::boolean: return std::holds_alternative<bool>(value);
    case Field::Storage::integer: return std::holds_alternative<std::int64_t>(value);
    case Field::Storage::number: return std::holds_alternative<double>(value);
    case Field::Storage::text: break;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return false;
  if (field.type == FieldType::enumeration) return true;  // check_bounds() looks at its values.
  if (field.type == FieldType::json) {
    const auto json = parse_json(*text, json_depth_max);
    const auto written = json ? canonical_json(*json) : Result<std::string>();
    return json && written && *written == *text;
  }
  const auto canonical = value_from_text(field, *text);
  return canonical && *canonical == value;
}

class Completer {
 public:
  explicit Completer(Schema& schema) : schema_(schema) {}

  std::vector<SchemaProblem> run() {
    if (schema_.collections.size() > collections_max)
      problems_.push_back({"", "", "more than " + std::to_string(collections_max) + " collections are declared", ""});
    for (std::size_t i = 0; i < schema_.collections.size(); ++i) schema_.collections[i].index = i;
    for (std::size_t i = 0; i < schema_.collections.size(); ++i) {
      collection_ = &schema_.collections[i];
      field_ = nullptr;
      check_collection_name();
      check_former_name(collection_->renamed_from, schema_.find(collection_->renamed_from) != nullptr, former_tables_);
      former_columns_.clear();
      complete_fields();
      field_ = nullptr;
      check_indexes();
      check_search();
    }
    if (references_resolved_) complete_rules(schema_, problems_);
    return std::move(problems_);
  }

 private:
  void report(std::string key, std::string message) {
    problems_.push_back({collection_->name, field_ == nullptr ? "" : field_->name, std::move(message), std::move(key)});
  }

  void check_name(std::string_view what, std::string_view name) {
    if (!is_valid_name(name))
      report("", quoted(utf8_prefix(name, 80)) + " cannot be the name of a " + std::string(what) +
                     ": names have lower-case letters, digits and '_', begin with a letter, and have at most 63 bytes");
  }

  // What a thing was called must be no name that is used now, or two things would claim one table or column.
  void check_former_name(const std::string& name, bool used, std::set<std::string_view>& former) {
    if (name.empty()) return;
    const bool has_control = std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < ' '; });
    if (name.size() > name_bytes_max || has_control || !is_valid_utf8(name))
      report("renamed_from", "must be text of 1 to 63 bytes on one line");
    else if (used)
      report("renamed_from", quoted(name) + " is declared: what was renamed is there no more");
    else if (!former.insert(name).second)
      report("renamed_from", "two cannot both have been called " + quoted(name));
  }

  void check_collection_name() {
    const std::string& name = collection_->name;
    check_name("collection", name);
    if (is_reserved_collection_name(name))
      report("", quoted(name) + " cannot be the name of a collection: Banyan serves that path itself");
    if (schema_.find(name) != collection_) report("", "the collection " + quoted(name) + " is declared twice");
  }

  void complete_fields() {
    auto& fields = collection_->fields;
    if (fields.size() > fields_max) report("", "has more than " + std::to_string(fields_max) + " fields");
    if (fields.empty() || fields[0].role != FieldRole::id || fields[0].name != "id")
      report("", "has no id as its first field");
    for (std::size_t i = 0; i < fields.size(); ++i) {
      field_ = &fields[i];
      check_field_name(i);
      check_former_name(field_->renamed_from, collection_->find_field(field_->renamed_from).has_value(),
                        former_columns_);
      if (!resolve_reference()) continue;
      field_->storage = storage_of(*field_, schema_);
      check_enum();
      check_lengths();
      check_pattern();
      check_range();
      check_default();
    }
  }

  void check_field_name(std::size_t place) {
    if (field_->role == FieldRole::id) {
      if (place != 0) report("", "only the first field can be the id");
      return;
    }
    check_name("field", field_->name);
    if (field_->name == "id")
      report("", "'id' is there already: every collection has one (`id = \"uuid\"` changes its kind)");
    else if (is_reserved_field_name(field_->name))
      report("", quoted(field_->name) + " cannot be the name of a field: it is a word of queries");
    else if (collection_->find_field(field_->name) != place)
      report("", "the field " + quoted(field_->name) + " is declared twice");
    if (field_->type == FieldType::json && field_->unique)
      report("unique", "a json field cannot be unique: json values are not compared");
  }

  // False when the field's storage cannot be known.
  bool resolve_reference() {
    if (field_->type != FieldType::reference) return true;
    if (field_->on_delete == OnDelete::set_null && field_->required)
      report("on_delete", "cannot be 'set_null' on a required field");
    const Collection* target = schema_.find(field_->reference_to);
    if (target == nullptr) {
      std::vector<std::string_view> names;
      for (const Collection& collection : schema_.collections) names.push_back(collection.name);
      if (field_->reference_to.empty())
        report("to", "a reference must say which collection it names: `to = \"…\"`");
      else
        report("to", "unknown collection " + quoted(utf8_prefix(field_->reference_to, 80)) +
                         did_you_mean(field_->reference_to, names));
      return references_resolved_ = false;
    }
    field_->reference_index = target->index;
    return true;
  }

  void check_enum() {
    const auto& values = field_->enum_values;
    if (field_->type != FieldType::enumeration) {
      if (!values.empty()) report("values", "only an enum has values, not " + type_phrase());
      return;
    }
    if (values.empty()) report("values", "an enum must list its values: `values = [\"…\"]`");
    std::set<std::string_view> seen;
    for (const std::string& value : values) {
      if (value.empty() || !is_valid_utf8(value) || value.find('\0') != std::string::npos)
        report("values", "an enum's value must be text that is not empty, without U+0000");
      if (!seen.insert(value).second)
        report("values", "the value " + quoted(utf8_prefix(value, 80)) + " is there twice");
    }
  }

  void check_lengths() {
    const auto check = [&](const char* key, const std::optional<std::int64_t>& length) {
      if (!length) return;
      if (!has_length(field_->type)) report(key, "only text, email and url have a length, not " + type_phrase());
      if (*length < 0) report(key, "must not be negative");
    };
    check("min_length", field_->min_length);
    check("max_length", field_->max_length);
    if (field_->min_length && field_->max_length && *field_->min_length > *field_->max_length)
      report("min_length", "must not be larger than max_length");
  }

  void check_pattern() {
    if (field_->pattern_text.empty()) return;
    if (!has_length(field_->type)) {
      report("pattern", "only text, email and url have a pattern, not " + type_phrase());
      return;
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(pattern_bytes_max);
    auto pattern = std::make_shared<const re2::RE2>(field_->pattern_text, options);
    if (pattern->ok())
      field_->pattern = std::move(pattern);
    else
      report("pattern", "is not a pattern that RE2 understands: " + pattern->error());
  }

  void check_range() {
    const auto check = [&](const char* key, const std::optional<Value>& bound) {
      if (!bound) return true;
      if (!has_range(field_->type))
        return report(key, "only integer, number, timestamp and date have a range, not " + type_phrase()), false;
      if (!fits(*field_, *bound)) return report(key, "must be a value of the field's type, " + type_word()), false;
      return true;
    };
    const bool min_fits = check("min", field_->min);
    const bool max_fits = check("max", field_->max);
    if (field_->min && field_->max && min_fits && max_fits && *field_->max < *field_->min)
      report("min", "must not be larger than max");
  }

  void check_default() {
    if (!field_->default_value) return;
    const Field::Default& given = *field_->default_value;
    if (field_->role != FieldRole::ordinary) return report("default", "cannot be given: Banyan fills the field in");
    if (given.now) {
      if (field_->type != FieldType::timestamp && field_->type != FieldType::date)
        report("default", "'now' is for timestamp and date, not for " + type_phrase());
      return;
    }
    if (!fits(*field_, given.value)) return report("default", "must be a value of the field's type, " + type_word());
    if (const auto wrong = check_bounds(*field_, given.value)) report("default", *wrong);
    if (field_->unique) report("default", "cannot be given for a unique field: the second record would collide");
  }

  void check_indexes() {
    const auto& indexes = collection_->indexes;
    if (indexes.size() > indexes_max) report("indexes", "has more than " + std::to_string(indexes_max) + " indexes");
    share_index_bytes();
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      check_index(indexes[i]);
      const auto same = [&](const Index& other) { return other.fields == indexes[i].fields; };
      if (std::find_if(indexes.begin(), indexes.begin() + static_cast<std::ptrdiff_t>(i), same) !=
          indexes.begin() + static_cast<std::ptrdiff_t>(i))
        report("indexes", "the index over " + index_text(indexes[i]) + " is there twice");
    }
  }

  /// Each text of an index gets the same share of its bytes.
  void share_index_bytes() {
    const auto is_text = [](const Field& field) {
      return field.type == FieldType::text || field.type == FieldType::email || field.type == FieldType::url ||
             field.type == FieldType::enumeration;
    };
    const auto bound = [&](Field& field, std::size_t texts) {
      const std::size_t share = index_bytes_max / texts;
      field.indexed_bytes_max = std::min(field.indexed_bytes_max.value_or(share), share);
    };
    for (Field& field : collection_->fields)
      if (field.unique && is_text(field)) bound(field, 1);
    for (const Index& index : collection_->indexes) {
      std::vector<Field*> texts;
      for (const std::size_t place : index.fields)
        if (place < collection_->fields.size() && is_text(collection_->fields[place]))
          texts.push_back(&collection_->fields[place]);
      for (Field* field : texts) bound(*field, texts.size());
    }
  }

  void check_index(const Index& index) {
    if (index.fields.empty()) report("indexes", "an index needs at least one field");
    if (index.fields.size() > index_fields_max)
      report("indexes", "an index can have at most " + std::to_string(index_fields_max) + " fields");
    std::set<std::size_t> seen;
    for (const std::size_t place : index.fields) {
      if (place >= collection_->fields.size()) {
        report("indexes", "an index names a field that is not there");
        continue;
      }
      const Field& field = collection_->fields[place];
      if (!seen.insert(place).second) report("indexes", "an index names the field " + quoted(field.name) + " twice");
      if (field.type == FieldType::json)
        report("indexes", "the json field " + quoted(field.name) + " cannot be indexed: json values are not compared");
    }
  }

  void check_search() {
    if (collection_->search.size() > index_fields_max)
      report("search", "at most " + std::to_string(index_fields_max) + " fields can be searched together");
    std::set<std::size_t> seen;
    for (const std::size_t place : collection_->search) {
      if (place >= collection_->fields.size()) {
        report("search", "names a field that is not there");
        continue;
      }
      const Field& field = collection_->fields[place];
      if (!seen.insert(place).second) report("search", "names the field " + quoted(field.name) + " twice");
      if (field.type != FieldType::text)
        report("search", "only text is searched, and " + quoted(field.name) + " is none");
    }
  }

  std::string index_text(const Index& index) const {
    std::string text;
    for (const std::size_t place : index.fields)
      if (place < collection_->fields.size())
        text += (text.empty() ? "'" : ", '") + collection_->fields[place].name + "'";
    return text;
  }

  std::string type_word() const { return std::string(to_string(field_->type)); }
  std::string type_phrase() const {
    const std::string word = type_word();
    return (std::string_view("aeio").find(word.front()) == std::string_view::npos ? "a " : "an ") + word;
  }

  Schema& schema_;
  bool references_resolved_ = true;
  std::set<std::string_view> former_tables_;
  std::set<std::string_view> former_columns_;
  Collection* collection_ = nullptr;
  Field* field_ = nullptr;
  std::vector<SchemaProblem> problems_;
};

}  // namespace

std::vector<SchemaProblem> complete(Schema& schema) { return Completer(schema).run(); }

}  // namespace banyan
