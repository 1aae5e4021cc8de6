#include "banyan/base/numbers.hpp"

namespace banyan {

std::string hex16(std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; number >>= 4) text[i] = digits[number & 15];
  return text;
}

}  // namespace banyan
