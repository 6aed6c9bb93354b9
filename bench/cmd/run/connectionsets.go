package main

import "slices"

// connectionWorkloads in the order of the report.
var connectionWorkloads = []workload{
	{
		name:    "http",
		title:   "Idle HTTP",
		servers: []string{"connections"},
		note:    "One GET on all of them at once.",
		measure: measureIdle(pingPath),
		columns: idleColumns,
	},
	{
		name:    "poll",
		title:   "Parked long polls",
		servers: []string{"connections"},
		note:    "GET /message on all of them at once; then a message of 256 bytes to all.",
		measure: waiting{kind: "poll", to: toPolls, count: func(s *serverStatus) int { return s.Polls }}.measure,
		columns: waitingColumns,
	},
	{
		name:    "accept",
		title:   "Accept, one request, close",
		servers: []string{"tornado", "nethttp", "fasthttp"},
		note:    "Own load: GET /pets/{petId} with Connection: close on each connection, which the server closes.",
		measure: measureAccept,
		columns: []column{
			{title: "connections/s", metric: rate},
			{title: "CPU µs/connection", metric: cpu, decimals: 1},
			{title: "spread", metric: cpu, spread: true},
			{title: "CPU × fasthttp", metric: cpu, relativeTo: "fasthttp", decimals: 2},
		},
	},
}

var idleColumns = []column{
	{title: "bytes/connection", metric: residentBytes},
	{title: "spread", metric: residentBytes, spread: true},
}

var waitingColumns = append(slices.Clip(idleColumns), column{title: "CPU µs/message", metric: message, decimals: 1})
