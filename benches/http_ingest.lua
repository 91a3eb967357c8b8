-- wrk script of benches/http_ingest.sh: posts batches of signals, every id once.
--
-- Arguments after `--`: signals a request, a name no other run has, the API key, and a folder for the tallies.
-- Requests are built as they are sent; that costs the load generator time, and the figures are with it.

local ACCOUNTS = 10000
local CONTACTS = 5
-- What the default model knows, with how often each happens of 1,000.
local KINDS = {
  { "page.view", 400 }, { "email.open", 150 }, { "page.blog", 100 }, { "email.click", 80 },
  { "page.docs", 70 }, { "page.pricing", 60 }, { "content.case_study", 50 }, { "content.download", 40 },
  { "event.webinar.registered", 20 }, { "event.webinar.attended", 15 }, { "meeting.attended", 10 },
  { "demo.requested", 5 },
}

local threads = {}

-- Once a thread, outside of it.
function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

-- Once a thread, in it; its globals are its own.
function init(args)
  batch = tonumber(args[1])
  run = args[2]
  wrk.method = "POST"
  wrk.headers["Authorization"] = "Bearer " .. args[3]
  wrk.headers["Content-Type"] = "application/x-ndjson"
  made = 0
  bad = 0
  first_bad = ""
  math.randomseed(1000 + number)
  kinds = {}
  for _, kind in ipairs(KINDS) do
    for _ = 1, kind[2] do kinds[#kinds + 1] = kind[1] end
  end
end

function request()
  local lines = {}
  for i = 1, batch do
    made = made + 1
    -- Squared: some accounts are much busier than others.
    local share = math.random()
    local account = math.floor(share * share * ACCOUNTS)
    lines[i] = string.format(
      '{"id":"%s-%d-%d","account":"acct-%05d","contact":"person-%05d-%d","kind":"%s"}',
      run, number, made, account, account, math.random(0, CONTACTS - 1), kinds[math.random(#kinds)])
  end
  return wrk.format(nil, nil, nil, table.concat(lines, "\n"))
end

function response(status, _, body)
  -- The counts stand first in the answer: all of a request must be accepted.
  local all = string.format('{"accepted":%d,"duplicate":0,', batch)
  if status ~= 200 or string.sub(body, 1, #all) ~= all then
    bad = bad + 1
    if bad == 1 then first_bad = status .. " " .. string.sub(body, 1, 200) end
  end
end

function done(summary, latency, _)
  local bad = 0
  for _, thread in ipairs(threads) do
    bad = bad + thread:get("bad")
    if thread:get("bad") > 0 then print("  not as it should be: " .. thread:get("first_bad")) end
  end
  local errors = summary.errors
  bad = bad + errors.connect + errors.read + errors.write + errors.timeout
  local seconds = summary.duration / 1e6
  local size = tonumber(os.getenv("BATCH"))
  print(string.format(
    "  %10.0f signals/s  (%d requests in %.2f s)  p50 %.2f ms  p99 %.2f ms  max %.2f ms  wrong answers: %d",
    summary.requests * size / seconds, summary.requests, seconds, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, bad))
end
