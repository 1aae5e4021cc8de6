#pragma once

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/adapters/sqlite/options.hpp"

namespace banyan::sqlite {

ConnectionSettings writer_settings(const Options& options);
ConnectionSettings reader_settings(const Options& options);
/// Of readers on the event loops.
ConnectionSettings in_place_settings(const Options& options);

/// Makes the file's path absolute, free of links, and its directory exist. Errors for an operator.
Result<void> prepare_place(Options& options);

/// Opens the file to write and read; sees to it that it is a whole, writable database in WAL mode.
Result<Connection> open_database(const Options& options);

/// Opens the file to look at it only; an empty database in memory where there is no file.
Result<Connection> open_to_look(const Options& options);

}  // namespace banyan::sqlite
