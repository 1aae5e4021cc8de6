#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "banyan/base/context.hpp"
#include "banyan/base/result.hpp"
#include "banyan/base/task.hpp"

namespace banyan {

/// Whether the instances on one database use the cache that they share (docs/consistency): while it is off nobody
/// serves hits, so that writes need not be made known to it.
struct CacheUse {
  std::uint64_t view = 0;  ///< Grows with every change.
  bool on = false;
  std::string cache_id;                    ///< Which cache, as the server calls itself; another one is not in use.
  std::chrono::milliseconds since{};       ///< How long it has been so, by the database's clock.
  std::chrono::milliseconds unattended{};  ///< How long no instance has said that it reaches that cache.
};

/// One row in the primary, on which all agree. Thread-safe; results arrive on `context.executor`. Errors: those of a
/// RecordStore.
class CacheAgreement {
 public:
  virtual ~CacheAgreement() = default;

  struct Reading {
    CacheUse use;
    Position position;  ///< The server, its timeline, and its log at that moment.
    /// Which of the server's databases, and which row in it: whoever reads another one does not share its cache.
    std::uint64_t database = 0;
    /// The server may have been promoted a moment ago: instances may still go by what its predecessor told them.
    bool new_timeline = false;
  };
  /// As it is in the primary, which took part: one that cannot write any more answers `unavailable`. `attended`: this
  /// instance reaches the cache that it names; some tenths of a second may pass before that is noted.
  virtual Task<Result<Reading>> read(const Context& context, bool attended) = 0;

  /// Sets it where it is still at `view`, and counts on; what it is then, whoever changed it.
  virtual Task<Result<Reading>> change(const Context& context, std::uint64_t view, bool on, std::string cache_id) = 0;
};

}  // namespace banyan
