package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
)

const (
	petPath    = "/pets/1" // what the servers of openapi.yaml are asked for
	pingPath   = "/ping"   // and what that of connections.yaml is asked for
	workPath   = "/work"   // what makes it leave garbage
	statusPath = "/status" // and where it tells what waits
)

// warmRequests touch the code that serves a request before the memory of an idle server is looked at.
const warmRequests = 200

// waiting is how connections wait, and for what.
type waiting struct {
	kind  string                  // as load calls it
	path  string                  // "" for that of the kind
	to    string                  // the audience of a broadcast that reaches them; "" if they wait for nothing
	count func(*serverStatus) int // those that the server knows of
}

// measureIdle measures what connections hold that ask once for path and are idle then.
func measureIdle(path string) func(context.Context, *runner, string) (sample, error) {
	return waiting{kind: "http", path: path}.measure
}

// measure measures what connections hold that wait. Then it sends them a message, which all must receive.
func (w waiting) measure(ctx context.Context, r *runner, name string) (sample, error) {
	s, err := r.start(ctx, name)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	warm := w.path
	if warm == "" {
		warm = pingPath
	}
	if err := s.warm(ctx, warm); err != nil {
		return nil, err
	}
	before, err := s.resident()
	if err != nil {
		return nil, err
	}
	load, err := r.openIdle(ctx, s.address, w.kind, r.idle, "-target", w.path)
	if err != nil {
		return nil, err
	}
	got, err := w.look(ctx, r, s, load)
	if closed := load.close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	got[residentBytes] = (got[residentBytes] - float64(before)) / float64(r.idle)
	return got, nil
}

// look gives the resident set of s and, if the connections wait for something, what it costs to send it.
func (w waiting) look(ctx context.Context, r *runner, s *server, load *idleLoad) (sample, error) {
	if w.to == "" {
		after, err := s.settled(ctx, r.settle)
		return sample{residentBytes: float64(after)}, err
	}
	if err := s.awaitAudience(ctx, w.count, r.idle); err != nil {
		return nil, err
	}
	after, err := s.settled(ctx, r.settle)
	if err != nil {
		return nil, err
	}
	spent, err := s.broadcast(ctx, load, w.to, r.idle)
	return sample{residentBytes: float64(after), message: spent}, err
}

// warm asks for path a few times, one after the other.
func (s *server) warm(ctx context.Context, path string) error {
	for range warmRequests {
		if _, _, err := fetch(ctx, http.MethodGet, s.base, path, ""); err != nil {
			return err
		}
	}
	return nil
}

// settled gives the resident set of s in bytes after a while.
func (s *server) settled(ctx context.Context, after time.Duration) (int64, error) {
	if err := sleep(ctx, after); err != nil {
		return 0, err
	}
	return s.resident()
}

// awaitAudience returns when s counts as many that wait as there are.
func (s *server) awaitAudience(ctx context.Context, count func(*serverStatus) int, want int) error {
	for deadline := time.Now().Add(idleLimit / 3); ; {
		status, err := s.status(ctx)
		if err != nil {
			return err
		}
		have := count(status)
		if have == want {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d connections wait: %+v", have, want, *status)
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func measureAccept(ctx context.Context, r *runner, name string) (sample, error) {
	s, err := r.startFor(ctx, name, getAndClose, extra.CloseVariable+"=1")
	if err != nil {
		return nil, err
	}
	defer s.stop()
	if _, err := r.churn(ctx, s.address, r.warmup); err != nil {
		return nil, err
	}
	var connections int
	spent, err := s.spent(func() (err error) {
		connections, err = r.churn(ctx, s.address, r.duration)
		return err
	})
	if err != nil {
		return nil, err
	}
	return sample{
		rate: float64(connections) / r.duration.Seconds(),
		cpu:  microseconds(spent) / float64(connections),
	}, nil
}
