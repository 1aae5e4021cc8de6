#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace banyan::postgres {

/// What makes changes of other programs visible: triggers that give each row that they write its next `_version`,
/// remember the versions of deleted uuids, and tell every instance of Banyan (write_statements.hpp says how). Sessions
/// of Banyan's own set `banyan.writer`, do all of that themselves and pay for two conditions a row only.
///
/// Two functions serve the triggers of all tables in their schema. They run with the rights of who made them, for the
/// other programs may not have those to Banyan's own tables.

struct TriggerFunction {
  const char* name;
  const char* body;  ///< As pg_proc.prosrc keeps it.
  /// Nobody but its owner may put it on a table, or it would lend that owner's rights.
  std::string make() const;
};
extern const std::array<TriggerFunction, 2> trigger_functions;

/// For a table that has none of them yet.
std::vector<std::string> triggers_on(std::string_view table);
/// For a table that may have some.
std::vector<std::string> triggers_anew(std::string_view table);

/// As many as a table has.
inline constexpr int triggers_of_a_table = 3;

}  // namespace banyan::postgres
