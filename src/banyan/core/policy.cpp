#include "banyan/core/policy.hpp"

namespace banyan {

std::string_view to_string(Action action) noexcept {
  switch (action) {
    case Action::read: return "read";
    case Action::create: return "create";
    case Action::update: return "update";
    case Action::remove: return "delete";
  }
  return "read";
}

}  // namespace banyan
