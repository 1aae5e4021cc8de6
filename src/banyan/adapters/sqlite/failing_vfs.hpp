#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

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

/// Lies in front of the real file in the memory that SQLite gives us.
struct File {
  sqlite3_file base;
  sqlite3_file* real;
};

inline sqlite3_vfs* real_vfs() { return sqlite3_vfs_find("unix"); }
inline sqlite3_file* real(sqlite3_file* file) { return static_cast<File*>(static_cast<void*>(file))->real; }

inline const sqlite3_io_methods* methods() {
  static const sqlite3_io_methods all = [] {
    sqlite3_io_methods m{};
    m.iVersion = 2;  // without mmap
    m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
    m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
      return real(f)->pMethods->xRead(real(f), to, n, at);
    };
    m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
      if (const int rc = device().next(); rc != SQLITE_OK) return rc;
      return real(f)->pMethods->xWrite(real(f), from, n, at);
    };
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      if (const int rc = device().next(); rc != SQLITE_OK) return rc;
      return real(f)->pMethods->xTruncate(real(f), size);
    };
    m.xSync = [](sqlite3_file* f, int flags) {
      const int rc = device().next();
      if (rc != SQLITE_OK) {
        errno = rc == SQLITE_FULL ? ENOSPC : EIO;  // as a file system says it that finds room only now
        return SQLITE_IOERR_FSYNC;
      }
      ++device().syncs;
      return real(f)->pMethods->xSync(real(f), flags);
    };
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return real(f)->pMethods->xFileSize(real(f), size); };
    m.xLock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); };
    m.xUnlock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); };
    m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return real(f)->pMethods->xCheckReservedLock(real(f), out);
    };
    m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
      return real(f)->pMethods->xFileControl(real(f), op, arg);
    };
    m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    m.xDeviceCharacteristics = [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      if (const int rc = extend != 0 ? device().next() : SQLITE_OK; rc != SQLITE_OK) return SQLITE_IOERR_SHMMAP;
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    };
    m.xShmLock = [](sqlite3_file* f, int at, int n, int flags) {
      return real(f)->pMethods->xShmLock(real(f), at, n, flags);
    };
    m.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    m.xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
    return m;
  }();
  return &all;
}

inline int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
  auto* mine = static_cast<File*>(static_cast<void*>(file));
  mine->real = static_cast<sqlite3_file*>(static_cast<void*>(mine + 1));
  std::memset(mine->real, 0, static_cast<std::size_t>(real_vfs()->szOsFile));
  const int rc = real_vfs()->xOpen(real_vfs(), name, mine->real, flags, out);
  mine->base.pMethods = rc == SQLITE_OK ? methods() : nullptr;
  return rc;
}

}  // namespace vfs

/// The name under which SQLite knows the layer.
inline std::string failing_vfs() {
  static sqlite3_vfs layer = [] {
    sqlite3_vfs made = *vfs::real_vfs();
    made.pNext = nullptr;
    made.zName = "banyan-failing";
    made.szOsFile = static_cast<int>(sizeof(vfs::File)) + vfs::real_vfs()->szOsFile;
    made.xOpen = vfs::open;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&layer, 0);
  return registered == SQLITE_OK ? "banyan-failing" : "";
}

}  // namespace banyan::sqlite::testkit
