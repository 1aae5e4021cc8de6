-- Reads by id among all rows, evenly, from PostgreSQL.
dofile(os.getenv("BENCH_LUA") .. "/uncached_read.lua")
