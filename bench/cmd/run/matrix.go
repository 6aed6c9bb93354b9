package main

import "slices"

// The peers, and who takes part in what.
var (
	peers      = []string{"nethttp", "oapicodegen", "huma", "goa", "fasthttp", "fasthttp-sonic", "hertz"}
	ours       = []string{"tornado", "tornado-onloop"}
	plainTaken = slices.Concat(limitServers, ours, peers)
	taken      = slices.Concat(ours, peers)                // where what limits are is not known, or no limit
	blocking   = slices.Concat([]string{"tornado"}, peers) // whose handlers may block
	measured   = slices.Concat(limitServers, ours, []string{"tornado-measured"}, peers)
)

// allWorkloads in the order of the report: the matrix, and of the quick set what the matrix does not have.
var allWorkloads = slices.Concat([]workload{
	{name: "get", title: "GET /pets/{petId}", note: "wrk, one pet.", measure: asking(getPet), servers: measured},
	{name: "list", rounds: 3, title: "GET /pets?limit=100", note: "wrk, a list of 100 pets.", measure: asking(listPets), servers: plainTaken},
	{name: "order-50b", title: "POST /orders of 50 bytes", note: "wrk; " + echoed, measure: asking(smallOrder), servers: plainTaken},
	{name: "order-1k", title: "POST /orders of 1 KiB", note: "wrk; " + echoed, measure: asking(mediumOrder), servers: measured},
	{name: "order-64k", rounds: 3, title: "POST /orders of 64 KiB", note: "wrk, 8 connections; " + echoed, measure: asking(over(8, largeOrder)), servers: plainTaken},
	{
		name: "pipelined", title: "GET /pets/{petId}, 16 pipelined", measure: asking(pipelining(getPet, 16)), servers: plainTaken, columns: columnsWithoutLatencies,
		note: "wrk; 16 requests are written at once, and the next 16 when all are answered. There are no latencies: wrk corrects those of 16 as if they were of one.",
	},
	{name: "get-512", rounds: 3, title: "GET /pets/{petId}, 512 connections", note: "wrk.", measure: asking(over(512, getPet)), servers: plainTaken},
	{name: "get-4096", rounds: 3, title: "GET /pets/{petId}, 4,096 connections", note: "wrk, three times as long, since opening the connections is in the figures.", measure: asking(overMany(4096, getPet)), servers: plainTaken},
	{
		name: "accept", title: "GET /pets/{petId}, a connection for each", measure: measureAccept, servers: plainTaken, columns: columnsWithoutLatencies,
		note: "Own load: Connection: close on each connection, which the server closes.",
	},
	{
		name: "sleepers", title: "GET /pets/{petId}, one call in twenty sleeps 20 ms", measure: measureSleepers, servers: blocking, columns: sleeperColumns,
		note: "Own load. Latencies are those of the calls that do not sleep. tornado-onloop is left out: its handlers must not block.",
	},
	{
		name: "compute", rounds: 3, title: "GET /pets/{petId}, each computes 200 µs", measure: asking(computing(getPet)), servers: taken,
		note: "wrk. The work is the same for all servers: as many rounds of a hash as took 200 µs when the bench began.",
	},
	{
		name: "upload", rounds: 3, title: "PUT /files of 20 MiB", measure: asking(putFile), servers: taken,
		note: "wrk, 2 connections. The body is read as it comes, in pieces of 32 KiB, and counted.",
	},
	{
		name: "order-1k-tls", rounds: 3, title: "POST /orders of 1 KiB over TLS", measure: asking(securely(mediumOrder)), servers: taken,
		note: "wrk, TLS 1.3, keep-alive; " + echoed + " The handshakes of the connections are in the figures.",
	},
}, quickOnly("post", "dbclient", "idle"), codecWorkloads)

const echoed = "the order that was sent is decoded, checked and sent back."

// matrixColumns are those of the workloads that have none of their own.
var matrixColumns = []column{
	{title: "requests/s", metric: rate},
	{title: "CPU µs/request", metric: cpu, decimals: 1},
	{title: "spread", metric: cpu, spread: true},
	{title: "× fasthttp", metric: cpu, relativeTo: "fasthttp", decimals: 2},
	{title: "× sonic", metric: cpu, relativeTo: "fasthttp-sonic", decimals: 2},
	{title: "× hertz", metric: cpu, relativeTo: "hertz", decimals: 2},
	{title: "× oapicodegen", metric: cpu, relativeTo: "oapicodegen", decimals: 2},
	{title: "× huma", metric: cpu, relativeTo: "huma", decimals: 2},
	{title: "× goa", metric: cpu, relativeTo: "goa", decimals: 2},
	{title: "p50 ms", metric: p50, scale: 1e-3, decimals: 2},
	{title: "p99 ms", metric: p99, scale: 1e-3, decimals: 2},
}

// columnsWithoutLatencies are matrixColumns where the load takes none, or none that are right.
var columnsWithoutLatencies = matrixColumns[: len(matrixColumns)-2 : len(matrixColumns)-2]

// quickOnly gives workloads of the quick set.
func quickOnly(names ...string) []workload {
	var chosen []workload
	for _, w := range quickWorkloads {
		if slices.Contains(names, w.name) {
			chosen = append(chosen, w)
		}
	}
	return chosen
}

// allTargets are those of the matrix, and those of the quick set that the matrix does not sharpen.
var allTargets = slices.Concat([]target{
	{text: "GET: CPU a request above constant", workload: "get", metric: cpu, minus: "constant", limit: 1, unit: " µs"},
	{text: "GET: CPU a request, × epoll-c", workload: "get", metric: cpu, relativeTo: "epoll-c", limit: 1.30},
	{text: "GET: CPU a request, × fasthttp", workload: "get", metric: cpu, relativeTo: "fasthttp", limit: 0.75},
	{text: "GET: CPU a request, × hertz", workload: "get", metric: cpu, relativeTo: "hertz", limit: 0.62},
	{text: "GET: CPU a request, × oapicodegen", workload: "get", metric: cpu, relativeTo: "oapicodegen", limit: 0.32},
	{text: "GET: CPU a request, × huma", workload: "get", metric: cpu, relativeTo: "huma", limit: 0.32},
	{text: "GET: CPU a request, × goa", workload: "get", metric: cpu, relativeTo: "goa", limit: 0.32},
	{text: "POST 50 B: CPU a request, × fasthttp", workload: "order-50b", metric: cpu, relativeTo: "fasthttp", limit: 0.58},
	{text: "POST 50 B: CPU a request, × hertz", workload: "order-50b", metric: cpu, relativeTo: "hertz", limit: 0.52},
	{text: "POST 1 KiB: CPU a request, × fasthttp", workload: "order-1k", metric: cpu, relativeTo: "fasthttp", limit: 0.58},
	{text: "POST 1 KiB: CPU a request, × hertz", workload: "order-1k", metric: cpu, relativeTo: "hertz", limit: 0.52},
	{text: "POST 1 KiB: CPU a request, × fasthttp-sonic", workload: "order-1k", metric: cpu, relativeTo: "fasthttp-sonic", limit: 0.75},
	{text: "POST 1 KiB: CPU a request, × oapicodegen", workload: "order-1k", metric: cpu, relativeTo: "oapicodegen", limit: 0.32},
	{text: "POST 1 KiB: CPU a request, × huma", workload: "order-1k", metric: cpu, relativeTo: "huma", limit: 0.32},
	{text: "POST 1 KiB: CPU a request, × goa", workload: "order-1k", metric: cpu, relativeTo: "goa", limit: 0.32},
	{text: "16 pipelined: CPU a request, × fasthttp", workload: "pipelined", metric: cpu, relativeTo: "fasthttp", limit: 0.70},
	{text: "sleepers: CPU a request, × fasthttp", workload: "sleepers", metric: cpu, relativeTo: "fasthttp", limit: 0.90},
	{text: "sleepers: p99 of the others, × fasthttp", workload: "sleepers", metric: p99, relativeTo: "fasthttp", limit: 1},
	{text: "sleepers: p99 that they add to the others", workload: "sleepers", metric: addedP99, scale: 1e-3, limit: 2, unit: " ms"},
	{text: "a connection a request: CPU, × fasthttp", workload: "accept", metric: cpu, relativeTo: "fasthttp", limit: 0.80},
	{text: "database client: p50", workload: "dbclient", metric: databaseP50, scale: 1e-3, limit: 1, unit: " ms"},
	{text: "database client: p99", workload: "dbclient", metric: databaseP99, scale: 1e-3, limit: 10, unit: " ms"},
	{text: "idle: resident bytes a connection", workload: "idle", metric: residentBytes, limit: 500, unit: " B"},
}, codecTargets())
