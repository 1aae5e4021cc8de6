#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/core/cache.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::redis {

/// What a record's encoding depends on besides its values: the collection's fields, and those that its rules look at.
/// Instances that were given another schema keep others' records out by it.
std::uint64_t encoding_of(const Collection& collection);

/// A record as a slot keeps it, without its version. "Absent" takes the fingerprint alone.
std::string to_payload(const CachedRecord& record, std::uint64_t encoding);

/// Null for what is damaged, or of another encoding.
std::shared_ptr<CachedRecord> from_payload(std::string_view payload, Version version, std::uint64_t encoding);

}  // namespace banyan::redis
