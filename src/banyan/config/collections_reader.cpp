#include "banyan/config/collections_reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "banyan/base/words.hpp"
#include "banyan/config/field_reader.hpp"
#include "banyan/config/text_place.hpp"
#include "banyan/config/vocabulary.hpp"

namespace banyan::config {
namespace {

constexpr std::array<std::string_view, action_count> action_words = {"read", "create", "update", "delete"};
constexpr std::pair<std::string_view, std::string_view> action_synonyms[] = {
    {"list", "read"},     {"view", "read"},     {"get", "read"},      {"select", "read"}, {"insert", "create"},
    {"post", "create"},   {"add", "create"},    {"write", "update"},  {"edit", "update"}, {"patch", "update"},
    {"modify", "update"}, {"remove", "delete"}, {"destroy", "delete"}};

class CollectionsReader {
 public:
  CollectionsReader(std::string_view file, Problems& problems) : file_(file), problems_(problems) {}

  Schema read(const toml::table& collections) {
    for (const Entry& entry : by_position(collections)) read_collection(entry);
    for (SchemaProblem& problem : complete(schema_)) report(problem);
    return std::move(schema_);
  }

 private:
  Collection& collection() { return schema_.collections.back(); }

  void remember(const std::string& field, const std::string& key, Position at) {
    places_.insert_or_assign({collection().name, field, key}, at);
  }

  void read_collection(const Entry& entry) {
    schema_.collections.emplace_back().name = entry.name;
    remember("", "", entry.at);
    const auto* table = entry.node->as_table();
    if (table == nullptr) {
      unsound_.insert({entry.name, ""});
      return problems_.add(
          entry.value_at(), entry.name + ": a collection is a table",
          "For example: [collections." + entry.name + "] and below it fields.name = { type = \"text\" }");
    }
    const toml::node* indexes = nullptr;
    const toml::node* search = nullptr;
    bool created_at = false;
    bool updated_at = false;
    std::vector<Field> fields;
    for (const Entry& key : by_position(*table)) {
      remember("", key.name, key.value_at());
      if (key.name == "fields")
        fields = read_fields(key);
      else if (key.name == "indexes")
        indexes = key.node;
      else if (key.name == "search")
        search = key.node;
      else if (key.name == "created_at")
        created_at = read_flag(key);
      else if (key.name == "updated_at")
        updated_at = read_flag(key);
      else if (key.name == "id")
        read_id_kind(key);
      else if (key.name == "access")
        read_access(key);
      else if (key.name == "cache")
        read_cache(key);
      else if (key.name == "renamed_from")
        read_former_name(key);
      else
        unknown_key(key);
    }
    auto& all = collection().fields;
    all.push_back(make_id_field(collection().id_kind));
    std::ranges::move(fields, std::back_inserter(all));
    if (created_at) all.push_back(make_time_field(FieldRole::created_at));
    if (updated_at) all.push_back(make_time_field(FieldRole::updated_at));
    if (indexes != nullptr) read_indexes(*indexes);
    if (search != nullptr) read_search(*search);
  }

  // A field's key that stands one level too high gets a hint instead of a far-fetched word.
  void unknown_key(const Entry& key) {
    const bool looks_like_field = key.node->is_table() && key.node->as_table()->contains("type");
    problems_.add(key.at, "unknown key " + in_quotes(key.name) + suggestion(key.name, collection_key_vocabulary()),
                  looks_like_field ? "A field is declared as fields." + key.name + " = { … }" : "");
  }

  std::vector<Field> read_fields(const Entry& entry) {
    std::vector<Field> fields;
    const auto* table = entry.node->as_table();
    if (table == nullptr) {
      problems_.add(entry.value_at(), collection().name + ": fields must be a table",
                    "For example: fields.name = { type = \"text\" }");
      return fields;
    }
    for (const Entry& field : by_position(*table)) {
      remember(field.name, "", field.at);
      ReadField read = read_field(field, collection().name + "." + field.name, problems_);
      for (const auto& [key, at] : read.keys) remember(field.name, key, at);
      if (!read.sound) unsound_.insert({collection().name, field.name});
      fields.push_back(std::move(read.field));
    }
    return fields;
  }

  bool read_flag(const Entry& entry) {
    const auto* flag = entry.node->as_boolean();
    if (flag == nullptr)
      problems_.add(entry.value_at(), collection().name + ": " + entry.name + " must be true or false");
    return flag != nullptr && flag->get();
  }

  // The place of the text among the words; a problem and nothing otherwise.
  std::optional<std::size_t> read_word(const Entry& entry, std::span<const std::string_view> words,
                                       std::string hint = {}) {
    const auto* given = entry.node->as_string();
    const std::string word = given == nullptr ? std::string() : given->get();
    const auto found = std::ranges::find(words, word);
    if (given != nullptr && found != words.end()) return static_cast<std::size_t>(found - words.begin());
    std::string listed;
    for (const auto known : words) listed += (listed.empty() ? "\"" : " or \"") + std::string(known) + "\"";
    problems_.add(entry.value_at(),
                  collection().name + ": " + entry.name + " must be " + listed + did_you_mean(word, words),
                  std::move(hint));
    return std::nullopt;
  }

  void read_id_kind(const Entry& entry) {
    constexpr std::array<std::string_view, 2> words = {"integer", "uuid"};
    if (const auto place = read_word(entry, words)) collection().id_kind = static_cast<IdKind>(*place);
  }

  void read_cache(const Entry& entry) {
    constexpr std::array<std::string_view, 2> words = {"on", "off"};
    if (const auto place = read_word(entry, words)) collection().cached = *place == 0;
  }

  void read_former_name(const Entry& entry) {
    const auto* name = entry.node->as_string();
    if (name == nullptr || name->get().empty())
      return problems_.add(entry.value_at(), collection().name + ": renamed_from must be the name that the table has");
    collection().renamed_from = name->get();
  }

  void read_access(const Entry& entry) {
    const auto* table = entry.node->as_table();
    if (table == nullptr)
      return problems_.add(entry.value_at(), collection().name + ": access must be given for each action",
                           "For example: access.read = \"anyone\"");
    for (const Entry& action : by_position(*table)) {
      const auto found = std::ranges::find(action_words, action.name);
      if (found == action_words.end())
        problems_.add(
            action.at,
            "unknown action " + in_quotes(action.name) + suggestion(action.name, {action_words, action_synonyms}),
            "Actions are: read, create, update, delete.");
      else
        read_rule(action, static_cast<std::size_t>(found - action_words.begin()));
    }
  }

  // A lone word is one of the two, or misspelt; all else is a rule, which complete() reads.
  void read_rule(const Entry& action, std::size_t place) {
    constexpr std::array<std::string_view, 2> words = {"nobody", "anyone"};
    constexpr const char* hint =
        "\"nobody\" leaves the action to the service key; a rule looks like \"record.owner == viewer.id\".";
    Policy& policy = collection().policy;
    const auto* text = action.node->as_string();
    if (text != nullptr && is_rule(text->get())) {
      policy.access[place] = Access::rule;
      policy.texts[place] = text->get();
      return remember("", "access." + action.name, action.value_at());
    }
    Entry named = action;
    named.name = "access." + action.name;
    if (const auto word = read_word(named, words, hint)) policy.access[place] = static_cast<Access>(*word);
  }

  void read_indexes(const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr) return refuse_index(node);
    for (const auto& element : *array) {
      Index index;
      const auto* table = element.as_table();
      if (table != nullptr ? read_index_table(*table, index) : read_index_fields(element, index))
        collection().indexes.push_back(std::move(index));
    }
  }

  void refuse_index(const toml::node& node) {
    problems_.add(
        node.source().begin, collection().name + ": indexes must be a list",
        "For example: indexes = [\"email\", [\"owner\", \"created_at\"], { fields = [\"slug\"], unique = true }]");
  }

  bool read_index_table(const toml::table& table, Index& index) {
    bool sound = true;
    const toml::node* fields = nullptr;
    for (const Entry& key : by_position(table)) {
      if (key.name == "fields") {
        fields = key.node;
      } else if (key.name == "unique") {
        sound = key.node->is_boolean() && sound;
        index.unique = read_flag(key);
      } else {
        constexpr std::array<std::string_view, 2> words = {"fields", "unique"};
        problems_.add(key.at, "unknown key " + in_quotes(key.name) + did_you_mean(key.name, words));
        sound = false;
      }
    }
    if (fields == nullptr) return refuse_index(table), false;
    return read_index_fields(*fields, index) && sound;
  }

  bool read_index_fields(const toml::node& node, Index& index) {
    if (node.is_string()) return read_index_field(node, index);
    const auto* array = node.as_array();
    if (array == nullptr) return refuse_index(node), false;
    bool sound = true;
    for (const auto& element : *array) sound = read_index_field(element, index) && sound;
    return sound;
  }

  bool read_index_field(const toml::node& node, Index& index) {
    const auto* name = node.as_string();
    if (name == nullptr) return refuse_index(node), false;
    const auto place = find_field(node, name->get());
    if (place) index.fields.push_back(*place);
    return place.has_value();
  }

  void read_search(const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr || !std::ranges::all_of(*array, [](const toml::node& one) { return one.is_string(); }))
      return problems_.add(node.source().begin, collection().name + ": search must be a list of fields",
                           "For example: search = [\"title\", \"body\"]");
    for (const auto& element : *array)
      if (const auto place = find_field(element, element.as_string()->get())) collection().search.push_back(*place);
  }

  std::optional<std::size_t> find_field(const toml::node& node, const std::string& name) {
    const auto place = collection().find_field(name);
    if (!place)
      problems_.add(node.source().begin,
                    "unknown field " + in_quotes(name) + did_you_mean(name, collection().field_names()));
    return place;
  }

  void report(const SchemaProblem& problem) {
    // A rule may be wrong only because of a field that is.
    if (problem.offset && !unsound_.empty()) return;
    if (unsound_.contains({problem.collection, problem.field})) return;
    const std::string place = problem.collection + (problem.field.empty() ? "" : "." + problem.field);
    const std::string key = problem.key.empty() ? "" : problem.key + ": ";
    const Position at = find_place(problem);
    problems_.add(problem.offset ? place_in_text(file_, at, *problem.offset) : at,
                  quoted_place(place) + key + problem.message, problem.hint);
  }

  static std::string quoted_place(const std::string& place) {
    return place.empty() ? std::string() : std::string(place, 0, 130) + ": ";
  }

  Position find_place(const SchemaProblem& problem) const {
    for (const auto& place : {Place{problem.collection, problem.field, problem.key},
                              Place{problem.collection, problem.field, ""}, Place{problem.collection, "", ""}})
      if (const auto found = places_.find(place); found != places_.end()) return found->second;
    return {};
  }

  struct Place {
    std::string collection;
    std::string field;
    std::string key;
    auto operator<=>(const Place&) const = default;
  };

  std::string_view file_;
  Problems& problems_;
  Schema schema_;
  std::map<Place, Position> places_;
  std::set<std::pair<std::string, std::string>> unsound_;  // Collection and field.
};

}  // namespace

Schema read_collections(const toml::table& collections, std::string_view file, Problems& problems) {
  return CollectionsReader(file, problems).read(collections);
}

}  // namespace banyan::config
