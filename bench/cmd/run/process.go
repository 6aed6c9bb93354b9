package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tornadogen/tornadogen/internal/freeport"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/system"
)

// stopGrace is how long a child may take to end after SIGTERM, before it is killed.
const stopGrace = 5 * time.Second

// command gives a child pinned to core that ends by SIGTERM, and by SIGKILL stopGrace later, when ctx ends. It does not
// outlive the runner either.
func command(ctx context.Context, core int, stderr io.Writer, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "taskset", append([]string{"-c", strconv.Itoa(core), name}, args...)...)
	cmd.Stderr = stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopGrace
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// allowedCore tells whether the runner may run on core.
func allowedCore(core int) bool {
	var set unix.CPUSet
	return unix.SchedGetaffinity(0, &set) == nil && set.IsSet(core)
}

// pinSelf pins every thread of the runner to core, and so those that they start.
func pinSelf(core int) error {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	var set unix.CPUSet
	set.Set(core)
	for _, task := range tasks {
		tid, err := strconv.Atoi(task.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(tid, &set); err != nil && !errors.Is(err, unix.ESRCH) {
			return err
		}
	}
	return nil
}

// server is a server that runs.
type server struct {
	address string // 127.0.0.1:PORT
	base    string // http:// or https:// and address
	pid     int
	mute    bool   // it knows one request alone, and is not to be asked anything else
	stop    func() // ends it and waits for its end
}

// start runs binary on core with GOMAXPROCS=1 and env, and returns when it answers.
func start(ctx context.Context, core int, stderr io.Writer, binary string, env ...string) (*server, error) {
	address, err := freeport.Address()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	cmd := command(ctx, core, stderr, binary, address)
	cmd.Env = append(append(os.Environ(), "GOMAXPROCS=1"), env...)
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // a server is ended by a signal, and says on stderr why it ended before
		close(ended)
	}()
	scheme := "http"
	if slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, extra.TLSVariable+"=") }) {
		scheme = "https"
	}
	s := &server{
		address: address, base: scheme + "://" + address, pid: cmd.Process.Pid, stop: func() { cancel(); <-ended },
		mute: slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, extra.AnswerVariable+"=") }),
	}
	if err := s.await(ctx, ended); err != nil {
		s.stop()
		return nil, fmt.Errorf("%s: %w", binary, err)
	}
	return s, nil
}

// await returns when s answers anything.
func (s *server) await(ctx context.Context, ended <-chan struct{}) error {
	deadline := time.After(10 * time.Second)
	for {
		if s.answers(ctx) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ended:
			return errors.New("it ended before it answered")
		case <-deadline:
			return errors.New("it does not answer")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// answers tells whether s answers anything; one that is mute has to take a connection.
func (s *server) answers(ctx context.Context) bool {
	if s.mute {
		conn, err := net.Dial("tcp", s.address)
		if err == nil {
			_ = conn.Close() // nothing was sent
		}
		return err == nil
	}
	_, _, err := fetch(ctx, http.MethodGet, s.base, "/", "")
	return err == nil
}

// cpu gives the processor time that s has used so far.
func (s *server) cpu() (time.Duration, error) { return system.CPU(s.pid) }

// spent gives the processor time that s uses while fn runs.
func (s *server) spent(fn func() error) (time.Duration, error) {
	before, err := s.cpu()
	if err != nil {
		return 0, err
	}
	if err := fn(); err != nil {
		return 0, err
	}
	after, err := s.cpu()
	return after - before, err
}

// resident gives the resident set of s in bytes. It is VmRSS, from smaps_rollup, which is exact where VmRSS may lag.
func (s *server) resident() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", s.pid))
	if err != nil {
		return 0, err
	}
	return parseResident(string(text))
}

func parseResident(rollup string) (int64, error) {
	for line := range strings.Lines(rollup) {
		value, found := strings.CutPrefix(line, "Rss:")
		if !found {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("smaps_rollup: %w", err)
		}
		return kib << 10, nil
	}
	return 0, errors.New("smaps_rollup has no Rss")
}
