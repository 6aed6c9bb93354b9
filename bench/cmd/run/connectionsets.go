package main

import "slices"

// connectionWorkloads in the order of the report.
var connectionWorkloads = []workload{
	{
		name:    "http",
		rounds:  3,
		title:   "Idle HTTP",
		servers: []string{"connections"},
		note:    "One GET on all of them at once.",
		measure: measureIdle(pingPath),
		columns: idleColumns,
	},
	{
		name:    "websocket",
		rounds:  3,
		title:   "Idle WebSockets",
		servers: []string{"connections"},
		note:    "A handshake on all of them at once, then a message on all of them at once, which is sent back; then one of 256 bytes to all.",
		measure: waiting{kind: "websocket", to: toSockets, count: func(s *serverStatus) int { return s.Sockets }}.measure,
		columns: waitingColumns,
	},
	{
		name:    "poll",
		rounds:  3,
		title:   "Parked long polls",
		servers: []string{"connections"},
		note:    "GET /message on all of them at once; then a message of 256 bytes to all.",
		measure: waiting{kind: "poll", to: toPolls, count: func(s *serverStatus) int { return s.Polls }}.measure,
		columns: waitingColumns,
	},
	{
		name:    "events",
		rounds:  3,
		title:   "Idle event streams",
		servers: []string{"connections"},
		note:    "GET /events on all of them at once, and the head of each answer; then an event of 256 bytes of JSON to all, encoded once.",
		measure: waiting{kind: "events", to: toStreams, count: func(s *serverStatus) int { return s.Streams }}.measure,
		columns: waitingColumns,
	},
	{
		name:    "tls",
		rounds:  3,
		title:   "Idle TLS",
		servers: []string{"connections"},
		note: "A handshake and three GET on all of them. The live heap is what the collector finds when it runs next by itself; it is not " +
			"told to.",
		measure: measureIdleTLS,
		columns: append([]column{
			{title: "live bytes/connection", metric: liveBytes}, {title: "spread", metric: liveBytes, spread: true},
		}, idleColumns...),
	},
	{
		name:    "broadcast",
		rounds:  5,
		title:   "Broadcast to WebSockets",
		servers: []string{"connections"},
		note:    "A message of 256 bytes, encoded once, to all sockets, and a bare loop of write(2) over the same sockets, by turns; medians of the pairs.",
		measure: measureBroadcast,
		columns: []column{
			{title: "CPU µs/message", metric: message, decimals: 2},
			{title: "write(2) µs/message", metric: bareMessage, decimals: 2},
			{title: "ratio", metric: messageRatio, decimals: 2},
			{title: "spread", metric: messageRatio, spread: true},
		},
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
			{title: "spread", metric: cpu, relativeTo: "fasthttp", spread: true},
		},
	},
	{
		name:    "requests-tls",
		title:   "GET /pets/{petId} over TLS",
		servers: []string{"tornado", "nethttp"},
		note:    "wrk, keep-alive, HTTP/1.1.",
		measure: asking(securely(getPet)),
		columns: []column{
			{title: "requests/s", metric: rate},
			{title: "CPU µs/request", metric: cpu, decimals: 1},
			{title: "spread", metric: cpu, spread: true},
			{title: "CPU × nethttp", metric: cpu, relativeTo: "nethttp", decimals: 2},
			{title: "spread", metric: cpu, relativeTo: "nethttp", spread: true},
			{title: "p50 ms", metric: p50, scale: 1e-3, decimals: 2},
			{title: "p99 ms", metric: p99, scale: 1e-3, decimals: 2},
		},
	},
}

var idleColumns = []column{
	{title: "bytes/connection", metric: residentBytes},
	{title: "spread", metric: residentBytes, spread: true},
}

var waitingColumns = append(slices.Clip(idleColumns), column{title: "CPU µs/message", metric: message, decimals: 1})
