#include "tests/histories/broken.hpp"

#include <stdexcept>

namespace banyan::histories {

redis::Script altered(const redis::Script& script, std::string_view part, std::string_view by) {
  std::string text = script.text();
  const std::size_t at = text.find(part);
  if (at == std::string::npos) throw std::logic_error("the script has no such part: " + std::string(part));
  return redis::Script(text.replace(at, part.size(), by));
}

}  // namespace banyan::histories
