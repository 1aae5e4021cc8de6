#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::services {

/// Gathers what is wrong with a body, and makes one error of it. Thread safety: none.
class InputProblems {
 public:
  explicit InputProblems(const Collection& collection) : collection_(collection) {}

  bool empty() const noexcept { return problems_.empty(); }
  /// More than `problems_max` are not kept: whoever sends that many has one mistake, not a hundred.
  bool full() const noexcept { return problems_.size() >= problems_max; }
  /// `reason` is a word for programs ("unknown_field").
  void add(std::string place, std::string message, std::string_view reason);
  Error error() &&;

 private:
  static constexpr std::size_t problems_max = 100;

  const Collection& collection_;
  std::vector<FieldProblem> problems_;
  std::string reason_;
  bool unknown_field_ = false;
};

/// "name, email": the fields that a caller may set.
std::string settable_fields(const Collection& collection);

}  // namespace banyan::services
