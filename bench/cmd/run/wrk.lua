-- Sends what is in the file that is its first argument again and again: one request, or several that are pipelined. Prints one
-- line for the runner at the end: requests, microseconds, p50 and p99 in microseconds, failed requests.
function init(args)
  local file = assert(io.open(args[1], "rb"))
  local text = file:read("*a")
  file:close()
  wrk.format = function() return text end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %.0f %.0f %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
