#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"

namespace banyan::sql {

/// How the pages of a query's embeds hang together, the same for every store: the keys of the records around go into
/// one statement, and its rows come back to them. All functions are pure.

/// How the keys of a relation are held.
Field::Storage key_storage(const Relation& relation) noexcept;
/// The field that rows of a statement name the record by that they belong to.
const Field& key_field(const Relation& relation) noexcept;

/// What select_embedded() is asked with: of each record what its target is found by; none twice, no null.
std::vector<Value> keys_of(std::span<const Record> around, const Relation& relation);

/// Rows of one embed as they came: records or rows, and of each the key of the record that it belongs to.
struct EmbeddedRows {
  RecordPage page;
  std::vector<Value> keys;
};
/// The page of the embed: for each record around, which of them are its. Rows of one key must follow each other. Where
/// the grouping has one row over all, records to which nothing belongs get that of nothing.
EmbeddedPage placed(EmbeddedRows rows, std::span<const Record> around, const Embed& embed);

/// Of all embeds together more came than embedded_records_max.
Error too_many_embedded();

}  // namespace banyan::sql
