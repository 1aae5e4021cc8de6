#pragma once

#include <sqlite3.h>

#include <string>

#include "banyan/base/result.hpp"

namespace banyan::sqlite {

/// A file layer of SQLite (https://www.sqlite.org/vfs.html) that hands the write-ahead log to the layer below in few
/// large writes. SQLite appends every page of a commit with two writes, of a header of 24 bytes and of the page; here
/// they gather, and go down in one when SQLite asks for the sync that ends the commit.
///
/// Nobody misses them meanwhile: other connections read no frame of the log before the commit has published it, which
/// happens after the sync (so `synchronous` must be FULL), and this one's own look at the log brings them down first.
/// A commit that fails to write fails at its sync rather than at a write; SQLite undoes it either way.
///
/// Answers the layer's name for Options::vfs-like use, over the layer called `below`; empty is the system's. The layer
/// is made once and stays. Thread-safe. Error: invalid where there is no such layer.
Result<std::string> log_layer_over(const std::string& below);

/// Forgets what has gathered and not been written: to be called when a transaction is undone, for another program may
/// use that place of the log next. Thread safety: that of the connection.
void drop_gathered_log(sqlite3* connection);

}  // namespace banyan::sqlite
