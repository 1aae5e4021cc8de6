-- One new row a request, in PostgreSQL.
dofile(os.getenv("BENCH_LUA") .. "/create.lua")
