-- Reads by id among all rows, evenly; servers have their caches off.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")
common.circle(function() return common.read(math.random(common.rows)) end)
