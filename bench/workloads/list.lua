-- The first 20 of a group's 100 rows, by an indexed filter.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")
common.circle(function() return common.list(math.random(common.groups)) end)
