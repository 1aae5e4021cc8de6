#pragma once

#include <string>
#include <vector>

#include "banyan/base/result.hpp"

namespace banyan {

/// One way in which a database differs from the declared schema.
struct SchemaDifference {
  enum class Kind : unsigned char {
    additive,  ///< Can be made at start: a new table, column or index. `statements` make it.
    blocking,  ///< Would change or lose data, or might fail on rows that exist; never done by itself.
    unknown,   ///< In the database, not in the config: left alone.
  };
  Kind kind = Kind::additive;
  std::string collection;
  std::string what;                     ///< "add column users.age (integer)", in words for a person.
  std::string remedy;                   ///< For blocking: what to do about it.
  std::vector<std::string> statements;  ///< In the store's language, in order.
  bool apart = false;                   ///< Additive, but in no transaction: it may take long, and others go on.
};

struct SchemaPlan {
  std::vector<SchemaDifference> differences;

  bool has(SchemaDifference::Kind kind) const noexcept;
};

/// The side of a store that makes room for a schema. Blocks; for start-up and tools, never on an event loop.
class SchemaKeeper {
 public:
  virtual ~SchemaKeeper() = default;
  /// How the database differs from the schema that the store was opened with.
  virtual Result<SchemaPlan> plan() = 0;
  /// Makes every additive change of `plan` in one transaction. Safe to repeat.
  virtual Result<void> apply_additive(const SchemaPlan& plan) = 0;
};

}  // namespace banyan
