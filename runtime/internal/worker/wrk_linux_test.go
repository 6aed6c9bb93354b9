package worker

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const constantAnswer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\n\r\n" +
	`{"message":"Hello, World!"}`

// constant answers every head with the same bytes, so that what is measured is
// the loops, the workers and the kernel.
type constant struct {
	pause time.Duration // of one request in twenty
}

type constantFrame struct {
	in    [4096]byte
	out   []byte
	count int
}

func (*constantFrame) Lend(*Borrower) {}

func (*constantFrame) Release() {}

func (*constantFrame) Abandon(any) {}

func (constant) NewFrame() Frame { return &constantFrame{} }

func (h constant) Serve(c *Conn, f Frame) Next {
	fr := f.(*constantFrame)
	if c.Expired() || c.Draining() {
		return Close
	}
	n, err := c.Read(fr.in[:])
	if errors.Is(err, ErrWouldBlock) {
		return Idle
	}
	if err != nil {
		return Close
	}
	fr.out = fr.out[:0]
	for range bytes.Count(fr.in[:n], []byte("\r\n\r\n")) {
		fr.out = append(fr.out, constantAnswer...)
		if fr.count++; h.pause > 0 && fr.count%20 == 0 {
			time.Sleep(h.pause)
		}
	}
	if c.Write(fr.out, 30*time.Second) != nil {
		return Close
	}
	c.SetTimeout(75 * time.Second)
	return Idle
}

func (constant) Hangup(*Conn, bool) {}
func (constant) Closed(*Conn)       {}
func (constant) Shed(*Conn, Frame)  {}

// TestWrk measures server CPU for each request under wrk. It runs only when
// asked, by the number of seconds a variant in WRK_SECONDS; to compare, keep
// the server on one core and wrk on another:
//
//	WRK_SECONDS=5 GOMAXPROCS=1 taskset -c 0 go test -run TestWrk -v ./runtime/internal/worker
func TestWrk(t *testing.T) {
	seconds := os.Getenv("WRK_SECONDS")
	if seconds == "" {
		t.Skip("WRK_SECONDS is not set")
	}
	for _, v := range []struct {
		name  string
		conns string
		pause time.Duration
		opts  Options
	}{
		{"parking, 64 connections", "64", 0, Options{}},
		{"blocking, 64 connections", "64", 0, Options{BlockingWait: true}},
		{"on the loop, 64 connections", "64", 0, Options{OnLoop: true}},
		{"parking, 1 connection", "1", 0, Options{}},
		{"blocking, 1 connection", "1", 0, Options{BlockingWait: true}},
		{"on the loop, 1 connection", "1", 0, Options{OnLoop: true}},
		{"parking, 64 connections, 5 % sleep 20 ms", "64", 20 * time.Millisecond, Options{}},
	} {
		t.Run(v.name, func(t *testing.T) {
			v.opts.Handler, v.opts.Logger = constant{v.pause}, slog.New(slog.DiscardHandler)
			e, err := New(v.opts)
			require.NoError(t, err)
			ln, err := Listen("tcp", "127.0.0.1:0", len(e.loops))
			require.NoError(t, err)
			require.NoError(t, e.AddListener(ln))
			ran := make(chan error, 1)
			go func() { ran <- e.Run() }()
			args := []string{"-t1", "-c" + v.conns, "-d" + seconds + "s", "http://" + ln.Addr().String() + "/"}
			name := "wrk"
			if cpu := os.Getenv("WRK_CPU"); cpu != "" {
				name, args = "taskset", append([]string{"-c", cpu, "wrk"}, args...)
			}
			trips := roundTrips(t)
			before := cpuTime(t)
			out, err := exec.Command(name, args...).CombinedOutput()
			used := cpuTime(t) - before
			p50, p99 := trips()
			require.NoError(t, err, string(out))
			m := regexp.MustCompile(`(\d+) requests in ([\d.]+)s`).FindSubmatch(out)
			require.NotNil(t, m, string(out))
			n, err := strconv.Atoi(string(m[1]))
			require.NoError(t, err)
			secs, err := strconv.ParseFloat(string(m[2]), 64)
			require.NoError(t, err)
			st := e.Stats()[0]
			t.Logf("%8.0f requests/s  %5.2f us CPU/request  %.1f events/batch  workers %d soft %d stalls %d parks %d  round trips p50 %v p99 %v",
				float64(n)/secs, float64(used.Nanoseconds())/1e3/float64(n),
				float64(st.Events)/float64(max(st.Batches, 1)), st.Workers, st.Soft, st.Stalls, st.Parks, p50, p99)
			require.NoError(t, e.Drain(context.Background()))
			require.NoError(t, <-ran)
		})
	}
}

// cpuTime is what this process has used.
func cpuTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// roundTrips plays a client of a database in the same process: it sends a line
// to another process and waits for the answer, through package net. The result
// ends it and tells how long that took.
func roundTrips(t *testing.T) func() (p50, p99 time.Duration) {
	cmd := exec.Command(os.Args[0])
	if cpu := os.Getenv("WRK_CPU"); cpu != "" {
		cmd = exec.Command("taskset", "-c", cpu, os.Args[0])
	}
	cmd.Env = append(os.Environ(), "WRK_ECHO=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	addr, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	conn, err := net.Dial("tcp", strings.TrimSpace(addr))
	require.NoError(t, err)
	stop, done := make(chan struct{}), make(chan struct{})
	var all []time.Duration
	go func() {
		defer close(done)
		answers := bufio.NewReader(conn)
		for {
			begin := time.Now()
			if _, err := io.WriteString(conn, "select 1\n"); err != nil {
				return
			}
			if _, err := answers.ReadString('\n'); err != nil {
				return
			}
			all = append(all, time.Since(begin))
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return func() (p50, p99 time.Duration) {
		close(stop)
		<-done
		require.NoError(t, conn.Close()) // ends the other process
		require.NoError(t, cmd.Wait())
		slices.Sort(all)
		return all[len(all)/2], all[len(all)*99/100]
	}
}
