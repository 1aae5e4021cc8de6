#include "banyan/config/queries_reader.hpp"

#include <algorithm>
#include <array>

#include "banyan/base/words.hpp"
#include "banyan/config/field_reader.hpp"
#include "banyan/config/text_place.hpp"
#include "banyan/config/vocabulary.hpp"
#include "banyan/core/saved_query_text.hpp"

namespace banyan::config {
namespace {

constexpr std::array<std::string_view, 7> query_keys = {"sql",     "sqlite", "postgres", "params",
                                                        "returns", "access", "writes"};
constexpr std::pair<std::string_view, std::string_view> query_key_synonyms[] = {
    {"parameters", "params"},   {"arguments", "params"}, {"args", "params"},       {"columns", "returns"},
    {"result", "returns"},      {"query", "sql"},        {"statement", "sql"},     {"text", "sql"},
    {"postgresql", "postgres"}, {"write", "writes"},     {"permissions", "access"}};
// Words of the requests that call it.
constexpr std::array<std::string_view, 5> reserved_parameters = {"select", "order", "limit", "offset", "columns"};

// What a field may have and these not: nobody would heed it.
constexpr std::array<std::string_view, 5> not_of_parameters = {"read", "write", "read_only", "unique", "renamed_from"};
constexpr std::array<std::string_view, 12> not_of_columns = {"read",         "write",      "read_only",  "unique",
                                                             "renamed_from", "required",   "default",    "min",
                                                             "max",          "min_length", "max_length", "pattern"};

class QueryReader {
 public:
  QueryReader(const Entry& entry, std::string_view file, Problems& problems)
      : entry_(entry), file_(file), problems_(problems) {
    query_.name = entry.name;
  }

  SavedQuery read() {
    const auto* table = entry_.node->as_table();
    if (!is_valid_name(entry_.name))
      refuse(entry_.at, "the name must be of lower-case letters, digits and _, beginning with a letter");
    if (table == nullptr) {
      refuse(entry_.value_at(), "a saved query is a table",
             "For example: [queries." + entry_.name + "] and below it sql = \"SELECT …\"");
      return std::move(query_);
    }
    for (const Entry& key : by_position(*table)) read_key(key);
    if (query_.sqlite.empty() && query_.postgres.empty() && !refused_)
      refuse(entry_.at, "there is no statement",
             "Give one for both databases as sql, or one for each as sqlite and postgres.");
    check_parameters(query_.sqlite, sqlite_at_, SqlDialect::sqlite);
    check_parameters(query_.postgres, postgres_at_, SqlDialect::postgres);
    return std::move(query_);
  }

 private:
  void refuse(Position at, const std::string& message, std::string hint = {}) {
    refused_ = true;
    problems_.add(at, "queries." + entry_.name + ": " + message, std::move(hint));
  }

  void read_key(const Entry& key) {
    if (key.name == "sql" || key.name == "sqlite" || key.name == "postgres") return read_statement_text(key);
    if (key.name == "params") return read_parameters(key);
    if (key.name == "returns") return read_columns(key);
    if (key.name == "access") return read_access(key);
    if (key.name == "writes") return read_writes(key);
    problems_.add(key.at,
                  "unknown key " + in_quotes(key.name) + suggestion(key.name, {query_keys, query_key_synonyms}));
  }

  void read_statement_text(const Entry& key) {
    const auto* text = key.node->as_string();
    if (text == nullptr || text->get().find_first_not_of(" \t\r\n;") == std::string::npos)
      return refuse(key.value_at(), key.name + " must be a statement in quotes");
    if (text->get().size() > saved_query_bytes_max || text->get().contains('\0'))
      return refuse(key.value_at(), key.name + " must have at most 64 KiB, and no NUL");
    const auto set = [&](std::string& target, Position& at, bool is_own) {
      if (!is_own && !target.empty()) return;
      target = text->get();
      at = key.value_at();
    };
    if (key.name != "postgres") set(query_.sqlite, sqlite_at_, key.name == "sqlite");
    if (key.name != "sqlite") set(query_.postgres, postgres_at_, key.name == "postgres");
  }

  void read_writes(const Entry& key) {
    const auto* flag = key.node->as_boolean();
    if (flag == nullptr) return refuse(key.value_at(), "writes must be true or false");
    query_.writes = flag->get();
  }

  bool has_only_its_own(const Entry& entry, const toml::table& table, bool is_column) {
    const auto has = [](const auto& keys, std::string_view key) { return std::ranges::find(keys, key) != keys.end(); };
    bool sound = true;
    for (const Entry& key : by_position(table)) {
      if (!(is_column ? has(not_of_columns, key.name) : has(not_of_parameters, key.name))) continue;
      sound = false;
      refuse(key.at, entry.name + ": unknown key " + in_quotes(key.name),
             is_column ? "A column has a type, and values where that is enum: the statement decides what it holds, and "
                         "access of the query who may see it."
                       : "A parameter has type, required, default, min, max, min_length, max_length, pattern and "
                         "values: access of the query decides who may give it.");
    }
    return sound;
  }

  // A type in quotes is short for a table that has nothing else.
  bool read_one(const Entry& entry, bool is_column, Field& field) {
    const std::string place = "queries." + query_.name + "." + entry.name;
    if (const auto* word = entry.node->as_string()) {
      const auto type = field_type_from(word->get());
      if (type) {
        field.name = entry.name;
        field.type = *type;
      } else {
        refuse(entry.value_at(), "unknown type " + in_quotes(word->get()) + suggestion(word->get(), type_vocabulary()));
      }
      if (!type) return false;
    } else {
      if (const auto* table = entry.node->as_table(); table != nullptr && !has_only_its_own(entry, *table, is_column))
        return false;
      ReadField read = read_field(entry, place, problems_);
      refused_ = refused_ || !read.sound;
      if (!read.sound) return false;
      field = std::move(read.field);
    }
    if (field.type == FieldType::reference)
      refuse(entry.value_at(), entry.name + " cannot be a reference", "Say what its id is: integer, or uuid.");
    return field.type != FieldType::reference;
  }

  void read_parameters(const Entry& key) {
    const auto* table = key.node->as_table();
    if (table == nullptr) return refuse(key.value_at(), "params must be a table", "params.since = \"timestamp\"");
    if (table->size() > saved_query_parameters_max) return refuse(key.value_at(), "there are more than 100 params");
    Schema schema;
    Collection& collection = schema.collections.emplace_back();
    collection.name = "parameters";
    collection.fields.push_back(make_id_field(IdKind::integer));
    std::vector<Entry> entries;
    for (const Entry& entry : by_position(*table)) {
      Field field;
      if (!read_one(entry, false, field)) continue;
      if (!is_valid_name(entry.name) || std::ranges::find(reserved_parameters, entry.name) != reserved_parameters.end())
        refuse(entry.at, "a parameter cannot be called " + in_quotes(entry.name));
      // Some names mean something to collections and nothing here.
      field.name = "p" + std::to_string(entries.size());
      collection.fields.push_back(std::move(field));
      entries.push_back(entry);
    }
    for (const SchemaProblem& problem : complete(schema)) {
      const auto found = std::ranges::find(collection.fields, problem.field, &Field::name);
      const bool is_field = found != collection.fields.begin() && found != collection.fields.end();
      const Entry* entry = is_field ? &entries[static_cast<std::size_t>(found - collection.fields.begin()) - 1] : &key;
      refuse(entry->value_at(), entry->name + ": " + (problem.key.empty() ? "" : problem.key + ": ") + problem.message);
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
      query_.parameters.push_back(std::move(collection.fields[i + 1]));
      query_.parameters.back().name = entries[i].name;
    }
  }

  void read_columns(const Entry& key) {
    const auto* table = key.node->as_table();
    if (table == nullptr) return refuse(key.value_at(), "returns must be a table", "returns = { id = \"integer\" }");
    if (table->size() > saved_query_columns_max) return refuse(key.value_at(), "there are more than 500 columns");
    for (const Entry& entry : by_position(*table)) {
      Field field;
      if (!read_one(entry, true, field)) continue;
      if (entry.name.empty())
        refuse(entry.at, "a column needs a name", "Name it in the statement: … AS total, and here: returns.total");
      if (field.type == FieldType::boolean) field.storage = Field::Storage::boolean;
      if (field.type == FieldType::integer) field.storage = Field::Storage::integer;
      if (field.type == FieldType::number) field.storage = Field::Storage::number;
      query_.columns.push_back(std::move(field));
    }
  }

  void read_access(const Entry& key) {
    const auto* text = key.node->as_string();
    if (text == nullptr)
      return refuse(key.value_at(), "access must be \"anyone\", \"nobody\" or a rule over the viewer");
    if (text->get() == "anyone" || text->get() == "nobody") {
      query_.access = text->get() == "anyone" ? Access::anyone : Access::nobody;
      return;
    }
    // There is no record to look at: a collection without fields has none that a rule could name.
    query_.access = Access::rule;
    query_.access_text = text->get();
    auto subject = std::make_shared<Schema>();
    subject->collections.emplace_back().name = query_.name;
    auto rule = Rule::compile(text->get(), *subject, subject->collections.front());
    query_.subject = std::move(subject);
    if (rule) {
      query_.rule = std::move(*rule);
      return;
    }
    const RuleProblem& problem = rule.error();
    const bool of_record = text->get().substr(0, problem.offset).ends_with("record.");
    refuse(place_in_text(file_, key.value_at(), problem.offset),
           "access: " + (of_record ? "there is no record here" : problem.message),
           of_record ? "Ask of the viewer and the request alone." : problem.hint);
  }

  void check_parameters(const std::string& text, Position begin, SqlDialect dialect) {
    if (text.empty() || refused_) return;
    const ReadStatement read = read_statement(text, dialect);
    if (!read.problem.empty()) return refuse(place_in_text(file_, begin, read.problem_at), read.problem);
    std::vector<std::string_view> names;
    for (const Field& field : query_.parameters) names.push_back(field.name);
    std::size_t at = 0;
    for (const auto& piece : read.pieces) {
      at += piece.text.size();
      if (!piece.parameter.empty() && std::ranges::find(names, piece.parameter) == names.end())
        return refuse(place_in_text(file_, begin, at),
                      "unknown parameter :" + piece.parameter + did_you_mean(piece.parameter, names),
                      "Declare it: params." + piece.parameter + " = \"text\"");
      at += 1 + piece.parameter.size();
    }
    for (const std::string_view name : names)
      if (std::ranges::find(read.pieces, name, &ReadStatement::Piece::parameter) == read.pieces.end())
        return refuse(begin, "the parameter :" + std::string(name) + " does not stand in the statement");
  }

  const Entry& entry_;
  std::string_view file_;
  Problems& problems_;
  SavedQuery query_;
  Position sqlite_at_;
  Position postgres_at_;
  bool refused_ = false;
};

}  // namespace

ReadQueries read_queries(const toml::table& queries, std::string_view file, Problems& problems) {
  ReadQueries read;
  for (const Entry& entry : by_position(queries)) {
    if (read.queries.size() == saved_queries_max) {
      problems.add(entry.at, "there are more than 500 saved queries");
      break;
    }
    read.queries.push_back(QueryReader(entry, file, problems).read());
    read.places.push_back(entry.at);
  }
  return read;
}

}  // namespace banyan::config
