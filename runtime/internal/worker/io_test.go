package worker

import (
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

// writer is a stage whose handler writes what fn writes, and reports its error.
func writer(t *testing.T, opts Options, fn func(c *Conn) error) (*stage, *polltest.Peer, chan error) {
	errs := make(chan error, 1)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if _, err := c.Read(f.buf[:]); err != nil {
			return Idle
		}
		errs <- fn(c)
		return Idle
	}), opts)
	return s, s.dial(), errs
}

func TestShortWrites(t *testing.T) {
	for name, write := range map[string]func(c *Conn) error{
		"Write":     func(c *Conn) error { return c.Write([]byte("hello, world"), time.Second) },
		"WriteLast": func(c *Conn) error { return c.WriteLast([]byte("hello, world"), time.Second) },
		"Writev": func(c *Conn) error {
			return c.Writev([][]byte{[]byte("hel"), {}, []byte("lo, "), []byte("world")}, time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, p, errs := writer(t, Options{}, write)
			p.ScriptWrite(polltest.Result{N: 1}, polltest.Result{Errno: syscall.EINTR}, polltest.Result{N: 4}, polltest.Result{N: 3})
			p.Send("x")
			assert.NoError(t, <-errs)
			assert.Equal(t, "hello, world", p.Received())
			assert.Equal(t, 5, p.Writes())
		})
	}
}

// A full socket parks the goroutine until the edge; each room made is used.
func TestSlowReader(t *testing.T) {
	for name, write := range map[string]func(c *Conn) error{
		"Write":     func(c *Conn) error { return c.Write([]byte("0123456789"), time.Second) },
		"Writev":    func(c *Conn) error { return c.Writev([][]byte{[]byte("012"), []byte("3456789")}, time.Second) },
		"WriteLast": func(c *Conn) error { return c.WriteLast([]byte("0123456789"), time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			s, p, errs := writer(t, Options{}, write)
			p.Window(2)
			p.Send("x")
			for room := 2; room < 10; room += 2 {
				p.AwaitFull()
				assert.Len(t, p.Received(), room)
				s.net.Advance(900 * time.Millisecond) // not a second without progress
				p.Window(2)
			}
			assert.NoError(t, <-errs)
			assert.Equal(t, "0123456789", p.Received())
		})
	}
}

func TestWriteTimeout(t *testing.T) {
	s, p, errs := writer(t, Options{}, func(c *Conn) error { return c.Write([]byte("0123456789"), time.Second) })
	p.Window(3)
	p.Send("x")
	p.AwaitFull()
	await(t, func() bool { return s.conn().state.Load()&waitWrite != 0 }, "it waits")
	for range 10 {
		s.net.Advance(time.Second / 4)
		s.net.Settle()
	}
	assert.ErrorIs(t, <-errs, os.ErrDeadlineExceeded)
	assert.Equal(t, "012", p.Received())
}

func TestWriteToPeerThatGoes(t *testing.T) {
	s, p, errs := writer(t, Options{}, func(c *Conn) error { return c.Write([]byte("0123456789"), 0) })
	p.Window(3)
	p.Send("x")
	await(t, func() bool { return s.conn().state.Load()&waitWrite != 0 }, "it waits")
	p.Reset()
	assert.ErrorIs(t, <-errs, syscall.ECONNRESET)
	assert.True(t, <-s.probe.hangups)
}

func reader(t *testing.T, opts Options, d time.Duration) (*stage, *polltest.Peer, chan error) {
	errs := make(chan error, 4)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		if _, err := c.Read(f.buf[:]); err != nil {
			return Close
		}
		deadline := time.Time{}
		if d > 0 {
			deadline = c.Now().Add(d)
		}
		n, err := c.ReadWait(f.buf[:], deadline)
		errs <- err
		if err != nil {
			return Close
		}
		errs <- c.Write(f.buf[:n], 0)
		return Idle
	}), opts)
	return s, s.dial(), errs
}

func TestReadWait(t *testing.T) {
	for name, opts := range map[string]Options{"worker": {}, "on the loop": {OnLoop: true}} {
		t.Run(name, func(t *testing.T) {
			s, p, errs := reader(t, opts, 0)
			p.Send("head")
			if opts.OnLoop {
				s.net.AwaitSysWait()
			} else {
				await(t, func() bool { return s.conn().state.Load()&waitRead != 0 }, "it waits")
			}
			p.Send("body")
			assert.NoError(t, <-errs)
			assert.NoError(t, <-errs)
			assert.Equal(t, "body", p.Received())
		})
	}
}

func TestReadWaitDeadline(t *testing.T) {
	s, p, errs := reader(t, Options{}, 50*time.Millisecond)
	p.Send("head")
	await(t, func() bool { return s.conn().state.Load()&waitRead != 0 }, "it waits")
	s.net.Settle() // the wheel is armed
	s.net.Advance(49 * time.Millisecond)
	s.net.Settle()
	assert.Empty(t, errs)
	s.net.Advance(2 * time.Millisecond)
	assert.ErrorIs(t, <-errs, os.ErrDeadlineExceeded)
	p.AwaitClosed()
}

func TestReadWaitOnLoopIsBounded(t *testing.T) {
	s, p, errs := reader(t, Options{OnLoop: true}, 0)
	p.Send("head")
	s.net.AwaitSysWait()
	s.net.Advance(onLoopWait)
	assert.ErrorIs(t, <-errs, os.ErrDeadlineExceeded)
	p.AwaitClosed()
	await(t, func() bool { return strings.Contains(s.logs.String(), "held up the loop") }, "it is logged")
	assert.Equal(t, uint64(1), s.Stats()[0].Slow)
}

func TestReadWaitEnd(t *testing.T) {
	for name, end := range map[string]struct {
		do   func(*polltest.Peer)
		want error
	}{
		"half": {(*polltest.Peer).CloseWrite, io.EOF},
		"full": {(*polltest.Peer).Reset, syscall.ECONNRESET},
	} {
		t.Run(name, func(t *testing.T) {
			s, p, errs := reader(t, Options{}, time.Hour)
			p.Send("head")
			await(t, func() bool { return s.conn().state.Load()&waitRead != 0 }, "it waits")
			end.do(p)
			assert.ErrorIs(t, <-errs, end.want)
			p.AwaitClosed()
		})
	}
}

// One goroutine may read while another writes, each waiting for its own edge.
func TestReadAndWriteAtOnce(t *testing.T) {
	s, p, errs := writer(t, Options{}, func(c *Conn) error {
		wrote := make(chan error, 1)
		go func() { wrote <- c.Write([]byte("abcdef"), time.Minute) }()
		var buf [8]byte
		if _, err := c.ReadWait(buf[:], time.Time{}); err != nil {
			return err
		}
		return <-wrote
	})
	p.Window(1)
	p.Send("x")
	c := s.conn()
	await(t, func() bool { return c.state.Load()&(waitRead|waitWrite) == waitRead|waitWrite }, "both wait")
	p.Window(2)
	await(t, func() bool { return len(p.Received()) == 3 && c.state.Load()&waitWrite != 0 }, "it waits again")
	assert.NotZero(t, c.state.Load()&waitRead, "the reader was left alone")
	p.Window(-1)
	p.Send("y")
	assert.NoError(t, <-errs)
	assert.Equal(t, "abcdef", p.Received())
}

func TestLinger(t *testing.T) {
	linger := func(c *Conn, f *lines) Next {
		if _, err := c.Read(f.buf[:]); err != nil {
			return Close
		}
		assert.NoError(t, c.Write([]byte("no"), 0))
		return Linger
	}
	t.Run("until the end", func(t *testing.T) {
		s := newStage(t, newProbe(t, linger), Options{})
		p := s.dial()
		p.Send("a long body")
		p.AwaitEnd()
		awaitState(t, s.conn(), stateIdle)
		p.Send("that goes on")
		s.net.Settle()
		assert.False(t, p.Closed())
		p.CloseWrite()
		p.AwaitClosed()
		assert.Equal(t, "no", p.Received())
	})
	t.Run("for a time", func(t *testing.T) {
		s := newStage(t, newProbe(t, linger), Options{})
		p := s.dial()
		p.Send("a long body")
		p.AwaitEnd()
		awaitState(t, s.conn(), stateIdle)
		s.net.Settle()
		s.net.Advance(2 * time.Second)
		p.AwaitClosed()
	})
	t.Run("up to a bound", func(t *testing.T) {
		s := newStage(t, newProbe(t, linger), Options{LingerBytes: 100})
		p := s.dial()
		p.Send("a long body")
		p.AwaitEnd() // so that it is read alone
		awaitState(t, s.conn(), stateIdle)
		p.Send(strings.Repeat("x", 100))
		awaitState(t, s.conn(), stateIdle)
		assert.False(t, p.Closed())
		p.Send("x")
		p.AwaitClosed()
	})
}

func TestDetach(t *testing.T) {
	conns := make(chan net.Conn, 1)
	s := newStage(t, newProbe(t, func(c *Conn, _ *lines) Next {
		conn, err := c.Detach()
		assert.NoError(t, err)
		_, err = c.Detach()
		assert.ErrorIs(t, err, net.ErrClosed)
		_, err = c.Read(make([]byte, 1))
		assert.ErrorIs(t, err, net.ErrClosed)
		assert.ErrorIs(t, c.Write([]byte("x"), 0), net.ErrClosed)
		conns <- conn
		return Detached
	}), Options{})
	p := s.dial()
	p.Send("GET / HTTP/1.1")
	fd := (<-conns).(*polltest.Conn).FD
	await(t, func() bool { return s.probe.closed.Load() == 1 }, "Closed")
	assert.Equal(t, p.FD(), fd)
	assert.False(t, p.Closed())
	assert.Zero(t, s.Open())
	p.Reset() // nobody is told
	s.net.Settle()
	assert.Empty(t, s.probe.hangups)
	var buf [64]byte
	sys := s.loops[0].Sys()
	_, errno := sys.Read(fd, buf[:])
	assert.Equal(t, syscall.ECONNRESET, errno)
	require.Zero(t, sys.Close(fd))
}

func TestAddresses(t *testing.T) {
	got := make(chan []string, 1)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		assert.Same(t, c.RemoteAddr(), c.RemoteAddr(), "made once")
		got <- []string{c.LocalAddr().String(), c.RemoteAddr().String(), c.RemoteAddrPort().String(), c.Listener().Addr().String()}
		return echo(c, f)
	}), Options{})
	p := s.dial()
	p.Send("x")
	a := <-got
	assert.Equal(t, "192.0.2.1:80", a[0])
	assert.True(t, strings.HasPrefix(a[1], "192.0.2.2:"))
	assert.Equal(t, a[1], a[2])
	assert.Equal(t, "192.0.2.1:80", a[3])
}
