package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// limits bound a child.
type limits struct {
	wall   time.Duration
	memory int64 // bytes that it may hold; what passes them is ended
}

// child is one process that has ended.
type child struct {
	stdout, stderr string
	code           int    // -1 when a signal ended it
	cut            string // why this command ended it: "" where it did not
	cpu, wall      time.Duration
	memory         int64 // the largest resident set, in bytes
}

// ok reports whether the process did what it was asked.
func (c *child) ok() bool { return c.code == 0 && c.cut == "" }

// fault says in a line why the process failed.
func (c *child) fault() string {
	if c.cut != "" {
		return c.cut
	}
	for line := range strings.Lines(c.stderr) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "warning:") {
			return line
		}
	}
	return fmt.Sprintf("exit code %d", c.code)
}

// keep is how many bytes of each output of a child are kept.
const keep = 64 << 20

// runChild runs a program to its end or to its limit. All that it starts ends with it. The figures are those of the program
// and of what it waited for. The memory is what the kernel has seen at most; a small parent is counted in, as a child is one
// until it executes its program, so this command keeps documents out of its own memory.
func runChild(ctx context.Context, l limits, dir string, env []string, name string, args ...string) *child {
	ctx, cancel := context.WithTimeout(ctx, l.wall)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	var stdout, stderr capped
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	start := time.Now()
	c := &child{}
	if err := cmd.Start(); err != nil {
		c.code, c.cut = -1, err.Error()
		return c
	}
	var tooLarge atomic.Bool
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for every := time.NewTicker(50 * time.Millisecond); ; {
			select {
			case <-ctx.Done():
				every.Stop()
				return
			case <-every.C:
				if resident(cmd.Process.Pid) > l.memory {
					tooLarge.Store(true)
					cancel()
				}
			}
		}
	}()
	err := cmd.Wait()
	c.wall = time.Since(start)
	deadline := errors.Is(ctx.Err(), context.DeadlineExceeded)
	cancel()
	<-watched
	c.stdout, c.stderr, c.code = stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.cpu = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
		c.memory = usage.Maxrss << 10
	}
	switch {
	case tooLarge.Load():
		c.cut = fmt.Sprintf("took more than %d MiB", l.memory>>20)
	case err != nil && deadline:
		c.cut = fmt.Sprintf("took longer than %s", l.wall)
	case err != nil && c.code == 0:
		c.cut = err.Error() // its output was cut off
	}
	return c
}

// resident is what a process holds in memory, 0 when it has ended.
func resident(pid int) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(data), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// capped keeps the first bytes that are written to it.
type capped struct{ bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if room := keep - c.Len(); room > 0 {
		_, _ = c.Buffer.Write(p[:min(len(p), room)]) // never fails
	}
	return len(p), nil
}
