-- One new row a request, its e-mail address unique.
local common = dofile(os.getenv("BENCH_LUA") .. "/common.lua")
local number = 0
function request()
  number = number + 1
  return common.create(number)
end
