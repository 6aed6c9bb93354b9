package main

import (
	"context"
	"encoding/json"
	"fmt"
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

// idleConnections opens r.idle connections to address, asks once on all of them at once, and calls look when every
// answer is there and the connections are idle. Then it closes them.
func (r *runner) idleConnections(ctx context.Context, address string, look func() error) error {
	ctx, cancel := context.WithTimeout(ctx, r.settle+time.Minute)
	defer cancel()
	cmd := command(ctx, r.loadCore, r.progress, r.binary("load"), "idle", "-address", address, "-connections", strconv.Itoa(r.idle))
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	var result struct {
		Answered int `json:"answered"`
	}
	lookErr := json.NewDecoder(out).Decode(&result)
	if lookErr == nil {
		lookErr = look()
	}
	_ = in.Close() // ends the hold; fails only if load has ended, which Wait tells
	if err := cmd.Wait(); err != nil {
		return err
	}
	return lookErr
}
