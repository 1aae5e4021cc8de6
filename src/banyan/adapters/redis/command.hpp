#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/adapters/redis/script.hpp"
#include "banyan/base/clock.hpp"
#include "banyan/base/result.hpp"

namespace banyan::redis {

/// Whether a command may change something. It decides what an unanswered one is called: whatever only reads may simply
/// be asked again.
enum class Effect : unsigned char { read, write };

/// What to ask of Redis. It refers to its words and script, which live until the answer has come.
struct Command {
  /// `GET key` is `Command(Effect::read, {"GET", key})`. Words may hold any bytes.
  Command(Effect of, std::vector<std::string_view> with) : effect(of), words(std::move(with)) {}
  /// A call of the script; `keys` are what it is told as KEYS, `arguments` as ARGV.
  Command(Effect of, const Script& called, const std::vector<std::string_view>& keys,
          const std::vector<std::string_view>& arguments);

  Effect effect;
  std::vector<std::string_view> words;  ///< Of a script's call: its keys, then its arguments.
  const Script* script = nullptr;
  std::size_t key_count = 0;
  /// Sent on the connection of that number only, `unavailable` on another: for what was made for the memory that was
  /// met there. 0: on any.
  std::uint64_t generation = 0;
  /// Besides the context's: whichever comes first.
  SteadyTime deadline = SteadyTime::max();

  /// Of all words.
  std::size_t bytes() const noexcept;
  /// Appends it as it is sent. Errors: resp::append_command().
  Result<void> append_to(std::string& out) const;
};

}  // namespace banyan::redis
