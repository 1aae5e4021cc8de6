#pragma once

#include <span>
#include <string>

#include "banyan/base/result.hpp"
#include "banyan/core/query.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/sql/dialect.hpp"
#include "banyan/sql/operands.hpp"

namespace banyan::sql {

/// Statements of writes that filters have a say in. Parameters come in the order that each function states, then the
/// operands of the filter, which alone are in StatementText::operands. Records are rows of the collection's fields in
/// their order, then the version. An "array of ids" is Dialect::list_operand(). Errors as those of pages.hpp.

/// 1…n: the values of `changes`, in order; n + 1: the clock's version; n + 2: the id; n + 3: the expected version, if
/// there is one. Answers the record as it is now; nothing where it is not there, at another version, or no match.
Result<StatementText> update_if(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                std::span<const FieldChange> changes, bool expects_version, const Filter& filter);

/// 1: the clock's version; 2: the id; 3: the expected version, if there is one. Answers the record as it was, then the
/// version of the deletion; nothing as above.
Result<StatementText> remove_if(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                bool expects_version, const Filter& filter);

/// 1: the most rows. Answers the records that match, in the order of their ids; `locked` keeps others from changing
/// them until the end of the transaction, where the database has such locks.
Result<StatementText> select_matches(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                     const Filter& filter, bool locked);
/// 1…n: the values of `changes`, in order; n + 1: the clock's version; n + 2: an array of ids. Answers the records as
/// they are now, in any order.
std::string update_all(const Dialect& dialect, const Collection& collection, std::span<const FieldChange> changes);
/// 1: the clock's version; 2: an array of ids. Answers as remove_if(), in any order.
std::string remove_all(const Dialect& dialect, const Collection& collection);

/// 1: the id. Answers one row if the record matches.
Result<StatementText> select_if(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                const Filter& filter);
/// 1: an array of ids. Answers one row if one of these records is no match.
Result<StatementText> select_unfit(const Dialect& dialect, const Schema& schema, const Collection& collection,
                                   const Filter& filter);

/// 1…n: the values of write.changes, in order; n + 1: the clock's version; n + 2…n + 1 + m: the values of
/// write.on_conflict, in order. Answers the record as it is now; nothing where one was there already and stays (nothing
/// to set, or no match of write.filter).
Result<StatementText> upsert(const Dialect& dialect, const Schema& schema, const Write& write);
/// 1…n: the values of `fields`, none null. Answers the record that has them.
std::string select_by_fields(const Dialect& dialect, const Collection& collection, std::span<const std::size_t> fields);

}  // namespace banyan::sql
