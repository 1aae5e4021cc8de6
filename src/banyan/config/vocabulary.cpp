#include "banyan/config/vocabulary.hpp"

#include <algorithm>
#include <vector>

#include "banyan/base/words.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::config {
namespace {

using Synonym = std::pair<std::string_view, std::string_view>;

constexpr std::string_view section_words[] = {"app",         "server",  "limits",  "cors", "database",
                                              "cache",       "log",     "metrics", "api",  "service_key",
                                              "collections", "queries", "fleet"};
constexpr Synonym section_synonyms[] = {{"application", "app"},    {"http", "server"},        {"listen", "server"},
                                        {"db", "database"},        {"store", "database"},     {"redis", "cache"},
                                        {"logging", "log"},        {"logs", "log"},           {"tables", "collections"},
                                        {"models", "collections"}, {"rpc", "queries"},        {"functions", "queries"},
                                        {"statements", "queries"}, {"schema", "collections"}, {"auth", "service_key"},
                                        {"balancer", "fleet"},     {"cluster", "fleet"},      {"instances", "fleet"}};

constexpr std::string_view type_words[] = {"text", "integer", "number", "boolean", "timestamp", "date",
                                           "json", "uuid",    "email",  "url",     "enum",      "reference"};
constexpr Synonym type_synonyms[] = {{"string", "text"},
                                     {"str", "text"},
                                     {"varchar", "text"},
                                     {"char", "text"},
                                     {"character", "text"},
                                     {"int", "integer"},
                                     {"int32", "integer"},
                                     {"int64", "integer"},
                                     {"bigint", "integer"},
                                     {"smallint", "integer"},
                                     {"serial", "integer"},
                                     {"long", "integer"},
                                     {"float", "number"},
                                     {"double", "number"},
                                     {"decimal", "number"},
                                     {"numeric", "number"},
                                     {"real", "number"},
                                     {"bool", "boolean"},
                                     {"bit", "boolean"},
                                     {"datetime", "timestamp"},
                                     {"date-time", "timestamp"},
                                     {"time", "timestamp"},
                                     {"timestamptz", "timestamp"},
                                     {"day", "date"},
                                     {"jsonb", "json"},
                                     {"object", "json"},
                                     {"array", "json"},
                                     {"map", "json"},
                                     {"guid", "uuid"},
                                     {"mail", "email"},
                                     {"e-mail", "email"},
                                     {"uri", "url"},
                                     {"link", "url"},
                                     {"href", "url"},
                                     {"enumeration", "enum"},
                                     {"choice", "enum"},
                                     {"select", "enum"},
                                     {"ref", "reference"},
                                     {"relation", "reference"},
                                     {"foreign_key", "reference"},
                                     {"foreign", "reference"}};

constexpr std::string_view collection_keys[] = {"fields", "indexes", "created_at",   "updated_at", "id",
                                                "access", "cache",   "renamed_from", "search"};
constexpr Synonym collection_key_synonyms[] = {
    {"columns", "fields"},      {"properties", "fields"},  {"index", "indexes"},         {"indices", "indexes"},
    {"rules", "access"},        {"policy", "access"},      {"permissions", "access"},    {"primary_key", "id"},
    {"created", "created_at"},  {"updated", "updated_at"}, {"timestamps", "created_at"}, {"cached", "cache"},
    {"rename", "renamed_from"}, {"was", "renamed_from"},   {"formerly", "renamed_from"}, {"fts", "search"},
    {"full_text", "search"},    {"searchable", "search"}};

constexpr std::string_view field_keys[] = {"type",       "required",     "default", "unique",    "min",    "max",
                                           "min_length", "max_length",   "pattern", "read_only", "values", "to",
                                           "on_delete",  "renamed_from", "read",    "write"};
constexpr Synonym field_key_synonyms[] = {{"references", "to"},         {"ref", "to"},
                                          {"collection", "to"},         {"target", "to"},
                                          {"options", "values"},        {"choices", "values"},
                                          {"enum", "values"},           {"one_of", "values"},
                                          {"optional", "required"},     {"nullable", "required"},
                                          {"not_null", "required"},     {"null", "required"},
                                          {"regex", "pattern"},         {"regexp", "pattern"},
                                          {"match", "pattern"},         {"format", "pattern"},
                                          {"readonly", "read_only"},    {"minimum", "min"},
                                          {"maximum", "max"},           {"length", "max_length"},
                                          {"size", "max_length"},       {"minlength", "min_length"},
                                          {"maxlength", "max_length"},  {"kind", "type"},
                                          {"cascade", "on_delete"},     {"ondelete", "on_delete"},
                                          {"default_value", "default"}, {"rename", "renamed_from"},
                                          {"was", "renamed_from"},      {"old_name", "renamed_from"}};

}  // namespace

std::string suggestion(std::string_view word, const Vocabulary& vocabulary) {
  const auto meant = [](std::string_view right) { return ", did you mean '" + std::string(right) + "'?"; };
  for (const auto& [synonym, right] : vocabulary.synonyms)
    if (word == synonym) return meant(right);
  std::vector<std::string_view> all(vocabulary.words.begin(), vocabulary.words.end());
  for (const auto& [synonym, right] : vocabulary.synonyms) all.push_back(synonym);
  const auto nearest = nearest_word(word, all);
  if (!nearest) return {};
  const auto synonym = std::ranges::find(vocabulary.synonyms, *nearest, &Synonym::first);
  return meant(synonym == vocabulary.synonyms.end() ? *nearest : synonym->second);
}

Vocabulary section_vocabulary() { return {section_words, section_synonyms}; }
Vocabulary type_vocabulary() { return {type_words, type_synonyms}; }
Vocabulary collection_key_vocabulary() { return {collection_keys, collection_key_synonyms}; }
Vocabulary field_key_vocabulary() { return {field_keys, field_key_synonyms}; }

}  // namespace banyan::config
