#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "banyan/api/query/cast.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::api {

/// What is shown of each record of a page, or of each row of a grouping: a tree beside the query's, whose embeds it
/// names by their place.
struct Selection {
  struct Member {
    enum class Kind : unsigned char {
      value,   ///< A field, the end of a JSON path, a group's value or an aggregate.
      embed,   ///< Records that belong to this one: an object or null where `single`, else an array.
      spread,  ///< The members of what is embedded stand among this one's: null without a record; where not `single`,
               ///< an array of each.
    };
    Kind kind = Kind::value;
    std::string name;  ///< In the answer; of a spread, in the request only.

    Term term;                         ///< value of a record.
    std::optional<std::size_t> place;  ///< value of a row: where in the row it stands.
    FieldType type = FieldType::text;  ///< Of the value before the cast: how it is written.
    std::optional<Cast> cast;

    std::size_t embed = 0;  ///< embed, spread: the place in Query::embeds and RecordPage::embeds.
    bool single = false;
    std::vector<Selection> inner;  ///< embed, spread: one.

    /// How the value is written after its cast.
    FieldType shown_type() const noexcept { return cast ? cast->to : type; }
  };

  const Collection* collection = nullptr;
  std::vector<Member> members;
  bool whole = false;  ///< Every field as it stands, in the collection's order, and nothing else.

  /// The fields, where nothing else is shown: no path, cast, other name, embed or row.
  std::optional<std::vector<std::size_t>> plain_fields() const;
};

/// `*`.
Selection select_all(const Collection& collection);

}  // namespace banyan::api
