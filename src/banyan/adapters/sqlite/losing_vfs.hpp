#pragma once

#include <sqlite3.h>

#include <new>
#include <string>

#include "banyan/adapters/sqlite/file_layer.hpp"
#include "banyan/adapters/sqlite/losing_device.hpp"

/// For tests: SQLite's file layer over a device that may lose its power. Everything happens in real files too, so that
/// connections of one process share them as ever.
namespace banyan::sqlite::testkit {

/// One a process; the tests that use it run one after another.
inline LosingDevice& losing_device() {
  static LosingDevice one;
  return one;
}

namespace losing {

struct File : LayeredFile {
  std::string* path;  ///< Nothing for temporary files.
  bool syncs_directory;
};

inline sqlite3_vfs* real_vfs() { return sqlite3_vfs_find("unix"); }
inline File& mine(sqlite3_file* file) { return *static_cast<File*>(static_cast<void*>(file)); }

inline int close(sqlite3_file* file) {
  delete mine(file).path;
  return below(file)->pMethods->xClose(below(file));
}
inline int write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 at) {
  const std::string* path = mine(file).path;
  if (path != nullptr && !losing_device().writes(*path, static_cast<const char*>(from), static_cast<std::size_t>(bytes),
                                                 static_cast<std::uint64_t>(at)))
    return SQLITE_IOERR_WRITE;
  return below(file)->pMethods->xWrite(below(file), from, bytes, at);
}
inline int truncate(sqlite3_file* file, sqlite3_int64 size) {
  const std::string* path = mine(file).path;
  if (path != nullptr && !losing_device().truncates(*path, static_cast<std::uint64_t>(size)))
    return SQLITE_IOERR_TRUNCATE;
  return below(file)->pMethods->xTruncate(below(file), size);
}
inline int sync(sqlite3_file* file, int) {
  const std::string* path = mine(file).path;
  if (path != nullptr && !losing_device().syncs(*path, mine(file).syncs_directory)) return SQLITE_IOERR_FSYNC;
  return SQLITE_OK;  // the real device keeps what it has
}

inline const sqlite3_io_methods* methods() {
  static const sqlite3_io_methods all = [] {
    sqlite3_io_methods m = handing_down();
    m.xClose = close;
    m.xWrite = write;
    m.xTruncate = truncate;
    m.xSync = sync;
    return m;
  }();
  return &all;
}

inline int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
  File& opened = begin_file<File>(file, *real_vfs());
  if (name != nullptr) losing_device().opens(name);  // before it is made
  const int rc = real_vfs()->xOpen(real_vfs(), name, opened.below, flags, out);
  if (rc != SQLITE_OK) return rc;
  if (name != nullptr) opened.path = new std::string(name);
  // As `unixOpen` in os_unix.c has it; the database's own name goes to the device with theirs.
  opened.syncs_directory = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  opened.base.pMethods = methods();
  return SQLITE_OK;
}

inline int remove(sqlite3_vfs*, const char* name, int with_directory) {
  if (!losing_device().deletes(name, with_directory != 0)) return SQLITE_IOERR_DELETE;
  return real_vfs()->xDelete(real_vfs(), name, with_directory);
}

}  // namespace losing

/// The name under which SQLite knows the layer.
inline std::string losing_vfs() {
  static sqlite3_vfs layer = [] {
    sqlite3_vfs made = *losing::real_vfs();
    made.pNext = nullptr;
    made.zName = "banyan-losing";
    made.szOsFile = static_cast<int>(sizeof(losing::File)) + losing::real_vfs()->szOsFile;
    made.xOpen = losing::open;
    made.xDelete = losing::remove;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&layer, 0);
  return registered == SQLITE_OK ? "banyan-losing" : "";
}

}  // namespace banyan::sqlite::testkit
