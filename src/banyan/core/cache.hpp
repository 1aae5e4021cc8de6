#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/context.hpp"
#include "banyan/base/result.hpp"
#include "banyan/base/task.hpp"
#include "banyan/core/cache_use.hpp"
#include "banyan/core/record.hpp"

namespace banyan {

/// A record as it is answered: made once, then shared by every reader. Immutable.
struct CachedRecord {
  Version version = 0;  ///< 0: it is known that there is no such record ("absent", since when is not known).
  std::string body;     ///< Canonical JSON of the whole record; empty when absent.
  std::vector<std::uint32_t> field_ends;  ///< Where field i ends in `body` (see record_json.hpp), for projections.
  std::vector<Value> rule_values;         ///< Of Collection::rule_fields, one each.
  std::shared_ptr<const Position> seen;   ///< How far whoever is shown it has seen; null where nothing is shared.

  bool absent() const noexcept { return version == 0; }
};
using CachedRecordPtr = std::shared_ptr<const CachedRecord>;

/// Leave to fill one slot, given to a reader before it asks the store. Unique for ever; 0 is none.
using FillTicket = std::uint64_t;

/// Values that may vanish at any moment: losing one costs time, never truth.
///
/// The rule (docs/consistency.md): leave to fill is a ticket that is still there, never the absence of a warning.
/// A reader takes a ticket, then asks the store, then fills; a write in between raises the ticket's floor, and an
/// older fill is refused. A cache may forget anything, tickets too.
///
/// One that several instances share answers nothing older than the context's position, and folds what it answers into
/// `context.reached`; one that cannot be reached behaves as an empty one that grants no tickets.
/// Thread-safe; results arrive on `context.executor`.
class Cache {
 public:
  virtual ~Cache() = default;

  /// What is kept for the key, or nothing.
  virtual Task<CachedRecordPtr> get(const Context& context, std::string_view key) = 0;

  struct Ticket {
    CachedRecordPtr hit;    ///< Something came in the meantime: no ticket is needed.
    FillTicket ticket = 0;  ///< 0 without a hit: another reader holds it; answer from the store, do not fill.
  };
  virtual Task<Ticket> take_ticket(const Context& context, std::string_view key) = 0;

  /// Keeps the value if the ticket is still there and no raise since went past the value's version; else drops it.
  /// What was read from the store is told here without a ticket too: it pushes out what is older.
  virtual Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) = 0;

  /// One key that has changed. Lifetime: the text behind the key outlives the task.
  struct Raise {
    std::string_view key;
    Version version = 0;
    CachedRecordPtr value;  ///< Null: not known here.
  };
  /// Whether a write may begin: `unavailable` where it could not be made known afterwards, now and for some moments.
  virtual Task<Result<void>> before_write(const Context& context) {
    (void)context;
    return Result<void>();
  }

  /// Called after COMMIT and before the acknowledgement, with every key that a write changed. Replaces an older value
  /// by the new one, or removes it where that is null; lifts the floor of a ticket. Never stores into an empty slot.
  /// `use` is what the store said of the cache after the commit. An error: somebody may still be shown what was before,
  /// so the write must not be acknowledged.
  virtual Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                                   const std::optional<CacheUse>& use) = 0;

  /// The same for keys that somebody else has changed, who may have raised them already; there is nobody to wait for.
  virtual Task<void> hear(const Context& context, std::span<const Raise> keys) = 0;

  /// Called before records that the store has listed are shown, with those from that version on (their values null), so
  /// that nothing older is answered to the same client afterwards.
  virtual Task<void> show(const Context&, std::span<const Raise>) { return {}; }
  virtual Version shown_from() const { return std::numeric_limits<Version>::max(); }

  /// Whether every change is heard of here before it is acknowledged, whoever made it.
  virtual bool hears_in_time() const { return true; }

  /// Forgets everything, tickets too. An error, as of raise(): somebody may still be shown what was before.
  virtual Task<Result<void>> clear(const Context& context) = 0;

  /// Why this instance should not be asked at present, while others may be; or nothing. Never blocks.
  virtual std::optional<std::string> unready_reason() const { return std::nullopt; }
};

}  // namespace banyan
