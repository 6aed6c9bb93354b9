package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	petPath    = "/pets/1" // what the servers of openapi.yaml are asked for
	statusPath = "/status" // and what that of connections.yaml is asked for
)

// connectionWorkloads in the order of the report.
var connectionWorkloads = []workload{
	{
		name:    "http",
		title:   "Idle HTTP",
		servers: []string{"connections"},
		note:    "One GET on all of them at once.",
		measure: measureIdle(statusPath),
		columns: idleColumns,
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

// warmRequests touch the code that serves a request before the memory of an idle server is looked at.
const warmRequests = 200

// measureIdle measures what connections hold that have asked once for path and are idle.
func measureIdle(path string) func(context.Context, *runner, string) (sample, error) {
	return func(ctx context.Context, r *runner, name string) (sample, error) {
		s, err := r.start(ctx, name)
		if err != nil {
			return nil, err
		}
		defer s.stop()
		if err := s.warm(ctx, path); err != nil {
			return nil, err
		}
		before, err := s.resident()
		if err != nil {
			return nil, err
		}
		load, err := r.openIdle(ctx, s.address, "http", r.idle, "-target", path)
		if err != nil {
			return nil, err
		}
		after, err := s.settled(ctx, r.settle)
		if closed := load.close(); err == nil {
			err = closed
		}
		if err != nil {
			return nil, err
		}
		return sample{residentBytes: float64(after-before) / float64(r.idle)}, nil
	}
}

// warm asks for path a few times, one after the other.
func (s *server) warm(ctx context.Context, path string) error {
	for range warmRequests {
		if _, _, err := fetch(ctx, http.MethodGet, s.address, path, ""); err != nil {
			return err
		}
	}
	return nil
}

// settled gives the resident set of s in bytes after a while.
func (s *server) settled(ctx context.Context, after time.Duration) (int64, error) {
	select {
	case <-time.After(after):
		return s.resident()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func measureAccept(ctx context.Context, r *runner, name string) (sample, error) {
	s, err := r.start(ctx, name)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	if _, err := r.churn(ctx, s.address, r.warmup); err != nil {
		return nil, err
	}
	before, err := s.cpu()
	if err != nil {
		return nil, err
	}
	connections, err := r.churn(ctx, s.address, r.duration)
	if err != nil {
		return nil, err
	}
	after, err := s.cpu()
	if err != nil {
		return nil, err
	}
	return sample{
		rate: float64(connections) / r.duration.Seconds(),
		cpu:  microseconds(after-before) / float64(connections),
	}, nil
}

// serverStatus is what the server connections tells of itself.
type serverStatus struct {
	Sockets int `json:"sockets"`
	Streams int `json:"streams"`
	Polls   int `json:"polls"`
	// Live and Collections are of its heap: the bytes that were live when it was last collected, and how often that was.
	Live        int64 `json:"live"`
	Collections int64 `json:"collections"`
}

func (s *server) status(ctx context.Context) (*serverStatus, error) {
	code, answer, err := fetch(ctx, http.MethodGet, s.address, statusPath, "")
	if err == nil && code != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d: %s", statusPath, code, answer)
	}
	if err != nil {
		return nil, err
	}
	var status serverStatus
	return &status, json.Unmarshal(answer, &status)
}
