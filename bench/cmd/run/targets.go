package main

import (
	"cmp"
	"fmt"
)

// target is what the runtime sets itself: a median of one of its servers, or of its ratio to a peer, round by round.
type target struct {
	text       string
	workload   string
	server     string // "" for tornado
	metric     metric
	relativeTo string  // a server; "" for the figure itself
	minus      string  // a server whose median is taken off; "" for none
	scale      float64 // what the median is multiplied with; 0 is 1
	limit      float64
	atLeast    bool // the limit is the least, not the most
	unit       string
}

var quickTargets = []target{
	{text: "GET: CPU a request, × fasthttp", workload: "get", metric: cpu, relativeTo: "fasthttp", limit: 0.80},
	{text: "GET: CPU a request, × oapicodegen", workload: "get", metric: cpu, relativeTo: "oapicodegen", limit: 0.40},
	{text: "POST: CPU a request, × fasthttp", workload: "post", metric: cpu, relativeTo: "fasthttp", limit: 0.70},
	{text: "POST: CPU a request, × oapicodegen", workload: "post", metric: cpu, relativeTo: "oapicodegen", limit: 0.40},
	{text: "sleepers: p99 that they add to the others", workload: "sleepers", metric: addedP99, scale: 1e-3, limit: 2, unit: " ms"},
	{text: "sleepers: requests a second, × fasthttp", workload: "sleepers", metric: rate, relativeTo: "fasthttp", limit: 0.85, atLeast: true},
	{text: "database client: p50", workload: "dbclient", metric: databaseP50, scale: 1e-3, limit: 1, unit: " ms"},
	{text: "database client: p99", workload: "dbclient", metric: databaseP99, scale: 1e-3, limit: 10, unit: " ms"},
	{text: "idle: resident bytes a connection", workload: "idle", metric: residentBytes, limit: 500, unit: " B"},
}

var connectionTargets = []target{
	{text: "idle HTTP: resident bytes a connection", workload: "http", server: "connections", metric: residentBytes, limit: 400, unit: " B"},
	{text: "idle WebSocket: resident bytes a connection", workload: "websocket", server: "connections", metric: residentBytes, limit: 600, unit: " B"},
	{text: "parked long poll: resident bytes a connection", workload: "poll", server: "connections", metric: residentBytes, limit: 1024, unit: " B"},
	{text: "idle event stream: resident bytes a connection", workload: "events", server: "connections", metric: residentBytes, limit: 1024, unit: " B"},
	{text: "idle TLS: live bytes a connection", workload: "tls", server: "connections", metric: liveBytes, limit: 8192, unit: " B"},
	{text: "broadcast: CPU a message, × write(2)", workload: "broadcast", server: "connections", metric: messageRatio, limit: 1.15},
	{text: "accept, request, close: CPU, × fasthttp", workload: "accept", metric: cpu, relativeTo: "fasthttp", limit: 0.80},
	{text: "TLS keep-alive: CPU a request, × nethttp", workload: "requests-tls", metric: cpu, relativeTo: "nethttp", limit: 0.70},
}

// targetRows gives a row for each target that was measured.
func targetRows(targets []target, all results) [][]string {
	var rows [][]string
	for _, t := range targets {
		value, ok := t.value(all)
		if !ok {
			continue
		}
		sign, met := "≤", value <= t.limit
		if t.atLeast {
			sign, met = "≥", value >= t.limit
		}
		verdict := "MISSED"
		if met {
			verdict = "met"
		}
		rows = append(rows, []string{
			t.text, fmt.Sprintf("%s %.4g%s", sign, t.limit, t.unit), fmt.Sprintf("%.2f%s", value, t.unit), verdict,
		})
	}
	return rows
}

func (t target) value(all results) (float64, bool) {
	value, ok := median(series(all[t.workload], cmp.Or(t.server, "tornado"), t.metric, t.relativeTo))
	if t.minus != "" {
		other, measured := median(series(all[t.workload], t.minus, t.metric, ""))
		value, ok = value-other, ok && measured
	}
	if t.scale != 0 {
		value *= t.scale
	}
	return value, ok
}
