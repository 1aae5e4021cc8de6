#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "banyan/adapters/postgres/libpq.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/sql/operands.hpp"

namespace banyan::postgres {

/// The text of a statement, with the types of those parameters whose place in it does not say them.
struct Statement {
  std::string text;
  std::vector<Oid> types;
  std::uint64_t number = 0;  ///< Never used again, so that it can be told from every other, …
  std::string name = {};     ///< … also by the server.
};

/// The statements of a store by keys of its own choice. Bounded: where there are too many, all are forgotten, and every
/// session forgets them before its next exchange. Thread safety: none; it belongs to the thread of the store.
class Statements {
 public:
  /// The reference holds until the next call.
  template <typename Make>
  const Statement& get(const std::string& key, Make&& make) {
    const auto found = statements_.find(key);
    if (found != statements_.end()) return found->second;
    if (statements_.size() >= statements_max) {
      statements_.clear();
      ++generation_;
    }
    Statement made = std::forward<Make>(make)();
    made.number = ++last_number_;
    made.name = "banyan" + std::to_string(made.number);
    return statements_.emplace(key, std::move(made)).first->second;
  }
  /// Grows when all are forgotten.
  std::uint64_t generation() const noexcept { return generation_; }

 private:
  static constexpr std::size_t statements_max = 256;
  std::unordered_map<std::string, Statement> statements_;
  std::uint64_t last_number_ = 0;
  std::uint64_t generation_ = 0;
};

/// The type that a parameter with a value of the field is sent as; 0 leaves it to its place in the statement.
Oid parameter_type(const Field& field) noexcept;
Oid parameter_type(sql::ParameterType type) noexcept;
/// The same for an array of ids.
Oid array_parameter_type(const Field& field) noexcept;
inline constexpr Oid bigint_type = 20;
inline constexpr Oid bigint_array_type = 1016;
inline constexpr Oid double_type = 701;
inline constexpr Oid boolean_type = 16;

}  // namespace banyan::postgres
