package worker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

// turned is a Layer that carries each byte turned over, in records of three
// bytes, and holds back what it has not been asked for.
type turned struct {
	raw  *Raw
	in   []byte // received, as it came
	out  []byte
	shut int
}

func turn(p []byte) []byte {
	q := bytes.Clone(p)
	for i := range q {
		q[i] ^= 0xff
	}
	return q
}

func (l *turned) Read(p []byte) (int, bool, error) {
	for len(l.in) < 3 {
		var buf [64]byte
		n, err := l.raw.Read(buf[:])
		l.in = append(l.in, buf[:n]...)
		if err != nil {
			return 0, false, err
		}
	}
	n := copy(p, turn(l.in[:3]))
	l.in = l.in[n:]
	return n, len(l.in) > 0, nil
}

func (l *turned) Write(p []byte, more bool, timeout time.Duration) error {
	l.out = append(l.out, turn(p)...)
	if more {
		return nil
	}
	out := l.out
	l.out = nil
	return l.raw.Write(out, timeout)
}

func (l *turned) TryWrite(p []byte) (int, bool, error) {
	l.out = append(l.out, turn(p)...)
	n, err := l.raw.TrySend(l.out)
	l.out = l.out[n:]
	return len(p), len(l.out) > 0, err
}

func (l *turned) CloseWrite() {
	if l.shut++; l.shut == 1 {
		l.raw.TryWrite(turn([]byte("bye")))
	}
}

// opening is a stage whose listener has an Open.
func opening(t *testing.T, p *probe, opts Options, open func(c *Conn) Next) *stage {
	s := newStage(t, p, opts)
	ln := NewListener(s.net.Listen())
	ln.Open = open
	s.ln = ln.sockets[0]
	require.NoError(t, s.AddListener(ln))
	return s
}

// TestLayer: whoever serves sees plain bytes; what the layer holds back is
// served although nothing arrives any more.
func TestLayer(t *testing.T) {
	for name, onLoop := range map[string]bool{"workers": false, "onloop": true} {
		t.Run(name, func(t *testing.T) {
			s := opening(t, newProbe(t, func(c *Conn, f *lines) Next {
				for {
					n, err := c.Read(f.buf[:])
					switch {
					case errors.Is(err, ErrWouldBlock):
						return Idle
					case errors.Is(err, io.EOF):
						_ = c.Writev([][]byte{[]byte("the "), []byte("end")}, time.Second)
						return Close
					}
					_ = c.Write(f.buf[:n], time.Second)
					if n == 3 && f.buf[0] == '4' {
						return Linger
					}
				}
			}), Options{OnLoop: onLoop}, func(c *Conn) Next {
				var hello [2]byte
				if _, err := c.Raw().ReadWait(hello[:], time.Time{}); err != nil {
					return Close
				}
				l := &turned{raw: c.Raw()}
				for { // takes more than it needs
					var buf [64]byte
					n, err := l.raw.Read(buf[:])
					if err != nil {
						break
					}
					l.in = append(l.in, buf[:n]...)
				}
				c.SetLayer(l)
				return Idle
			})
			p := s.dial()
			p.Send("hi" + string(turn([]byte("111222"))))
			await(t, func() bool { return p.Received() == string(turn([]byte("111222"))) }, "what came with the opening")
			p.Send(string(turn([]byte("33"))))
			p.Send(string(turn([]byte("3"))))
			await(t, func() bool { return p.Received() == string(turn([]byte("111222333"))) }, "what came after it")
			p.CloseWrite()
			await(t, func() bool { return p.Received() == string(turn([]byte("111222333the endbye"))) }, "the end")

			p = s.dial()
			p.Send("hi" + string(turn([]byte("444"))))
			await(t, func() bool { return p.Received() == string(turn([]byte("444bye"))) }, "lingering says so first")
			p.CloseWrite()
		})
	}
}

// TestOpenWaits: who waits in Open holds up nobody, takes no worker, and is cut
// with the rest.
func TestOpenWaits(t *testing.T) {
	for name, opts := range map[string]Options{"workers": {MaxWorkers: 1, CutGrace: time.Minute}, "onloop": {OnLoop: true, CutGrace: time.Minute}} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 3)
			s := opening(t, newProbe(t, echo), opts, func(c *Conn) Next {
				var buf [1]byte
				for {
					if _, err := c.Raw().ReadWait(buf[:], c.Now().Add(time.Minute)); err != nil {
						ended <- err
						return Close
					}
					if buf[0] == '!' {
						return Idle
					}
				}
			})
			for range 3 {
				s.dial().Send("?")
			}
			await(t, func() bool { return s.openings.count() == 3 }, "three wait")
			p := s.dial()
			p.Send("!hello")
			await(t, func() bool { return p.Received() == "hello" }, "the fourth is served")
			gone, cancel := context.WithCancel(context.Background())
			cancel()
			require.Error(t, s.Drain(gone))
			for range 3 {
				require.Error(t, <-ended)
			}
		})
	}
}

// TestOpenEnds: each way in which Open ends without a connection to serve.
func TestOpenEnds(t *testing.T) {
	for name, c := range map[string]struct {
		open   func(c *Conn) Next
		logged string
	}{
		"refused": {func(*Conn) Next { return Close }, ""},
		"panic":   {func(*Conn) Next { panic("no key") }, "no key"},
		"goexit":  {func(*Conn) Next { runtime.Goexit(); return Idle }, ""},
		"linger":  {func(c *Conn) Next { c.Raw().TryWrite([]byte("no")); return Linger }, ""},
		"detached": {func(c *Conn) Next {
			conn, _ := c.Detach()
			c.pool.sys.Close(conn.(*polltest.Conn).FD)
			return Detached
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := opening(t, newProbe(t, func(*Conn, *lines) Next {
				assert.Fail(t, "served")
				return Close
			}), Options{MaxConnections: 1}, c.open)
			for range 2 { // the first has left nothing behind
				p := s.dial()
				p.Send("x")
				p.AwaitEnd()
				p.CloseWrite()
				await(t, func() bool { return s.open.Load() == 1 }, "it is forgotten")
			}
			assert.Contains(t, s.logs.String(), c.logged)
			assert.Zero(t, s.openings.count())
		})
	}
}

// TestOpenIsBounded: when none of those that open waits for its peer, a further one is closed.
func TestOpenIsBounded(t *testing.T) {
	release := make(chan struct{})
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 1}, func(*Conn) Next {
		<-release
		return Idle
	})
	first := s.dial()
	first.Send("one")
	await(t, func() bool { return s.openings.count() == 1 }, "the first opens")
	second := s.dial()
	second.Send("two")
	second.AwaitClosed()
	assert.Equal(t, uint64(1), s.Totals().Unopened)
	close(release)
	await(t, func() bool { return first.Received() == "one" }, "the first is served")
}

// TestOpenMakesRoom: the oldest that waits for its peer makes room for a further one, which begins when that has ended.
func TestOpenMakesRoom(t *testing.T) {
	for _, waits := range []string{"read", "write"} {
		t.Run(waits, func(t *testing.T) {
			release, ended, most := make(chan struct{}), make(chan error, 3), atomic.Int64{}
			let := sync.OnceFunc(func() { close(release) })
			var under atomic.Int64
			s := opening(t, newProbe(t, echo), Options{MaxOpening: 3}, func(c *Conn) Next {
				defer under.Add(-1)
				most.Store(max(most.Load(), under.Add(1)))
				var buf [1]byte
				_, err := c.Raw().ReadWait(buf[:], time.Time{})
				switch {
				case err != nil:
				case buf[0] == 'c': // computes
					<-release
				case buf[0] == 'w':
					if waits == "write" {
						err = c.Raw().Write(make([]byte, 10), 0)
					} else {
						_, err = c.Raw().ReadWait(buf[:], time.Time{})
					}
				}
				if err != nil {
					ended <- err
					return Close
				}
				return Idle
			})
			t.Cleanup(let)
			first := s.dial()
			first.Send("c one")
			await(t, func() bool { return s.openings.count() == 1 }, "the first computes")
			dial := func(what string) *polltest.Peer {
				p := s.dial()
				p.Window(0)
				p.Send(what)
				return p
			}
			second := dial("w")
			await(t, func() bool { return s.openings.count() == 2 }, "the second waits")
			wait := func(n int) {
				await(t, func() bool {
					waiting := 0
					for _, c := range s.conns() {
						if c.state.Load()&(waitRead|waitWrite) != 0 && c.state.Load()&stateMask == stateBusy {
							waiting++
						}
					}
					return waiting == n
				}, "they wait")
			}
			wait(1)
			third := dial("w")
			wait(2)
			for i, p := range []*polltest.Peer{second, third} {
				fourth := dial("f good")
				p.AwaitClosed()
				require.ErrorIs(t, <-ended, ErrOusted)
				fourth.Window(-1)
				await(t, func() bool { return fourth.Received() == " good" }, "who comes later is served")
				await(t, func() bool { return s.Totals().Unopened == uint64(i+1) }, "it is counted, perhaps after that")
				if i == 0 {
					dial("w")
					wait(2)
				}
			}
			assert.LessOrEqual(t, most.Load(), int64(3))
			let()
			await(t, func() bool { return first.Received() == " one" }, "who computes is not disturbed")
		})
	}
}

// TestOpenHandsPlacesOn: many come at once, from several loops; the places are never more than there may be, and in the end all are free.
func TestOpenHandsPlacesOn(t *testing.T) {
	var under, most atomic.Int64
	s := opening(t, newProbe(t, echo), Options{MaxOpening: 4, Loops: 2, CutGrace: time.Minute}, func(c *Conn) Next {
		n := under.Add(1)
		defer under.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			continue
		}
		var buf [1]byte
		if _, err := c.Raw().ReadWait(buf[:], time.Time{}); err != nil {
			return Close
		}
		if buf[0] == 's' { // is silent
			if _, err := c.Raw().ReadWait(buf[:], time.Time{}); err != nil {
				return Close
			}
		}
		return Idle
	})
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() { s.dial().Send([]string{"s", "good"}[i%2]) })
	}
	wg.Wait()
	await(t, func() bool { return s.openings.count() == int(under.Load()) && under.Load() <= 4 }, "they settle")
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	require.Error(t, s.Drain(gone))
	assert.Zero(t, s.openings.count())
	assert.Zero(t, s.openings.list.Len())
	assert.LessOrEqual(t, most.Load(), int64(4))
}

// TestOpenNeedsAByte: a peer that says nothing costs no goroutine, and its
// deadline closes it.
func TestOpenNeedsAByte(t *testing.T) {
	s := opening(t, newProbe(t, echo), Options{FirstTimeout: time.Second}, func(*Conn) Next {
		assert.Fail(t, "opened")
		return Close
	})
	p := s.dial()
	assert.Zero(t, s.openings.count())
	s.net.Advance(2 * time.Second)
	p.AwaitClosed()
}

// TestHold: a place that is held counts until it is released.
func TestHold(t *testing.T) {
	held := make(chan func(), 1)
	s := newStage(t, newProbe(t, func(c *Conn, _ *lines) Next {
		held <- c.Hold()
		conn, err := c.Detach()
		assert.NoError(t, err)
		c.pool.sys.Close(conn.(*polltest.Conn).FD)
		return Detached
	}), Options{MaxConnections: 1})
	s.dial().Send("x")
	release := <-held
	await(t, func() bool { return s.probe.closed.Load() == 1 }, "it is forgotten")
	refused := s.dial()
	refused.AwaitClosed()
	drained := make(chan error, 1)
	go func() { drained <- s.Drain(context.Background()) }()
	await(t, func() bool { return s.draining.Load() }, "the drain")
	select {
	case <-drained:
		assert.Fail(t, "drained before the place was released")
	default:
	}
	release()
	release()
	require.NoError(t, <-drained)
}

// TestSizeOfConn: each idle connection costs one, and the allocator has no
// class between these.
func TestSizeOfConn(t *testing.T) {
	assert.LessOrEqual(t, int(unsafe.Sizeof(Conn{})), 128)
}

// TestOpenNeedsEnough: a peer that has sent a part of what Open needs costs no
// goroutine, has its own time for the rest, and is opened once with all of it.
func TestOpenNeedsEnough(t *testing.T) {
	opened, left := make(chan string, 10), make(chan time.Duration, 10)
	s := newStage(t, newProbe(t, echo), Options{FirstTimeout: time.Minute})
	ln := NewListener(s.net.Listen())
	ln.Enough, ln.Patience = func(first []byte) bool { return len(first) >= 3 && first[0] == 'a' }, time.Second
	ln.Open = func(c *Conn) Next {
		var buf [3]byte
		n, _ := c.Raw().Read(buf[:])
		left <- c.Deadline().Sub(c.Loop().At(c.Loop().Precise()))
		opened <- string(buf[:n])
		return Idle
	}
	s.ln = ln.sockets[0]
	require.NoError(t, s.AddListener(ln))
	p := s.dial()
	for _, part := range []string{"a", "b"} {
		p.Send(part)
		awaitState(t, s.conn(), stateIdle)
		assert.Zero(t, s.openings.count())
		assert.Empty(t, opened)
	}
	s.net.Advance(500 * time.Millisecond)
	p.Send("c")
	assert.Equal(t, "abc", <-opened)
	assert.Equal(t, 500*time.Millisecond, <-left, "of the time since the first byte")
	p.Send("hello")
	await(t, func() bool { return p.Received() == "hello" }, "it is served")
	s.net.Advance(2 * time.Second)
	p.Send("again")
	await(t, func() bool { return p.Received() == "helloagain" }, "the time was for the opening")

	p.Reset()
	await(t, func() bool { return len(s.conns()) == 0 }, "the first has gone")
	half := s.dial()
	half.Send("a")
	await(t, func() bool { c := s.conn(); return c.deadline.Load() < int64(s.loops[0].Now()+time.Minute/2) }, "its time is that for the opening")
	awaitState(t, s.conn(), stateIdle)
	s.net.Advance(2 * time.Second)
	half.AwaitClosed()
	assert.EqualValues(t, 1, s.Totals().Halted)
	assert.Zero(t, s.Totals().Silent)

	gone := s.dial()
	gone.Send("a")
	gone.CloseWrite()
	assert.Equal(t, "a", <-opened, "nothing more will come")

	s.dial().Send(strings.Repeat("x", firstBytes))
	assert.Equal(t, "xxx", <-opened, "it is looked at no further")
}
