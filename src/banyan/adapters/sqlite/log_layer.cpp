#include "banyan/adapters/sqlite/log_layer.hpp"

#include <sqlite3.h>

#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

#include "banyan/adapters/sqlite/file_layer.hpp"

namespace banyan::sqlite {
namespace {

/// What gathers at most, in bytes; a commit of more goes down in parts. SQLite's own layer for Unix takes no more than
/// 17 bits of a length (`seekAndWrite` in os_unix.c): SQLite itself never writes more than a page.
constexpr std::size_t gathered_max = (1U << 17) - 1;

struct LogFile : LayeredFile {
  std::vector<char>* gathered;  ///< Not yet written,
  sqlite3_int64 at;             ///< from this offset of the file on.
};

LogFile& mine(sqlite3_file* file) { return *static_cast<LogFile*>(static_cast<void*>(file)); }

int bring_down(sqlite3_file* file) {
  LogFile& log = mine(file);
  if (log.gathered->empty()) return SQLITE_OK;
  const int bytes = static_cast<int>(log.gathered->size());
  const int rc = log.below->pMethods->xWrite(log.below, log.gathered->data(), bytes, log.at);
  // What failed is not tried again: the commit is undone, and the next one writes to the same place.
  log.gathered->clear();
  return rc;
}

int write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 at) {
  LogFile& log = mine(file);
  const auto size = static_cast<std::size_t>(bytes);
  const bool follows = at == log.at + static_cast<sqlite3_int64>(log.gathered->size());
  if (!follows || log.gathered->size() + size > gathered_max) {
    if (const int rc = bring_down(file); rc != SQLITE_OK) return rc;
  }
  if (log.gathered->empty()) log.at = at;
  try {
    const auto* first = static_cast<const char*>(from);
    log.gathered->insert(log.gathered->end(), first, first + size);
  } catch (const std::bad_alloc&) {
    log.gathered->clear();  // the commit is undone
    return SQLITE_IOERR_NOMEM;
  }
  return SQLITE_OK;
}

// What has not been synced is of no commit, and its place may be another program's by now.
int close(sqlite3_file* file) {
  delete mine(file).gathered;
  return below(file)->pMethods->xClose(below(file));
}

const sqlite3_io_methods& log_methods() {
  static const sqlite3_io_methods methods = [] {
    sqlite3_io_methods m = handing_down();
    m.iVersion = 1;  // of a log nobody asks for shared memory
    m.xClose = close;
    m.xWrite = write;
    m.xRead = [](sqlite3_file* file, void* to, int bytes, sqlite3_int64 at) {
      if (const int rc = bring_down(file); rc != SQLITE_OK) return rc;
      return below(file)->pMethods->xRead(below(file), to, bytes, at);
    };
    m.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
      if (const int rc = bring_down(file); rc != SQLITE_OK) return rc;
      return below(file)->pMethods->xTruncate(below(file), size);
    };
    m.xSync = [](sqlite3_file* file, int flags) {
      if (const int rc = bring_down(file); rc != SQLITE_OK) return rc;
      return below(file)->pMethods->xSync(below(file), flags);
    };
    m.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
      if (const int rc = bring_down(file); rc != SQLITE_OK) return rc;
      return below(file)->pMethods->xFileSize(below(file), size);
    };
    return m;
  }();
  return methods;
}

/// A layer: SQLite's description of it, which all but the opening of a log takes from the layer below.
struct Layer {
  explicit Layer(sqlite3_vfs* below_, std::string name_) : below(below_), name(std::move(name_)), vfs(*below_) {
    vfs.pNext = nullptr;
    vfs.zName = name.c_str();
    vfs.szOsFile = static_cast<int>(sizeof(LogFile)) + below->szOsFile;
    vfs.pAppData = this;
    vfs.xOpen = open;
  }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* opened_with);

  sqlite3_vfs* below;
  std::string name;
  sqlite3_vfs vfs;
};

int Layer::open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* opened_with) {
  sqlite3_vfs* const below = static_cast<Layer*>(vfs->pAppData)->below;
  if ((flags & SQLITE_OPEN_WAL) == 0) return below->xOpen(below, path, file, flags, opened_with);
  LogFile& log = begin_file<LogFile>(file, *below);
  auto gathered = std::unique_ptr<std::vector<char>>(new (std::nothrow) std::vector<char>());
  if (gathered == nullptr) return SQLITE_NOMEM;
  const int rc = below->xOpen(below, path, log.below, flags, opened_with);
  if (rc != SQLITE_OK) return rc;
  log.gathered = gathered.release();
  log.base.pMethods = &log_methods();
  return SQLITE_OK;
}

}  // namespace

void drop_gathered_log(sqlite3* connection) {
  sqlite3_file* log = nullptr;
  if (sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log)) != SQLITE_OK)
    return;
  if (log != nullptr && log->pMethods == &log_methods()) mine(log).gathered->clear();
}

Result<std::string> log_layer_over(const std::string& below) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<Layer>> layers;  // SQLite keeps pointers to them
  const std::lock_guard lock(mutex);
  auto& layer = layers[below];
  if (layer != nullptr) return layer->name;
  sqlite3_vfs* const found = sqlite3_vfs_find(below.empty() ? nullptr : below.c_str());
  if (found == nullptr) return fail(ErrorCode::invalid, "SQLite has no file layer called " + below);
  auto made = std::make_unique<Layer>(found, "banyan-log over " + std::string(found->zName));
  if (sqlite3_vfs_register(&made->vfs, 0) != SQLITE_OK) {
    return fail(ErrorCode::unavailable, "the server is short of memory");
  }
  layer = std::move(made);
  return layer->name;
}

}  // namespace banyan::sqlite
