package main

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
)

// grace is how long a closed loop awaits the last answers, and a burst any of its answers.
const grace = 20 * time.Second

// closedResult is what a closed loop saw. Latencies are of the calls that do not sleep, in microseconds.
type closedResult struct {
	Requests int     `json:"requests"` // answered while it recorded
	Sleepers int     `json:"sleepers"` // those of Requests that sleep
	All      int     `json:"all"`      // answered at all
	Seconds  float64 `json:"seconds"`  // that it recorded
	P50      float64 `json:"p50"`
	P99      float64 `json:"p99"`
}

// closed is a closed loop under way.
type closed struct {
	plain, sleepy []byte
	sleepers      bool
	asked         int
	recordFrom    time.Time
	recordUntil   time.Time
	result        closedResult
	latencies     []time.Duration // of the calls that do not sleep
}

func request(server netip.AddrPort, petID int) []byte {
	return fmt.Appendf(nil, "GET /pets/%d HTTP/1.1\r\nHost: %s\r\n\r\n", petID, server)
}

// closedLoop keeps one request under way on each of count connections for warmup and duration, and records those that
// were answered within duration.
func closedLoop(server netip.AddrPort, count int, warmup, duration time.Duration, sleepers bool) (*closedResult, error) {
	connections, err := dial(server, count)
	if err != nil {
		return nil, err
	}
	defer closeAll(connections)
	poll, err := newPoller(connections)
	if err != nil {
		return nil, err
	}
	defer poll.close()

	start := time.Now()
	c := &closed{
		plain:       request(server, 1),
		sleepy:      request(server, extra.SleepEvery),
		sleepers:    sleepers,
		recordFrom:  start.Add(warmup),
		recordUntil: start.Add(warmup + duration),
		latencies:   make([]time.Duration, 0, int(duration.Seconds()*100_000)),
	}
	if err := c.run(connections, poll); err != nil {
		return nil, err
	}
	slices.Sort(c.latencies)
	c.result.Seconds = duration.Seconds()
	c.result.P50 = microseconds(percentile(c.latencies, 50))
	c.result.P99 = microseconds(percentile(c.latencies, 99))
	return &c.result, nil
}

func (c *closed) run(connections []connection, poll *poller) error {
	for i := range connections {
		if err := c.ask(&connections[i], time.Now()); err != nil {
			return err
		}
	}
	buf := make([]byte, maxAnswer)
	for open := len(connections); open > 0; {
		ready, err := poll.wait()
		if err != nil {
			return err
		}
		for _, event := range ready {
			conn := &connections[event.Fd]
			done, err := conn.answered(buf)
			if err != nil {
				return err
			}
			if !done {
				continue
			}
			now := time.Now()
			c.record(conn, now)
			if now.After(c.recordUntil) {
				open--
				continue
			}
			if err := c.ask(conn, now); err != nil {
				return err
			}
		}
		if time.Now().After(c.recordUntil.Add(grace)) {
			return fmt.Errorf("%d requests were not answered", open)
		}
	}
	if c.result.Requests == 0 {
		return errors.New("nothing was answered while it recorded")
	}
	return nil
}

// ask sends the next request; every extra.SleepEvery-th is one that sleeps.
func (c *closed) ask(conn *connection, now time.Time) error {
	c.asked++
	conn.sleeper = c.sleepers && c.asked%extra.SleepEvery == 0
	if conn.sleeper {
		return conn.ask(c.sleepy, now)
	}
	return conn.ask(c.plain, now)
}

func (c *closed) record(conn *connection, now time.Time) {
	c.result.All++
	if now.Before(c.recordFrom) || now.After(c.recordUntil) {
		return
	}
	c.result.Requests++
	if conn.sleeper {
		c.result.Sleepers++
		return
	}
	c.latencies = append(c.latencies, now.Sub(conn.asked))
}

// percentile gives the p-th percentile of sorted by nearest rank, or 0 of nothing.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	rank := (len(sorted)*p + 99) / 100
	return sorted[max(rank, 1)-1]
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
