-- Reads by id among 10,000 rows, evenly: after the first round every answer can come from a cache.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")
common.circle(function() return common.read(math.random(common.hot_rows)) end)
