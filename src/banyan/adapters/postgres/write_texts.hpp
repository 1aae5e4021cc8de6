#pragma once

#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/composer.hpp"

namespace banyan::postgres {

/// The statements of writes. Each answers rows of the collection's fields and the version, then what it says itself;
/// `now` is the clock's version and the time. They fail with too_large and unsupported, as conditions do.

/// Then whether the check holds, where is_checked_along(). Nothing where the record collides with another and that is
/// to be skipped.
Result<sql::StatementText> create_text(sql::Composer composer, const Write& write, UnixMicros now,
                                       bool skips_conflicts);
/// Of update and update_matches. Then whether the check holds, where is_checked_along(). Of more than matches_max,
/// one more is changed. Of matches, those `among` these ids alone, where they are given.
Result<sql::StatementText> update_text(sql::Composer composer, const Write& write, UnixMicros now,
                                       const std::vector<Value>* among = nullptr);
/// Then whether the record is new; then whether its check holds, where is_checked_along().
Result<sql::StatementText> upsert_text(sql::Composer composer, const Write& write, UnixMicros now);
/// The part of an upsert that changes the record that it meets, and makes none.
Result<sql::StatementText> update_met_text(sql::Composer composer, const Write& write, UnixMicros now);
/// Of remove and remove_matches: the records as they were, and then the version of the deletion. Of more than
/// matches_max, one more is deleted. Of matches, those `among` these ids alone, where they are given.
Result<sql::StatementText> remove_text(sql::Composer composer, const Write& write, UnixMicros now,
                                       const std::vector<Value>* among = nullptr);
/// The same for the records with those ids.
Result<sql::StatementText> remove_text(sql::Composer composer, const Collection& collection,
                                       const std::vector<Value>& ids, UnixMicros now);

/// Ids of the records that a write of matches means, locked; one more than matches_max at most. Those `among` these ids
/// alone, where they are given.
Result<sql::StatementText> lock_matches_text(sql::Composer composer, const Write& write,
                                             const std::vector<Value>* among = nullptr);
/// Locks the record that the write names, or an upsert meets, and answers nothing of it.
Result<sql::StatementText> lock_text(sql::Composer composer, const Write& write);
/// The version of the record that the write names, or an upsert meets, and whether its filter holds for that; `locked`
/// until the end.
Result<sql::StatementText> look_text(sql::Composer composer, const Write& write, bool locked);
/// How many of the records with those ids match.
Result<sql::StatementText> count_text(sql::Composer composer, const Collection& collection,
                                      const std::vector<Value>& ids, const Filter& filter);

/// The same of the record that a create makes under an id that it names, by its check: one, or none.
Result<sql::StatementText> check_text(sql::Composer composer, const Write& write);

/// Whether the write is an upsert that may make no record: the database alone gives out integer ids.
bool names_integer_id(const Write& write) noexcept;
/// Whether its conditions look at other records than its own. PostgreSQL waits for a record that another transaction
/// has changed, and then looks at that record again but at others as they were when the statement began; so the record
/// must be locked by a statement before.
bool asks_others(const Write& write) noexcept;
bool is_of_matches(const Write& write) noexcept;
bool removes(const Write& write) noexcept;
/// Whether an update sets what no two records may share.
bool may_collide(const Write& write);
/// Whether the write has checks, and the statement itself can tell whether they hold. It cannot where they look at
/// other records of the same collection: it sees those as they were before it.
bool has_checks(const Write& write) noexcept;
/// Whether it is known before the write that its check will hold, unless a trigger does something about it: of an
/// update that cannot collide and whose check looks at nothing that it changes, and then the statement's condition has
/// it too; of a create that holds all that is looked at.
bool is_checked_before(const Write& write);
/// Nor, of a write that may wait for another before it makes a record, where they look at other records at all: those
/// it sees as they were before the wait.
bool is_checked_along(const Write& write);
/// Whether it is a create that is checked by a statement of its own and names its id, so that this is the next one.
bool is_checked_next(const Write& write);
/// Whether it is an upsert that asks others, and is made by several statements: where it had to wait for the record
/// that it meets, one alone would ask them as they were before.
bool merges_apart(const Write& write) noexcept;

}  // namespace banyan::postgres
