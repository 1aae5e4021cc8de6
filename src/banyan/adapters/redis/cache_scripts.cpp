#include "banyan/adapters/redis/cache_scripts.hpp"

#include "banyan/base/numbers.hpp"

namespace banyan::redis {
namespace {

// What every step begins with.
constexpr std::string_view known_cache = R"(
local control = redis.call('GET', KEYS[1])
if not control or string.sub(control, 1, 16) ~= ARGV[1] then return nil end
local sequence = string.sub(control, 17, 32)
local slot = redis.call('GET', KEYS[2])
local kind = slot and string.sub(slot, 1, 1)
local held = slot and string.sub(slot, 2, 17)
local none = '0000000000000000'
local function count(channel, version, name)
  sequence = string.format('%016x', tonumber(sequence, 16) + 1)
  redis.call('SET', KEYS[1], ARGV[1] .. sequence)
  redis.call('PUBLISH', channel, ARGV[1] .. sequence .. version .. name)
end
local function next_sequence() return string.format('%016x', tonumber(sequence, 16) + 1) end
)";

constexpr std::string_view ticket_step = R"(
if kind == 'V' then return slot end
if kind == 'T' then return 0 end
redis.call('SET', KEYS[2], 'T' .. none .. ARGV[2], 'PX', ARGV[3])
return 1
)";

constexpr std::string_view raise_step = R"(
local version, position, lifetime, payload = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local older = slot and held < version
if kind == 'T' and older then
  redis.call('SET', KEYS[2], 'T' .. version .. string.sub(slot, 18), 'KEEPTTL')
elseif kind == 'V' and older then
  if held == none or payload == '' then
    redis.call('DEL', KEYS[2])
  else
    redis.call('SET', KEYS[2], 'V' .. version .. next_sequence() .. position .. payload, 'PX', lifetime)
  end
end
if older or ARGV[8] == 'always' then count(ARGV[6], version, ARGV[7]) end
return sequence
)";

constexpr std::string_view fill_step = R"(
local id, version, position, lifetime, payload = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local fresh = ARGV[9] == 'fresh'
local kept = 0
local function keep()
  local at = sequence
  if fresh then at = next_sequence() end
  redis.call('SET', KEYS[2], 'V' .. version .. at .. position .. payload, 'PX', lifetime)
  kept = 1
end
if kind == 'T' and string.sub(slot, 18) == id then
  if version >= held then keep() else redis.call('DEL', KEYS[2]) end
elseif slot and version == none then
  if not (kind == 'V' and held == none) then redis.call('DEL', KEYS[2]) end
elseif kind == 'T' and held < version then
  redis.call('SET', KEYS[2], 'T' .. version .. string.sub(slot, 18), 'KEEPTTL')
elseif kind == 'V' and held == none then
  redis.call('DEL', KEYS[2])
elseif kind == 'V' and held < version then
  keep()
end
if fresh then count(ARGV[7], version, ARGV[8]) end
return {sequence, kept}
)";

constexpr std::string_view ensure_text = R"(
local control = redis.call('GET', KEYS[1])
if control and #control == 32 then return control end
control = ARGV[1] .. '0000000000000000'
redis.call('SET', KEYS[1], control)
return control
)";

constexpr std::string_view renew_text = R"(
local control = ARGV[1] .. '0000000000000000'
redis.call('SET', KEYS[1], control)
return control
)";

constexpr std::string_view touch_text = R"(
local control = redis.call('GET', KEYS[1])
if not control or string.sub(control, 1, 16) ~= ARGV[1] then return nil end
redis.call('SET', KEYS[1], control)
return 1
)";

constexpr std::string_view tell_text = R"(
local control = redis.call('GET', KEYS[1])
if not control or string.sub(control, 1, 16) ~= ARGV[1] then return nil end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
)";

std::string step(std::string_view own) { return std::string(known_cache).append(own); }

}  // namespace

std::uint64_t from_hex16(std::string_view text) noexcept {
  return text.size() == 16 ? parse_whole<std::uint64_t>(text, 16).value_or(0) : 0;
}

CacheScripts::CacheScripts()
    : ensure(std::string(ensure_text)),
      renew(std::string(renew_text)),
      ticket(step(ticket_step)),
      raise(step(raise_step)),
      fill(step(fill_step)),
      touch(std::string(touch_text)),
      tell(std::string(tell_text)) {}

}  // namespace banyan::redis
