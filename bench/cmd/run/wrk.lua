-- Sends one request again and again: a GET without an argument, a POST of the argument as JSON with one. Prints one line
-- for the runner at the end: requests, microseconds, p50 and p99 in microseconds, failed requests.
function init(args)
  if args[1] then
    wrk.method = "POST"
    wrk.body = args[1]
    wrk.headers["Content-Type"] = "application/json"
  end
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %.0f %.0f %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
