#pragma once

#include <vector>

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::sqlite {

/// What a table of the database is tied to, whatever the config knows of it.
struct Ties {
  bool refers_beyond_config = false;  ///< It has a foreign key on something that is no reference field.
  bool is_referred_to = false;        ///< Some table has a foreign key to it.
  bool has_triggers = false;          ///< Its writes may write elsewhere.
};

/// The ties of every collection's table, by collection.
Result<std::vector<Ties>> read_ties(Connection& connection, const Schema& schema);

}  // namespace banyan::sqlite
