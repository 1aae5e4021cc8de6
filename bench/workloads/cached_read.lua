-- Reads by id of 10,000 rows, each once a round and far from its neighbours: after one round all can come from a cache.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")
common.circle(function(i) return common.read(i * 7919 % common.hot_rows + 1) end, common.hot_rows)
