-- One field of one row a request, rows chosen evenly among all.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")
common.circle(function() return common.update(math.random(common.rows), math.random(18, 97)) end)
