#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "banyan/base/context.hpp"

namespace banyan {

enum class Action : unsigned char { read, create, update, remove };
inline constexpr std::size_t action_count = 4;

/// "read", "create", "update", "delete": the words of the config.
std::string_view to_string(Action action) noexcept;

/// What one action of one collection asks of the viewer. Rules over the record join this list; they will be compiled
/// into the filter of a statement, and evaluated on records that come from a cache.
enum class Access : unsigned char {
  nobody,  ///< Only the service key.
  anyone,
};

/// Who may do what with a collection. Closed unless opened.
struct Policy {
  std::array<Access, action_count> access{};  ///< By Action.

  enum class Verdict : unsigned char { allowed, denied };
  Verdict decide(Action action, const Viewer& viewer) const noexcept {
    if (viewer.is_service() || access[static_cast<std::size_t>(action)] == Access::anyone) return Verdict::allowed;
    return Verdict::denied;
  }
};

}  // namespace banyan
