package worker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
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
