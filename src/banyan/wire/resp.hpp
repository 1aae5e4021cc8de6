#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"

namespace banyan::resp {

/// What a server that speaks RESP2 (Redis and its kin) answers to one command.
struct Reply {
  enum class Kind : unsigned char { nil, string, status, error, integer, array };

  Kind kind = Kind::nil;
  std::int64_t integer = 0;  ///< Of an integer.
  std::string text;          ///< Of a string (any bytes), a status or an error.
  std::vector<Reply> items;  ///< Of an array.

  bool is_nil() const noexcept { return kind == Kind::nil; }
  bool is_error() const noexcept { return kind == Kind::error; }
  bool operator==(const Reply&) const = default;
};

/// How deep arrays lie in each other at most; more is malformed. It is the parser's own bound.
inline constexpr std::size_t depth_max = 8;

/// Of one command, all words together: a server takes no longer ones unless it is configured to.
inline constexpr std::size_t command_bytes_max = std::size_t{512} << 20;

/// Appends the command in the form that servers take; words may hold any bytes. A command has one word at least.
/// Errors: `too_large` beyond command_bytes_max; nothing is appended then.
Result<void> append_command(std::string& out, std::span<const std::string_view> words);

/// Takes replies out of a stream of bytes, however that is cut into pieces.
///
/// Errors are for good: what comes after one cannot be told apart, and the connection has to be closed.
/// Thread safety: none.
class Reader {
 public:
  /// `reply_bytes_max` bounds the memory of one reply, finished or not: its bytes on the wire, and what each of an
  /// array's items takes besides.
  explicit Reader(std::size_t reply_bytes_max);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Takes the bytes in; then next() until it has nothing more.
  void feed(std::string_view bytes);

  /// The next reply, or nothing where its end has not come yet. Errors: `invalid` for what is not RESP2, `too_large`.
  Result<std::optional<Reply>> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace banyan::resp
