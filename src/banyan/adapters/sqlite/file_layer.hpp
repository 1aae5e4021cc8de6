#pragma once

#include <sqlite3.h>

#include <cstring>

namespace banyan::sqlite {

/// How the files of a layer of ours over SQLite's files begin, in the memory that SQLite gives for them
/// (https://www.sqlite.org/vfs.html). The file of the layer below follows that of ours.
struct LayeredFile {
  sqlite3_file base;
  sqlite3_file* below;
};

inline sqlite3_file* below(sqlite3_file* file) noexcept {
  return static_cast<LayeredFile*>(static_cast<void*>(file))->below;
}

/// Makes room for a new file of the layer, which is a LayeredFile and perhaps more, and answers it.
template <typename File>
File& begin_file(sqlite3_file* memory, const sqlite3_vfs& layer_below) {
  static_assert(sizeof(File) % 8 == 0);  // as SQLite aligns what it allocates
  File& file = *static_cast<File*>(static_cast<void*>(memory));
  file = File{};
  file.below = static_cast<sqlite3_file*>(static_cast<void*>(&file + 1));
  std::memset(file.below, 0, static_cast<std::size_t>(layer_below.szOsFile));
  return file;
}

/// Methods that hand everything down: a layer replaces those that it is there for. Without maps of memory.
inline sqlite3_io_methods handing_down() noexcept {
  sqlite3_io_methods m{};
  m.iVersion = 2;
  m.xClose = [](sqlite3_file* f) { return below(f)->pMethods->xClose(below(f)); };
  m.xRead = [](sqlite3_file* f, void* to, int bytes, sqlite3_int64 at) {
    return below(f)->pMethods->xRead(below(f), to, bytes, at);
  };
  m.xWrite = [](sqlite3_file* f, const void* from, int bytes, sqlite3_int64 at) {
    return below(f)->pMethods->xWrite(below(f), from, bytes, at);
  };
  m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) { return below(f)->pMethods->xTruncate(below(f), size); };
  m.xSync = [](sqlite3_file* f, int flags) { return below(f)->pMethods->xSync(below(f), flags); };
  m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) { return below(f)->pMethods->xFileSize(below(f), size); };
  m.xLock = [](sqlite3_file* f, int lock) { return below(f)->pMethods->xLock(below(f), lock); };
  m.xUnlock = [](sqlite3_file* f, int lock) { return below(f)->pMethods->xUnlock(below(f), lock); };
  m.xCheckReservedLock = [](sqlite3_file* f, int* held) {
    return below(f)->pMethods->xCheckReservedLock(below(f), held);
  };
  m.xFileControl = [](sqlite3_file* f, int what, void* argument) {
    return below(f)->pMethods->xFileControl(below(f), what, argument);
  };
  m.xSectorSize = [](sqlite3_file* f) { return below(f)->pMethods->xSectorSize(below(f)); };
  m.xDeviceCharacteristics = [](sqlite3_file* f) { return below(f)->pMethods->xDeviceCharacteristics(below(f)); };
  m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return below(f)->pMethods->xShmMap(below(f), page, size, extend, out);
  };
  m.xShmLock = [](sqlite3_file* f, int at, int count, int flags) {
    return below(f)->pMethods->xShmLock(below(f), at, count, flags);
  };
  m.xShmBarrier = [](sqlite3_file* f) { below(f)->pMethods->xShmBarrier(below(f)); };
  m.xShmUnmap = [](sqlite3_file* f, int remove) { return below(f)->pMethods->xShmUnmap(below(f), remove); };
  return m;
}

}  // namespace banyan::sqlite
