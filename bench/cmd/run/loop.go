package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// loopResult is what the program load prints for a closed loop. Latencies are of the calls that do not sleep, in
// microseconds.
type loopResult struct {
	Requests int     `json:"requests"`
	All      int     `json:"all"`
	Seconds  float64 `json:"seconds"`
	P50      float64 `json:"p50"`
	P99      float64 `json:"p99"`
}

// closedLoop loads address with GET; with sleepers one call in twenty is one that sleeps.
func (r *runner) closedLoop(ctx context.Context, address string, sleepers bool) (*loopResult, error) {
	ctx, cancel := context.WithTimeout(ctx, r.warmup+r.duration+30*time.Second)
	defer cancel()
	args := []string{
		"closed", "-address", address, "-connections", strconv.Itoa(r.connections),
		"-warmup", r.warmup.String(), "-duration", r.duration.String(), "-sleepers=" + strconv.FormatBool(sleepers),
	}
	cmd := command(ctx, r.loadCore, r.progress, r.binary("load"), args...)
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	var result loopResult
	if err := json.Unmarshal([]byte(out.String()), &result); err != nil {
		return nil, fmt.Errorf("load printed %q: %w", out.String(), err)
	}
	return &result, nil
}

// churn opens connections to address for r.duration, each of which is asked once and closed by the server. It gives how many.
func (r *runner) churn(ctx context.Context, address string, duration time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, duration+30*time.Second)
	defer cancel()
	cmd := command(ctx, r.loadCore, r.progress, r.binary("load"),
		"churn", "-address", address, "-connections", strconv.Itoa(r.connections), "-duration", duration.String())
	out, err := cmd.Output()
	if err != nil {
		return 0, err
	}
	var result struct {
		Connections int `json:"connections"`
	}
	if err := json.Unmarshal(out, &result); err != nil {
		return 0, fmt.Errorf("load printed %q: %w", out, err)
	}
	return result.Connections, nil
}

// idleLoad is the program load, holding idle connections.
type idleLoad struct {
	cancel context.CancelFunc
	cmd    *exec.Cmd
	in     io.Closer
	lines  *json.Decoder
	// messages is how many were sent to the connections so far.
	messages int
}

// idleLimit is how long idle connections are held at most.
const idleLimit = 3 * time.Minute

// openIdle opens count connections of a kind that load knows to address, asks once on all of them at once, with what else
// flags say, and returns when every answer is there and the connections are idle.
func (r *runner) openIdle(ctx context.Context, address, kind string, count int, flags ...string) (*idleLoad, error) {
	ctx, cancel := context.WithTimeout(ctx, r.settle+idleLimit)
	args := append([]string{"idle", "-address", address, "-kind", kind, "-connections", strconv.Itoa(count)}, flags...)
	l := &idleLoad{cancel: cancel, cmd: command(ctx, r.loadCore, r.progress, r.binary("load"), args...)}
	if err := l.start(); err != nil {
		cancel()
		return nil, err
	}
	var opened struct {
		Answered int `json:"answered"`
	}
	if err := l.lines.Decode(&opened); err != nil {
		return nil, errors.Join(fmt.Errorf("load did not open its connections: %w", err), l.close())
	}
	return l, nil
}

func (l *idleLoad) start() error {
	in, err := l.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	l.in, l.lines = in, json.NewDecoder(out)
	return l.cmd.Start()
}

// received returns when n messages have come since the connections were idle.
func (l *idleLoad) received(n int) error {
	for {
		var line struct {
			Received int `json:"received"`
		}
		if err := l.lines.Decode(&line); err != nil {
			return fmt.Errorf("%d messages were not received: %w", n, err)
		}
		if line.Received >= n {
			return nil
		}
	}
}

// close ends the load and its connections.
func (l *idleLoad) close() error {
	defer l.cancel()
	_ = l.in.Close() // ends the hold; fails only if load has ended, which Wait tells
	return l.cmd.Wait()
}
