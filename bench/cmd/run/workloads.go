package main

import (
	"context"
	"fmt"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
)

// What the workloads measure. Latencies are in microseconds.
const (
	rate          metric = "requests a second"
	cpu           metric = "processor time of the server a request, in microseconds"
	p50           metric = "p50"
	p99           metric = "p99"
	calmP99       metric = "p99 without sleepers"
	addedP99      metric = "p99 with sleepers less calmP99"
	databaseP50   metric = "p50 of the database client"
	databaseP99   metric = "p99 of the database client"
	quietP50      metric = "p50 of the database client before the load"
	roundTrips    metric = "round trips of the database client"
	residentBytes metric = "resident bytes a connection"
	liveBytes     metric = "live bytes of the heap a connection"
	message       metric = "processor time of the server a message, in microseconds"
	bareMessage   metric = "the same of a bare loop of write(2)"
	messageRatio  metric = "message over bareMessage"
)

// workload is one thing to measure.
type workload struct {
	name    string
	title   string
	note    string   // printed below the title
	servers []string // that it is for
	rounds  int      // that suffice, as the figure hardly varies or is one of latency; 0: as many as are asked for
	measure func(context.Context, *runner, string) (sample, error)
	columns []column
}

// The servers of the quick set, and those of them whose handlers may block.
var (
	quickServers  = []string{"tornado", "tornado-onloop", "nethttp", "fasthttp", "oapicodegen"}
	quickBlocking = []string{"tornado", "nethttp", "fasthttp", "oapicodegen"}
)

// quickWorkloads in the order of the report.
var quickWorkloads = []workload{
	{
		name:    "get",
		title:   "GET /pets/{petId}",
		note:    "wrk, one pet.",
		servers: quickServers,
		measure: asking(getPet),
		columns: plainColumns,
	},
	{
		name:    "post",
		title:   "POST /pets",
		note:    "wrk; the pet that was sent is decoded, checked and sent back.",
		servers: quickServers,
		measure: asking(createPet),
		columns: plainColumns,
	},
	{
		name:    "sleepers",
		title:   "GET /pets/{petId}, one call in twenty sleeps 20 ms",
		note:    "Own load. Latencies are those of the calls that do not sleep. tornado-onloop is left out: its handlers must not block.",
		servers: quickBlocking,
		measure: measureSleepers,
		columns: sleeperColumns,
	},
	{
		name:    "dbclient",
		title:   "A database client in the process of the saturated server",
		note:    "A goroutine of the server asks an echo on the core of the load every millisecond, while wrk saturates the server with GET.",
		servers: quickServers,
		rounds:  5,
		measure: measureDatabaseClient,
		columns: []column{
			{title: "p50 ms", metric: databaseP50, scale: 1e-3, decimals: 2},
			{title: "p99 ms", metric: databaseP99, scale: 1e-3, decimals: 2},
			{title: "p50 ms before the load", metric: quietP50, scale: 1e-3, decimals: 2},
			{title: "round trips", metric: roundTrips},
			{title: "requests/s meanwhile", metric: rate},
		},
	},
	{
		name:    "idle",
		title:   "Idle connections after a burst",
		note:    "Growth of the resident set over all connections, after one GET on all of them at once; no forced collection, default GOGC.",
		servers: quickServers,
		rounds:  3,
		measure: measureIdle(petPath),
		columns: []column{
			{title: "bytes/connection", metric: residentBytes},
			{title: "spread", metric: residentBytes, spread: true},
		},
	},
}

var sleeperColumns = []column{
	{title: "requests/s", metric: rate},
	{title: "× fasthttp", metric: rate, relativeTo: "fasthttp", decimals: 2},
	{title: "CPU µs/request", metric: cpu, decimals: 1},
	{title: "CPU × fasthttp", metric: cpu, relativeTo: "fasthttp", decimals: 2},
	{title: "p50 ms", metric: p50, scale: 1e-3, decimals: 2},
	{title: "p99 ms", metric: p99, scale: 1e-3, decimals: 2},
	{title: "p99 ms without sleepers", metric: calmP99, scale: 1e-3, decimals: 2},
	{title: "added ms", metric: addedP99, scale: 1e-3, decimals: 2},
}

var plainColumns = []column{
	{title: "requests/s", metric: rate},
	{title: "CPU µs/request", metric: cpu, decimals: 1},
	{title: "spread", metric: cpu, spread: true},
	{title: "CPU × fasthttp", metric: cpu, relativeTo: "fasthttp", decimals: 2},
	{title: "spread", metric: cpu, relativeTo: "fasthttp", spread: true},
	{title: "CPU × oapicodegen", metric: cpu, relativeTo: "oapicodegen", decimals: 2},
	{title: "p50 ms", metric: p50, scale: 1e-3, decimals: 2},
	{title: "p99 ms", metric: p99, scale: 1e-3, decimals: 2},
}

func measureSleepers(ctx context.Context, r *runner, name string) (sample, error) {
	s, err := r.start(ctx, name, extra.SleepVariable+"=20ms")
	if err != nil {
		return nil, err
	}
	defer s.stop()
	calm, err := r.closedLoop(ctx, s.address, false)
	if err != nil {
		return nil, err
	}
	var result *loopResult
	spent, err := s.spent(func() (err error) {
		result, err = r.closedLoop(ctx, s.address, true)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sample{
		rate:     float64(result.Requests) / result.Seconds,
		cpu:      microseconds(spent) / float64(result.All),
		p50:      result.P50,
		p99:      result.P99,
		calmP99:  calm.P99,
		addedP99: result.P99 - calm.P99,
	}, nil
}

func measureDatabaseClient(ctx context.Context, r *runner, name string) (sample, error) {
	db, err := openDatabase()
	if err != nil {
		return nil, err
	}
	defer db.close()
	s, err := r.start(ctx, name, extra.DatabaseVariable+"="+db.address())
	if err != nil {
		return nil, err
	}
	defer s.stop()
	db.take()
	select {
	case <-time.After(500 * time.Millisecond):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	quiet := db.take()
	if err := r.warm(ctx, s, getPet, r.warmup); err != nil {
		return nil, err
	}
	db.take()
	result, err := r.wrk(ctx, s, getPet, r.duration)
	if err != nil {
		return nil, err
	}
	loaded := db.take()
	if len(quiet) == 0 || len(loaded) == 0 {
		return nil, fmt.Errorf("the database client did %d round trips before the load and %d under it", len(quiet), len(loaded))
	}
	return sample{
		rate:        result.rate(),
		databaseP50: microseconds(percentile(loaded, 50)),
		databaseP99: microseconds(percentile(loaded, 99)),
		quietP50:    microseconds(percentile(quiet, 50)),
		roundTrips:  float64(len(loaded)),
	}, nil
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
