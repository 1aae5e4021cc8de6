#include "banyan/api/position_token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>

#include "banyan/api/base64url.hpp"

namespace banyan::api {
namespace {

constexpr std::string_view purpose = "banyan position";
constexpr char format = 1;
constexpr std::size_t signature_bytes = 16;
constexpr std::size_t number_bytes = 5 * sizeof(std::uint64_t) + sizeof(std::uint32_t);
constexpr std::size_t token_bytes = 1 + number_bytes + signature_bytes;
constexpr std::size_t token_characters_max = 128;

std::string hmac(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
       bytes.size(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

template <typename Number>
void append(std::string& out, Number number) {
  for (std::size_t i = sizeof(Number); i-- > 0;) out += static_cast<char>(number >> (8 * i) & 0xff);
}

template <typename Number>
void take(std::string_view& bytes, Number& number) {
  number = 0;
  for (const char byte : bytes.substr(0, sizeof(Number)))
    number = static_cast<Number>(number << 8 | static_cast<unsigned char>(byte));
  bytes.remove_prefix(sizeof(Number));
}

}  // namespace

PositionTokens::PositionTokens(std::string_view service_key) : key_(hmac(service_key, purpose)) {}

std::string PositionTokens::signature_of(std::string_view bytes) const {
  return hmac(key_, bytes).substr(0, signature_bytes);
}

std::string PositionTokens::write(const Position& position) const {
  std::string bytes(1, format);
  append(bytes, position.cache);
  append(bytes, position.raised);
  append(bytes, position.system);
  append(bytes, position.timeline);
  append(bytes, position.lsn);
  append(bytes, static_cast<std::uint64_t>(position.hold_until));
  bytes += signature_of(bytes);
  return to_base64url(bytes);
}

std::optional<Position> PositionTokens::read(std::string_view token) const {
  if (token.size() > token_characters_max) return std::nullopt;
  const auto bytes = from_base64url(token);
  if (!bytes || bytes->size() != token_bytes || bytes->front() != format) return std::nullopt;
  const std::string_view signed_part = std::string_view(*bytes).substr(0, 1 + number_bytes);
  const std::string signature = signature_of(signed_part);
  if (CRYPTO_memcmp(signature.data(), bytes->data() + signed_part.size(), signature_bytes) != 0) return std::nullopt;
  Position position;
  std::uint64_t hold_until = 0;
  std::string_view rest = signed_part.substr(1);
  take(rest, position.cache);
  take(rest, position.raised);
  take(rest, position.system);
  take(rest, position.timeline);
  take(rest, position.lsn);
  take(rest, hold_until);
  position.hold_until = static_cast<std::int64_t>(hold_until);
  return position;
}

}  // namespace banyan::api
