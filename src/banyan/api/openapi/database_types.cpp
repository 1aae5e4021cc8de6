#include "banyan/api/openapi/database_types.hpp"

#include <algorithm>

#include "banyan/core/record_json.hpp"

namespace banyan::openapi {
namespace {

constexpr std::string_view beginning =
    R"(// Made by `banyan types typescript`: make it anew when the configuration changes.

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  __InternalSupabase: { PostgrestVersion: "13" };
  public: {
)";

constexpr std::string_view none = "{ [_ in never]: never }";

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

// A column of a saved query may be called anything.
std::string property(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto fits = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  const bool plain = !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, fits);
  return plain ? std::string(name) : quoted(name);
}

std::string values_of(const Field& field) {
  std::string out;
  for (const std::string& value : field.enum_values) out += (out.empty() ? "" : " | ") + quoted(value);
  return out;
}

std::string enum_name(const Collection& collection, const Field& field) {
  return quoted(collection.name + "." + field.name);
}

class Writer {
 public:
  Writer(const Schema& schema, const std::vector<SavedQuery>& queries) : schema_(schema), queries_(queries) {}

  std::string write() {
    out_ = beginning;
    line(2, "Tables: {");
    for (const Collection& collection : schema_.collections) table(collection);
    line(2, "};");
    line(2, "Views: " + std::string(none) + ";");
    functions();
    enums();
    line(2, "CompositeTypes: " + std::string(none) + ";");
    line(1, "};");
    line(0, "};");
    return std::move(out_);
  }

 private:
  void line(std::size_t depth, std::string_view text) {
    out_.append(2 * depth, ' ');
    out_ += text;
    out_ += '\n';
  }

  void table(const Collection& collection) {
    line(3, collection.name + ": {");
    line(4, "Row: {");
    for (const Field& field : collection.fields) {
      const bool may_lack = !field.read_text.empty();  // A rule may hide it.
      line(5, field.name + (may_lack ? "?: " : ": ") + type_of(collection, field) + ";");
    }
    line(4, "};");
    input(collection, "Insert", false);
    input(collection, "Update", true);
    relationships(collection);
    line(3, "};");
  }

  // What Banyan keeps may be named too, so that a row as it was read can be sent back; upserts share the type of
  // inserts.
  void input(const Collection& collection, const std::string& name, bool is_update) {
    line(4, name + ": {");
    for (const Field& field : collection.fields) {
      const bool is_ordinary = field.role == FieldRole::ordinary;
      const bool needed = !is_update && is_ordinary && field.required && !field.default_value;
      line(5, field.name + (needed ? ": " : "?: ") + type_of(collection, field) + ";");
    }
    line(4, "};");
  }

  std::string type_of(const Collection& collection, const Field& field) const {
    const std::string type = plain_type_of(collection, field);
    return field.required || field.role == FieldRole::id ? type : type + " | null";
  }

  std::string plain_type_of(const Collection& collection, const Field& field) const {
    switch (field.type) {
      case FieldType::integer:
      case FieldType::number: return "number";
      case FieldType::boolean: return "boolean";
      case FieldType::json: return "Json";
      case FieldType::enumeration: return "Database[\"public\"][\"Enums\"][" + enum_name(collection, field) + "]";
      case FieldType::reference: {
        const Collection& target = schema_.collections[field.reference_index];
        return target.id_kind == IdKind::integer ? "number" : "string";
      }
      default: return "string";
    }
  }

  void relationships(const Collection& collection) {
    line(4, "Relationships: [");
    for (const Field& field : collection.fields) {
      if (field.type != FieldType::reference) continue;
      line(5, "{");
      line(6, "foreignKeyName: " + quoted(collection.name + "_" + field.name + "_fkey") + ";");
      line(6, "columns: [" + quoted(field.name) + "];");
      line(6, std::string("isOneToOne: ") + (field.unique ? "true" : "false") + ";");
      line(6, "referencedRelation: " + quoted(schema_.collections[field.reference_index].name) + ";");
      line(6, "referencedColumns: [\"id\"];");
      line(5, "},");
    }
    line(4, "];");
  }

  void functions() {
    if (queries_.empty()) return line(2, "Functions: " + std::string(none) + ";");
    line(2, "Functions: {");
    for (const SavedQuery& query : queries_) {
      line(3, query.name + ": {");
      if (query.parameters.empty()) line(4, "Args: never;");
      if (!query.parameters.empty()) line(4, "Args: {");
      for (const Field& field : query.parameters) {
        const bool needed = field.required && !field.default_value;
        line(5, field.name + (needed ? ": " : "?: ") + value_type(field) + (field.required ? ";" : " | null;"));
      }
      if (!query.parameters.empty()) line(4, "};");
      line(4, "Returns: {");
      for (const Field& field : query.columns) line(5, property(field.name) + ": " + value_type(field) + " | null;");
      line(4, "}[];");
      line(3, "};");
    }
    line(2, "};");
  }

  static std::string value_type(const Field& field) {
    if (field.type == FieldType::integer || field.type == FieldType::number) return "number";
    if (field.type == FieldType::boolean) return "boolean";
    if (field.type == FieldType::json) return "Json";
    return field.type == FieldType::enumeration ? values_of(field) : "string";
  }

  void enums() {
    const auto is_enum = [](const Field& field) { return field.type == FieldType::enumeration; };
    const auto has_enum = [&](const Collection& collection) { return std::ranges::any_of(collection.fields, is_enum); };
    if (!std::ranges::any_of(schema_.collections, has_enum)) return line(2, "Enums: " + std::string(none) + ";");
    line(2, "Enums: {");
    for (const Collection& collection : schema_.collections)
      for (const Field& field : collection.fields)
        if (is_enum(field)) line(3, enum_name(collection, field) + ": " + values_of(field) + ";");
    line(2, "};");
  }

  const Schema& schema_;
  const std::vector<SavedQuery>& queries_;
  std::string out_;
};

}  // namespace

std::string make_database_types(const Schema& schema, const std::vector<SavedQuery>& queries) {
  return Writer(schema, queries).write();
}

}  // namespace banyan::openapi
