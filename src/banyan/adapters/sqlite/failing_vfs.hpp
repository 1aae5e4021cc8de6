#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <string>

#include "banyan/adapters/sqlite/file_layer.hpp"

/// For tests: a file layer for SQLite that works, until it is told to fail.
namespace banyan::sqlite::testkit {

/// What the device is to do. One a process; the tests that use it run one after another.
struct Device {
  std::atomic<int> fails_at{0};    ///< The nth change of a file from now on fails; 0: none does.
  std::atomic<bool> stays{false};  ///< Whether all after it fail too.
  std::atomic<int> code{SQLITE_IOERR_WRITE};
  std::atomic<int> syncs{0};  ///< That were asked for and done.

  void fail_at(int nth, int with, bool and_stay) {
    code = with;
    stays = and_stay;
    fails_at = nth;
  }
  void work() { fails_at = 0; }

  /// SQLITE_OK, or what this operation fails with.
  int next() {
    int at = fails_at.load();
    while (at != 0) {
      if (at == 1 && stays) return code;
      if (fails_at.compare_exchange_weak(at, at - 1)) return at == 1 ? code.load() : SQLITE_OK;
    }
    return SQLITE_OK;
  }
};

inline Device& device() {
  static Device one;
  return one;
}

namespace vfs {

inline sqlite3_vfs* real_vfs() { return sqlite3_vfs_find("unix"); }

inline const sqlite3_io_methods* methods() {
  static const sqlite3_io_methods all = [] {
    sqlite3_io_methods m = handing_down();
    m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
      if (const int rc = device().next(); rc != SQLITE_OK) return rc;
      return below(f)->pMethods->xWrite(below(f), from, n, at);
    };
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      if (const int rc = device().next(); rc != SQLITE_OK) return rc;
      return below(f)->pMethods->xTruncate(below(f), size);
    };
    m.xSync = [](sqlite3_file* f, int flags) {
      const int rc = device().next();
      if (rc != SQLITE_OK) {
        errno = rc == SQLITE_FULL ? ENOSPC : EIO;  // as a file system says it that finds room only now
        return SQLITE_IOERR_FSYNC;
      }
      ++device().syncs;
      return below(f)->pMethods->xSync(below(f), flags);
    };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      if (const int rc = extend != 0 ? device().next() : SQLITE_OK; rc != SQLITE_OK) return SQLITE_IOERR_SHMMAP;
      return below(f)->pMethods->xShmMap(below(f), page, size, extend, out);
    };
    return m;
  }();
  return &all;
}

inline int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
  auto& opened = begin_file<LayeredFile>(file, *real_vfs());
  const int rc = real_vfs()->xOpen(real_vfs(), name, opened.below, flags, out);
  opened.base.pMethods = rc == SQLITE_OK ? methods() : nullptr;
  return rc;
}

}  // namespace vfs

/// The name under which SQLite knows the layer.
inline std::string failing_vfs() {
  static sqlite3_vfs layer = [] {
    sqlite3_vfs made = *vfs::real_vfs();
    made.pNext = nullptr;
    made.zName = "banyan-failing";
    made.szOsFile = static_cast<int>(sizeof(LayeredFile)) + vfs::real_vfs()->szOsFile;
    made.xOpen = vfs::open;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&layer, 0);
  return registered == SQLITE_OK ? "banyan-failing" : "";
}

}  // namespace banyan::sqlite::testkit
