#pragma once

#include <span>
#include <string>
#include <vector>

#include "banyan/core/record_store.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/sql/dialect.hpp"

namespace banyan::sql {

/// The text of statements. Each answers rows of the collection's fields in their order, then the version, unless it
/// says otherwise. Parameters are numbered in the order that each function states. All functions are pure.

/// Bounds of a statement's filters, past which it is `too_large`: nodes of their trees, and operands of one `in`. How
/// deep they may be nested is the database's own bound.
inline constexpr std::size_t filter_nodes_max = 500;
inline constexpr std::size_t in_operands_max = 4096;

/// `"id", "name", …, "_version"`.
void append_columns(std::string& out, const Collection& collection);

/// 1: the id.
std::string select_by_id(const Dialect& dialect, const Collection& collection);
/// 1: Dialect::list_operand() of ids. Each comes once, in any order.
std::string select_by_ids(const Dialect& dialect, const Collection& collection);

/// 1…n: every field but an integer id, in order; n + 1: the version. Answers nothing.
std::string insert(const Dialect& dialect, const Collection& collection);

/// 1…n: the values of `changes`, in order; n + 1: the clock's version; n + 2: the id. Answers nothing.
std::string update(const Dialect& dialect, const Collection& collection, std::span<const FieldChange> changes);

/// 1: the clock's version; 2: the id; 3: the expected version, if there is one. Answers the version of the deletion
/// only.
std::string remove(const Dialect& dialect, const Collection& collection, bool expects_version);

/// 1: the id. Answers the version only.
std::string select_version(const Dialect& dialect, const Collection& collection);

/// What refers to a record by that field. 1: the id that is named.
/// Answers one row if anything does.
std::string select_referring(const Dialect& dialect, const Collection& collection, std::size_t field);
/// 1: the id of the record that refers; 2: the id that is named. Answers one row if that record names it.
std::string select_naming(const Dialect& dialect, const Collection& collection, std::size_t field);
/// What refers to any of some records. 1: Dialect::list_operand() of their ids; 2: the clock's version; 3: the most
/// rows to touch. Answers id and version of the deletion.
std::string remove_referring(const Dialect& dialect, const Collection& collection, std::size_t field);
/// 1, 2: the same; 3: the time, for a collection with an updated_at; 4: the most rows to touch.
std::string clear_referring(const Dialect& dialect, const Collection& collection, std::size_t field);

}  // namespace banyan::sql
