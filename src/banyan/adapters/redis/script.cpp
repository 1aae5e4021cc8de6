#include "banyan/adapters/redis/script.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>
#include <utility>

namespace banyan::redis {
namespace {

std::string sha1_of(const std::string& text) {
  constexpr const char* digits = "0123456789abcdef";
  std::array<unsigned char, 20> digest{};
  unsigned length = digest.size();
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1) throw std::bad_alloc();
  std::string hex;
  for (const unsigned char byte : digest) hex.append({digits[byte >> 4], digits[byte & 15]});
  return hex;
}

}  // namespace

Script::Script(std::string text) : text_(std::move(text)), sha1_(sha1_of(text_)) {}

}  // namespace banyan::redis
