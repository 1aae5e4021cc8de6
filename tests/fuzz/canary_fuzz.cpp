#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// Fails on purpose, four steps deep: a fuzzing round that does not find this finds nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.size() > 3 && text[0] == 'T' && text[1] == 'W' && text[2] == 'E' && text[3] == 'E') std::abort();
  return 0;
}
