-- What all workloads share. wrk runs this once in its own thread (setup, done) and once a thread (init, request).
-- From the environment: BENCH_DIALECT is "plain" (GET /users/1) or "rest" (GET /rest/v1/users?id=eq.1, PostgREST's);
-- BENCH_TAG differs between runs, so that e-mail addresses stay unique; BENCH_SUMMARY names the file for the figures.
local common = {}

common.rows = 100000
common.hot_rows = tonumber(os.getenv("BENCH_HOT_ROWS") or 10000)
common.groups = 1000
common.prepared = 16384 -- Requests made before the clock runs; then sent round and round.

local rest = os.getenv("BENCH_DIALECT") == "rest"
local thread_count = 0

function setup(thread)
  thread:set("thread_number", thread_count)
  thread_count = thread_count + 1
end

local json_headers = { ["Content-Type"] = "application/json" }
if rest then json_headers["Prefer"] = "return=representation" end

local function one(id)
  return rest and "/rest/v1/users?id=eq." .. id or "/users/" .. id
end

function common.read(id)
  return wrk.format("GET", one(id))
end

function common.list(group)
  local query = "/users?group_id=eq." .. group .. "&order=id&limit=20"
  return wrk.format("GET", rest and "/rest/v1" .. query or query)
end

-- The first and the last row stay as they were made: the harness looks at them.
function common.update(id, age)
  id = math.min(math.max(id, 2), common.rows - 1)
  return wrk.format("PATCH", one(id), json_headers, '{"age":' .. age .. "}")
end

-- Every body has the same length, so that only two numbers are filled in while the clock runs: wrk shares the machine.
local create_head, create_tail
function common.create(number)
  if not create_head then
    local marked = string.format(
      '{"name":"User %06d","email":"u%s.%d.@@@@@@@@@@@example.com","age":33,"group_id":%d,' ..
      '"joined_at":"2024-01-01T00:00:01.000000Z"}', thread_number, os.getenv("BENCH_TAG"), thread_number, common.rows)
    local whole = wrk.format("POST", rest and "/rest/v1/users" or "/users", json_headers, marked)
    create_head, create_tail = whole:match("^(.-)@@@@@@@@@@(@.*)$")
  end
  return create_head .. string.format("%010d", number) .. create_tail
end

-- Sends the requests that make(1), make(2), … made, in a circle. The circle is the same in every run.
function common.circle(make, length)
  length = length or common.prepared
  local requests = {}
  function init()
    math.randomseed(1000 + thread_number)
    for i = 1, length do requests[i] = make(i) end
  end
  local at = 0
  function request()
    at = at % length + 1
    return requests[at]
  end
end

-- Draws 1..n with probability proportional to 1/k^0.99, as YCSB does, then spreads the ranks over the ids, so that
-- popular rows are not neighbours.
function common.zipf(n)
  local sums, sum = {}, 0
  for k = 1, n do
    sum = sum + 1 / k ^ 0.99
    sums[k] = sum
  end
  return function()
    local wanted, low, high = math.random() * sum, 1, n
    while low < high do
      local middle = math.floor((low + high) / 2)
      if sums[middle] < wanted then low = middle + 1 else high = middle end
    end
    return (low * 7919) % n + 1
  end
end

function done(summary, latency)
  local errors = summary.errors
  local file = assert(io.open(os.getenv("BENCH_SUMMARY"), "w"))
  file:write(string.format(
    '{"requests":%d,"duration_us":%d,"bytes":%d,"p50_us":%d,"p99_us":%d,"max_us":%d,' ..
    '"socket_errors":%d,"bad_statuses":%d,"timeouts":%d}\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect + errors.read + errors.write, errors.status, errors.timeout))
  file:close()
end

return common
