#pragma once

#include <vector>

#include "banyan/base/clock.hpp"
#include "banyan/sql/batch.hpp"
#include "banyan/sql/composer.hpp"

namespace banyan::postgres {

/// Something that must hold when all writes are done: that these records name one that is there by `field`, or where
/// that is 0, that nothing names those that were deleted.
struct ReferenceCheck {
  std::size_t write = 0;
  const Collection* collection = nullptr;
  std::vector<Value> ids;
  std::size_t field = 0;
  Value target;
};

/// The statements that keep references whole; each is about any number of records.

/// Ids of at most that many records that refer to one of those, locked.
Result<sql::StatementText> lock_referring_text(sql::Composer composer, const sql::Incoming& from,
                                               const std::vector<Value>& ids, std::size_t rows_max);
/// Sets the reference of the records with those ids to null; they are answered, and their versions.
Result<sql::StatementText> clear_text(sql::Composer composer, const sql::Incoming& from, const std::vector<Value>& ids,
                                      UnixMicros now);
/// One row where one of the records names the target and there is none.
Result<sql::StatementText> names_nothing_text(sql::Composer composer, const Schema& schema,
                                              const ReferenceCheck& check);
/// The id of one that is not there although it is referred to.
Result<sql::StatementText> still_referred_text(sql::Composer composer, const ReferenceCheck& check,
                                               const sql::Incoming& from);

}  // namespace banyan::postgres
