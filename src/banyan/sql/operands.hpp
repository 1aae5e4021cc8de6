#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "banyan/core/query.hpp"

namespace banyan::sql {

/// What a parameter is, for databases that want to be told.
enum class ParameterType : unsigned char {
  boolean,
  integer,
  number,
  placed,    ///< Its place in the statement says it: text, a time, a uuid, JSON, an array of texts.
  integers,  ///< An array of integers.
};

ParameterType parameter_type(Field::Storage storage) noexcept;

struct Operand {
  const Value* value;
  ParameterType type;
};

/// The parameters of a statement, in the order of their numbers. Most values stay where they are, in a query that must
/// outlive this.
class Operands {
 public:
  /// `before`: how many parameters come first that are not among these.
  explicit Operands(std::size_t before = 0) : before_(before) {}

  /// The number of the parameter.
  std::size_t add(const Value& value, ParameterType type) {
    all_.push_back({&value, type});
    return before_ + all_.size();
  }
  std::size_t add_own(Value value, ParameterType type) {
    own_.push_back(std::make_unique<Value>(std::move(value)));
    return add(*own_.back(), type);
  }

  std::size_t size() const noexcept { return all_.size(); }
  auto begin() const noexcept { return all_.begin(); }
  auto end() const noexcept { return all_.end(); }

 private:
  std::size_t before_;
  std::vector<Operand> all_;
  std::vector<std::unique_ptr<Value>> own_;
};

/// The text of a statement, and what is bound to it.
struct StatementText {
  std::string text;
  Operands operands;
};

}  // namespace banyan::sql
