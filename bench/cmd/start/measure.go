package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/internal/freeport"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/system"
)

const (
	// answerWithin is how long a program may take to its first answer before it is given up.
	answerWithin = 10 * time.Second
	// askEvery is how often a program is asked that does not listen yet. It is the error of a start.
	askEvery = 500 * time.Microsecond
	// endWithin is how long a process may take to end after a signal, before it is killed or left.
	endWithin = 5 * time.Second
)

// start is one start of a program, from its execution to its first answer: what the clock shows, and its processor time.
type start struct{ wall, cpu time.Duration }

// startOnce starts binary, asks it for target until it answers, and ends it.
func startOnce(ctx context.Context, binary, target string) (s start, err error) {
	address, err := freeport.Address()
	if err != nil {
		return s, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, binary, address)
	cmd.Stderr = &stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = endWithin
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return s, err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it is ended by a signal, and says on stderr why it ended before
		cancel()       // nobody waits for its answer any more
		close(ended)
	}()
	err = awaitAnswer(ctx, address, target)
	s.wall = time.Since(began)
	if err == nil {
		s.cpu, err = system.CPU(cmd.Process.Pid)
	}
	cancel()
	<-ended
	if err != nil {
		return s, fmt.Errorf("%s has not answered GET %s: %w; it said: %s", binary, target, err, stderr.Bytes())
	}
	return s, nil
}

// awaitAnswer returns when GET target is answered by the operation that it is for, which no one has implemented, or when ctx ends.
func awaitAnswer(ctx context.Context, address, target string) error {
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp4", address)
		if err == nil {
			return ask(ctx, conn, target)
		}
		if !errors.Is(err, syscall.ECONNREFUSED) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(askEvery):
		}
	}
}

func ask(ctx context.Context, conn net.Conn, target string) error {
	defer func() { _ = conn.Close() }() // what was to come has come
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", target); err != nil {
		return err
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	_ = res.Body.Close() // the head is what was waited for
	if res.StatusCode != http.StatusNotImplemented {
		return fmt.Errorf("status %d, want 501: another operation has answered", res.StatusCode)
	}
	return nil
}

// summary is what several starts come to.
type summary struct {
	wall, cpu time.Duration // medians
	least     time.Duration // of the clock
}

// summarize gives the summary of starts, of which there is at least one.
func summarize(starts []start) summary {
	walls, cpus := make([]time.Duration, 0, len(starts)), make([]time.Duration, 0, len(starts))
	for _, s := range starts {
		walls, cpus = append(walls, s.wall), append(cpus, s.cpu)
	}
	return summary{middle(walls), middle(cpus), slices.Min(walls)}
}

// middle is the median of all, the upper one where two are in the middle.
func middle(all []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(all))[len(all)/2]
}
