#include <cstdlib>
#include <string_view>

#include "banyan/config/config.hpp"

// Any text: either a configuration, or problems that say something.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = banyan::config::load_text(text, "banyan.toml", {});
  if (config) return 0;
  if (config.error().empty()) std::abort();
  for (const auto& problem : config.error())
    if (problem.message.empty()) std::abort();
  return 0;
}
