#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "banyan/core/schema.hpp"
#include "banyan/sql/database_shape.hpp"

namespace banyan::postgres {

/// The field type that serves a column of that type, as the shape of the database names it; nothing where none does.
std::optional<FieldType> field_type_of(std::string_view type);

/// The kind of id that a column could be or name.
std::optional<IdKind> id_kind_of(const sql::ColumnShape& column);

/// Of `character varying(200)`.
std::optional<std::int64_t> length_of(std::string_view type);

}  // namespace banyan::postgres
