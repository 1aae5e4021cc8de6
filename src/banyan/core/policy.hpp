#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "banyan/base/context.hpp"
#include "banyan/core/rule.hpp"

namespace banyan {

enum class Action : unsigned char { read, create, update, remove };
inline constexpr std::size_t action_count = 4;

/// "read", "create", "update", "delete": the words of the config.
std::string_view to_string(Action action) noexcept;

/// What one action of one collection asks of the viewer.
enum class Access : unsigned char {
  nobody,  ///< Only the service key.
  anyone,
  rule,  ///< Whom the action's rule lets, record by record.
};

/// Who may do what with a collection. Closed unless opened.
struct Policy {
  std::array<Access, action_count> access{};                      ///< By Action.
  std::array<std::string, action_count> texts{};                  ///< Of rules, as the config has them.
  std::array<std::shared_ptr<const Rule>, action_count> rules{};  ///< Compiled by complete().

  enum class Verdict : unsigned char {
    allowed,
    denied,
    depends,  ///< On the record.
  };
  Verdict decide(Action action, const RuleInputs& inputs) const {
    const auto place = static_cast<std::size_t>(action);
    if (inputs.viewer.is_service() || access[place] == Access::anyone) return Verdict::allowed;
    if (access[place] == Access::nobody || !rules[place]) return Verdict::denied;
    const std::optional<bool> decided = rules[place]->decide(inputs);
    if (!decided) return Verdict::depends;
    return *decided ? Verdict::allowed : Verdict::denied;
  }
  const Rule* rule(Action action) const noexcept { return rules[static_cast<std::size_t>(action)].get(); }
};

}  // namespace banyan
