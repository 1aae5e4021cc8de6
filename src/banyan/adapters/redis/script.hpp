#pragma once

#include <string>

namespace banyan::redis {

/// A script of Redis, which knows it by the digest of its text. Thread-safe; outlives the calls of it.
class Script {
 public:
  explicit Script(std::string text);

  const std::string& text() const noexcept { return text_; }
  /// 40 hexadecimal digits.
  const std::string& sha1() const noexcept { return sha1_; }

 private:
  std::string text_;
  std::string sha1_;
};

}  // namespace banyan::redis
