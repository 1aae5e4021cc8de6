#pragma once

#include "banyan/core/schema.hpp"

namespace banyan::contracts {

/// Five collections with every type of field, id, index and reference; for contract suites and tests. Complete.
///
/// - users (integer ids): one field a type; boss → users (set_null); unique email, unique (role, handle).
/// - posts (integer ids): author → users (cascade), editor → users (set_null).
/// - comments (integer ids): post → posts (cascade), parent → comments (cascade), author → users (set_null).
/// - tags (uuid ids): unique label; parent → tags (restrict), owner → users (restrict), rival → tags (set_null).
/// - taggings (integer ids): post → posts (cascade), tag → tags (restrict); unique (post, tag).
Schema example_schema();

}  // namespace banyan::contracts
