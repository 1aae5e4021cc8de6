-- Nine reads by id to one update, keys by Zipf's law.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")
local key
common.circle(function()
  key = key or common.zipf(common.rows)
  if math.random(10) == 1 then return common.update(key(), math.random(18, 97)) end
  return common.read(key())
end)
