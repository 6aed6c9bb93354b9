package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed wrk.lua
var wrkScript []byte

// wrkResult is what wrk saw. Latencies are in microseconds.
type wrkResult struct {
	requests int64
	duration time.Duration
	p50, p99 float64
}

func (r wrkResult) rate() float64 { return float64(r.requests) / r.duration.Seconds() }

// writeWrkScript writes the script that wrk is run with below dir.
func writeWrkScript(dir string) (string, error) {
	path := filepath.Join(dir, "wrk.lua")
	return path, os.WriteFile(path, wrkScript, 0o600)
}

// errNothing is what a load gives that was too short for many connections on a busy machine.
var errNothing = errors.New("wrk: nothing was answered")

// warm loads s with req for duration, whatever comes of it but failures.
func (r *runner) warm(ctx context.Context, s *server, req request, duration time.Duration) error {
	_, err := r.wrk(ctx, s, req, duration)
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// wrk loads s with req for duration. A request that fails or is answered by an error is an error.
func (r *runner) wrk(ctx context.Context, s *server, req request, duration time.Duration) (wrkResult, error) {
	file, err := req.write(r.dir)
	if err != nil {
		return wrkResult{}, err
	}
	// wrk knows whole seconds alone, so it is interrupted, upon which it ends as at its end.
	limit := strconv.Itoa(int(duration.Seconds())+60) + "s"
	args := []string{
		"-t1", "-c" + strconv.Itoa(cmp.Or(req.connections, r.connections)), "-d" + limit, "--timeout", "20s", "--latency",
		"-s", r.wrkScript, s.base + req.path, "--", file,
	}
	ctx, cancel := context.WithTimeout(ctx, duration+30*time.Second)
	defer cancel()
	cmd := command(ctx, r.loadCore, r.progress, "wrk", args...)
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		return wrkResult{}, err
	}
	interrupt := time.AfterFunc(duration, func() { _ = cmd.Process.Signal(os.Interrupt) }) // fails only if wrk has ended
	defer interrupt.Stop()
	if err := cmd.Wait(); err != nil {
		return wrkResult{}, fmt.Errorf("wrk: %w: %s", err, out.String())
	}
	return parseWrk(out.String())
}

// parseWrk reads the line that wrk.lua prints.
func parseWrk(out string) (wrkResult, error) {
	for line := range strings.Lines(out) {
		var result wrkResult
		var microseconds, failed int64
		n, err := fmt.Sscanf(line, "RESULT %d %d %f %f %d", &result.requests, &microseconds, &result.p50, &result.p99, &failed)
		if n == 0 {
			continue
		}
		result.duration = time.Duration(microseconds) * time.Microsecond
		switch {
		case err != nil:
			return wrkResult{}, fmt.Errorf("wrk: %q: %w", line, err)
		case failed > 0:
			return wrkResult{}, fmt.Errorf("wrk: %d of %d requests failed", failed, result.requests)
		case result.requests == 0 || result.duration <= 0:
			return wrkResult{}, errNothing
		}
		return result, nil
	}
	return wrkResult{}, fmt.Errorf("wrk printed no result: %s", out)
}
