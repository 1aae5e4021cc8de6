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
    offered,   ///< Served without it as well; made when asked for.
    unknown,   ///< In the database, not in the config: left alone.
  };
  Kind kind = Kind::additive;
  std::string collection;
  std::string what;    ///< "add column users.age (integer)", in words for a person.
  std::string remedy;  ///< For blocking: what to do about it.
  /// In the store's language, in order. Those of other than additive differences are made by `banyan schema apply`
  /// only; where there are none, only a person can tell what to do.
  std::vector<std::string> statements;
  std::string option;  ///< What `banyan schema apply` must be given to make it: "--drop users.age"; or nothing.
  bool first = false;  ///< Hides what else differs until it is made.
  bool apart = false;  ///< Each statement on its own, in no transaction: it may take long, and others go on.
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
  /// Makes whatever of `plan` has statements, in its order, also what changes or drops. Safe to repeat, also after it
  /// was cut short at any point.
  virtual Result<void> apply_planned(const SchemaPlan& plan) = 0;
};

}  // namespace banyan
