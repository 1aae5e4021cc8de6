#include "banyan/adapters/redis/command.hpp"

#include "banyan/wire/resp.hpp"

namespace banyan::redis {

Command::Command(Effect of, const Script& called, const std::vector<std::string_view>& keys,
                 const std::vector<std::string_view>& arguments)
    : effect(of), words(keys), script(&called), key_count(keys.size()) {
  words.insert(words.end(), arguments.begin(), arguments.end());
}

std::size_t Command::bytes() const noexcept {
  std::size_t sum = 0;
  for (const std::string_view word : words) sum += word.size();
  return sum;
}

Result<void> Command::append_to(std::string& out) const {
  if (script == nullptr) return resp::append_command(out, words);
  const std::string count = std::to_string(key_count);
  std::vector<std::string_view> all{"EVALSHA", script->sha1(), count};
  all.insert(all.end(), words.begin(), words.end());
  return resp::append_command(out, all);
}

}  // namespace banyan::redis
