#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/task.hpp"
#include "banyan/core/record.hpp"

namespace banyan {

/// A record as it is answered: made once, then shared by every reader. Immutable.
struct CachedRecord {
  Version version = 0;  ///< 0: it is known that there is no such record ("absent", since when is not known).
  std::string body;     ///< Canonical JSON of the whole record; empty when absent.
  std::vector<std::uint32_t> field_ends;  ///< Where field i ends in `body` (see record_json.hpp), for projections.
  std::vector<Value> rule_values;         ///< Of Collection::rule_fields, one each.

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
/// Thread-safe. A cache that cannot be reached behaves as an empty one that grants no tickets.
class Cache {
 public:
  virtual ~Cache() = default;

  /// What is kept for the key, or nothing.
  virtual Task<CachedRecordPtr> get(std::string_view key) = 0;

  struct Ticket {
    CachedRecordPtr hit;    ///< Something came in the meantime: no ticket is needed.
    FillTicket ticket = 0;  ///< 0 without a hit: another reader holds it; answer from the store, do not fill.
  };
  virtual Task<Ticket> take_ticket(std::string_view key) = 0;

  /// Keeps the value if the ticket is still there and no raise since went past the value's version; else drops it.
  virtual Task<void> fill(std::string_view key, FillTicket ticket, CachedRecordPtr value) = 0;

  /// Called after COMMIT and before the acknowledgement, for every key that a write changed. Replaces an older value
  /// by `value`, or removes it where `value` is null; lifts the floor of a ticket. Never stores into an empty slot.
  virtual Task<void> raise(std::string_view key, Version version, CachedRecordPtr value) = 0;

  /// Forgets everything, tickets too.
  virtual Task<void> clear() = 0;
};

}  // namespace banyan
