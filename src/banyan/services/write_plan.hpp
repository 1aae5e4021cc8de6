#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "banyan/base/random.hpp"
#include "banyan/core/record_store.hpp"
#include "banyan/services/writes.hpp"

namespace banyan::services {

/// Writes that happen together, with the rules of whoever asks in them, and where each comes from.
struct WritePlan {
  struct Origin {
    std::size_t operation = 0;
    std::string place;  ///< Of its problems: "", "[3]", "[3][1]".
    Action action = Action::create;
    RecordKey key;               ///< Of what is named by its id; else without one.
    bool named_in_body = false;  ///< An upsert's, which the body names.
    Write::Kind kind = Write::Kind::create;
  };
  WriteBatch batch;
  std::vector<Origin> origins;  ///< One a write of the batch.
  std::size_t operations = 0;
};

/// What planning depends on.
struct PlanParts {
  const Schema& schema;
  const Clock& clock;
  Random& random;  ///< Thread-safe.
  std::size_t batch_records_max;
};

/// Reads the bodies, refuses what the viewer may not do whatever the record, and puts the rules into the writes. All
/// that is wrong with all bodies is one error. `placed`: problems are named "[i].field" by their operation.
Result<WritePlan> plan(const PlanParts& parts, const Context& context, std::span<Operation> operations, bool placed);

/// "[3]" and "email" are "[3].email"; "[3]" and "[1].email" are "[3][1].email".
std::string place_within(const std::string& place, const std::string& field);

}  // namespace banyan::services
