#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/core/policy.hpp"
#include "banyan/core/value.hpp"

namespace re2 {
class RE2;
}

namespace banyan {

enum class FieldType : unsigned char {
  text,
  integer,
  number,
  boolean,
  timestamp,
  date,
  json,
  uuid,
  email,
  url,
  enumeration,
  reference,
};

/// "text", …, "enum", "reference": the words of the config.
std::string_view to_string(FieldType type) noexcept;
std::optional<FieldType> field_type_from(std::string_view word) noexcept;
std::vector<std::string_view> field_type_words();

/// What happens to a record when what its reference names is deleted.
enum class OnDelete : unsigned char { restrict, cascade, set_null };

enum class IdKind : unsigned char { integer, uuid };

/// Who fills a field in when the caller does not.
enum class FieldRole : unsigned char {
  ordinary,
  id,          ///< Always fields[0]; made by the store (integer) or by Banyan (uuid); never changed.
  created_at,  ///< Timestamp of the creation, set by Banyan.
  updated_at,  ///< Timestamp of the last change, set by Banyan.
};

struct Field {
  std::string name;
  FieldType type = FieldType::text;
  FieldRole role = FieldRole::ordinary;
  bool required = false;   ///< Null is refused.
  bool unique = false;     ///< No two records share a value; nulls do not count.
  bool read_only = false;  ///< Callers may not set it, save with the service key.
  /// A value, or the word `now` for timestamps and dates.
  struct Default {
    Value value;
    bool now = false;
    bool operator==(const Default&) const = default;
  };
  std::optional<Default> default_value;
  std::optional<Value> min;                ///< Inclusive; integer, number, timestamp, date.
  std::optional<Value> max;                ///< Inclusive.
  std::optional<std::int64_t> min_length;  ///< In code points; text, email, url.
  std::optional<std::int64_t> max_length;
  std::string pattern_text;  ///< RE2, matched against the whole text; empty when there is none.
  std::shared_ptr<const re2::RE2> pattern;
  std::vector<std::string> enum_values;
  std::string reference_to;         ///< The collection that a reference names.
  std::size_t reference_index = 0;  ///< Its place in Schema::collections.
  OnDelete on_delete = OnDelete::restrict;
  std::string renamed_from;  ///< The name that its column still has in a database from before; empty when none.
  /// Who may see the field, or set it, where fewer may than the collection lets: rules over the record. Without a text
  /// there is none. complete() compiles them; they follow no reference.
  std::string read_text;
  std::string write_text;
  std::shared_ptr<const Rule> read_rule;
  std::shared_ptr<const Rule> write_rule;

  /// The most bytes of a value, where the field is in an index: its share of index_bytes_max. Set by complete().
  std::optional<std::size_t> indexed_bytes_max;

  /// How values of this field are held: bool, int64, double or text. For a reference, as the id it names.
  enum class Storage : unsigned char { boolean, integer, number, text };
  Storage storage = Storage::text;
};

struct Index {
  std::vector<std::size_t> fields;  ///< Places in Collection::fields.
  bool unique = false;
  bool operator==(const Index&) const = default;
};

struct Collection {
  std::string name;
  std::size_t index = 0;  ///< Its place in Schema::collections.
  IdKind id_kind = IdKind::integer;
  std::vector<Field> fields;  ///< fields[0] is the id; then as declared; created_at and updated_at last.
  std::vector<Index> indexes;
  Policy policy;
  bool cached = true;        ///< `cache = "off"` turns it off.
  std::string renamed_from;  ///< The name that its table still has in a database from before; empty when none.
  /// Texts that are searched together (`search = ["title", "body"]`); empty: the operator `fts` is refused.
  std::vector<std::size_t> search;
  /// The fields that rules look at, of this collection or behind another's reference; ascending. Caches keep their
  /// values beside a record. Set by complete().
  std::vector<std::size_t> rule_fields;
  bool has_field_rules = false;  ///< Some field has a read_rule. Set by complete().

  /// The place of the field of that name.
  std::optional<std::size_t> find_field(std::string_view name) const noexcept;
  std::vector<std::string_view> field_names() const;
};

/// A reference as seen from the collection that it names.
struct IncomingReference {
  std::size_t collection;  ///< Place of the referring collection.
  std::size_t field;       ///< Place of the reference in it.
};

/// What the application declares. Immutable once built; collections keep their address for its whole life.
struct Schema {
  std::vector<Collection> collections;

  const Collection* find(std::string_view name) const noexcept;
  /// Every reference that names the collection, in order of declaration.
  std::vector<IncomingReference> references_to(std::size_t collection) const;
};

/// The id that every collection has as fields[0].
Field make_id_field(IdKind kind);
/// A field `created_at` or `updated_at`: an optional timestamp that callers may not set (null in records that are older
/// than the field).
Field make_time_field(FieldRole role);

/// Bounds on what may be declared.
inline constexpr std::size_t collections_max = 1000;
inline constexpr std::size_t fields_max = 500;  ///< A collection, id included.
inline constexpr std::size_t indexes_max = 64;  ///< A collection.
inline constexpr std::size_t index_fields_max = 16;
/// The texts of one entry of an index, together: PostgreSQL's B-trees take 2,704 bytes with what belongs to the entry.
inline constexpr std::size_t index_bytes_max = 2'400;

/// One thing wrong with what is declared.
struct SchemaProblem {
  std::string collection;
  std::string field;  ///< Empty when the collection itself is meant.
  std::string message;
  std::string key;  ///< The setting that is wrong ("pattern", "indexes"); empty when the name or the whole is meant.
  std::optional<std::size_t> offset = std::nullopt;  ///< Of a rule: where in its text, in bytes.
  std::string hint = {};
};

/// Fills in what follows from the rest (indexes of collections and references, storage classes, compiled patterns) and
/// reports what is wrong: names, bounds that do not fit their field, defaults, references, indexes. Every problem at
/// once, in order of declaration. A schema is fit for use only when there are none.
std::vector<SchemaProblem> complete(Schema& schema);

/// Names that cannot be collections (the API needs them, or will) or fields (query parameters need them).
bool is_reserved_collection_name(std::string_view name) noexcept;
bool is_reserved_field_name(std::string_view name) noexcept;
/// Lower-case letters, digits and `_`, beginning with a letter, at most 63 bytes: safe in URLs and in every store.
bool is_valid_name(std::string_view name) noexcept;

}  // namespace banyan
