#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/base/position.hpp"

namespace banyan::api {

/// Positions as clients carry them: text of at most 128 characters that means nothing to them and that nobody can write
/// who has not the key. It is base64url of a byte that says how it is made, the position's numbers (big-endian, in
/// their order), and the first 16 bytes of the HMAC-SHA256 of all that.
/// Thread-safe.
class PositionTokens {
 public:
  /// Instances with the same service key understand each other's.
  explicit PositionTokens(std::string_view service_key);

  std::string write(const Position& position) const;
  /// Nothing for what write() with this key has not made.
  std::optional<Position> read(std::string_view token) const;

 private:
  std::string signature_of(std::string_view bytes) const;

  std::string key_;
};

}  // namespace banyan::api
