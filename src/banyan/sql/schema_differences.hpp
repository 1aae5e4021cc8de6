#pragma once

#include "banyan/base/clock.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/core/schema_plan.hpp"
#include "banyan/sql/database_shape.hpp"
#include "banyan/sql/dialect.hpp"

namespace banyan::sql {

/// How a database differs from a schema. Errors: unsupported (a newer Banyan made it), those of the probe.
///
/// additive: a new table; a new column that may be null, has a default (existing rows get it; `now` is the time of
///   the plan) or joins an empty table; a new index; a new unique index where no rows collide; a type that becomes
///   `text` from another one kept as text; an adopted table without versions.
/// blocking: a type that changes otherwise; an id of another kind; a required column that has no default on rows that
///   exist; a column that becomes required while rows have no value; a column that stops being required (SQLite and
///   others would keep refusing nulls); duplicates under a new unique index; a reference that the table does not
///   have, or has to another table, or that acts on its own; a column that the config does not know and that refuses
///   rows without a value.
/// offered: triggers that tell what other programs change in an adopted table; NOT NULL where every row has a value.
/// unknown: tables, columns and unique indexes that the config does not know. They stay; a unique index goes on
///   refusing duplicates.
/// Where a table or column is still called as the config says that it was, only that is told: it hides what else
/// differs. What `banyan schema apply` can make has statements: renames, and where the dialect alters columns, types
/// whose change keeps every value, NOT NULL, and foreign keys; dropping what is unknown, when it is named. No
/// difference: defaults, bounds, patterns and enum values (Banyan applies them, not the database), other indexes,
///   and a column that became required and has a value in every row.
Result<SchemaPlan> schema_differences(const Schema& schema, const DatabaseShape& database, DataProbe& probe,
                                      const Dialect& dialect, UnixMicros now);

/// The statements of CREATE TABLE and its indexes.
std::vector<std::string> create_table(const Schema& schema, const Collection& collection, const Dialect& dialect);

/// The column's definition in CREATE TABLE and ADD COLUMN; `fill` is the value that existing rows get.
std::string column_definition(const Schema& schema, const Field& field, const Dialect& dialect, const Value& fill);

/// Indexes that the collection's table must have: those declared, one for each unique field and each reference.
std::vector<Index> wanted_indexes(const Collection& collection);
/// `beside_writers`: as Dialect has it, for a table that is in use.
std::string create_index(const Collection& collection, const Index& index, std::string_view beside_writers = "");
/// At most 63 bytes, which is what PostgreSQL keeps of a name.
std::string index_name(const Collection& collection, const Index& index);
std::string index_name(std::string_view table, const std::vector<std::string>& columns, bool unique);
/// Of the index for the texts that are searched together, "posts.title.body.search"; and its CREATE INDEX, or nothing
/// where there are none or the store does not search.
std::string search_index_name(const Collection& collection);
std::optional<std::string> create_search_index(const Collection& collection, const Dialect& dialect,
                                               std::string_view beside_writers = "");
/// "posts.author.reference", within the same bound.
std::string reference_name(const Collection& collection, const Field& field);
std::string required_name(const Collection& collection, const Field& field);
/// `FOREIGN KEY ("author") REFERENCES …`
std::string foreign_key(const Schema& schema, const Field& field);
/// The foreign key of a reference, where the column's definition does not have it.
std::string add_reference(const Schema& schema, const Collection& collection, const Field& field);

/// The note that the field has its type.
std::string note_statement(const Collection& collection, const Field& field, const Dialect& dialect);

}  // namespace banyan::sql
