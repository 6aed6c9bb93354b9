package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
)

func TestMain(m *testing.M) {
	if os.Getenv("WRK_ECHO") != "" {
		echoOnce()
		return
	}
	goleak.VerifyTestMain(m)
}

// echoOnce is the other process of roundTrips, see TestWrk.
func echoOnce() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(ln.Addr())
	conn, err := ln.Accept()
	if err != nil {
		panic(err)
	}
	_, _ = io.Copy(conn, conn) // until the client closes
}

// lines is a Frame: a buffer, and whether it is lent.
type lines struct {
	buf  [256]byte
	lent atomic.Bool
	of   *probe
}

func (*lines) Lend(*Borrower) {}

func (f *lines) Release() { f.lent.Store(false) }

func (f *lines) Abandon(cause any) {
	f.of.abandoned.Add(1)
	if f.of.abandon != nil {
		f.of.abandon(cause)
	}
}

// probe is a Handler made of functions; those that are nil have a default. It
// checks the contract of the engine as it goes.
type probe struct {
	t      testing.TB
	serve  func(c *Conn, f *lines) Next
	hangup func(c *Conn, full bool)
	shed   func(c *Conn, f *lines)
	gone   func() // called by Closed

	abandon   func(cause any) // called by Abandon
	abandoned atomic.Int64

	frames  atomic.Int64
	closed  atomic.Int64
	serving sync.Map // *Conn -> true
	over    sync.Map // *Conn -> true: closed
	hangups chan bool
}

func newProbe(t testing.TB, serve func(c *Conn, f *lines) Next) *probe {
	return &probe{t: t, serve: serve, hangups: make(chan bool, 4096)}
}

func (p *probe) NewFrame() Frame {
	p.frames.Add(1)
	return &lines{of: p}
}

func (p *probe) Serve(c *Conn, f Frame) Next {
	defer p.enter(c, f)()
	return p.serve(c, f.(*lines))
}

func (p *probe) Shed(c *Conn, f Frame) {
	defer p.enter(c, f)()
	p.shed(c, f.(*lines))
}

func (p *probe) enter(c *Conn, f Frame) func() {
	_, twice := p.serving.LoadOrStore(c, true)
	assert.False(p.t, twice, "served by two")
	_, over := p.over.Load(c)
	assert.False(p.t, over, "served after Closed")
	assert.False(p.t, f.(*lines).lent.Swap(true), "a frame lent to two")
	return func() { p.serving.Delete(c) }
}

func (p *probe) Hangup(c *Conn, full bool) {
	_, over := p.over.Load(c)
	assert.False(p.t, over, "Hangup after Closed")
	if p.hangup != nil {
		p.hangup(c, full)
	}
	p.hangups <- full
}

func (p *probe) Closed(c *Conn) {
	_, twice := p.over.LoadOrStore(c, true)
	assert.False(p.t, twice, "Closed twice")
	p.closed.Add(1)
	if p.gone != nil {
		p.gone()
	}
}

// echo answers all that is there with the same bytes, and closes at the end.
func echo(c *Conn, f *lines) Next {
	if c.Expired() {
		return Close
	}
	for {
		n, err := c.Read(f.buf[:])
		switch {
		case errors.Is(err, ErrWouldBlock) && c.Draining():
			return Close
		case errors.Is(err, ErrWouldBlock):
			return Idle
		case err != nil:
			return Close
		}
		if c.Write(f.buf[:n], time.Second) != nil {
			return Close
		}
	}
}

// logs keeps what is logged.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *logs) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// stage is an engine over a simulated network.
type stage struct {
	*Engine
	t     *testing.T
	net   *polltest.Net
	ln    *loop.Listener
	opens *Listener // of opening
	logs  *logs
	probe *probe
}

// newStage starts an engine with one loop, unless opts say otherwise. At the
// end of the test it is drained, or cut, and must leave nothing behind.
func newStage(t *testing.T, p *probe, opts Options) *stage {
	s := &stage{t: t, net: polltest.New(), logs: &logs{}, probe: p}
	setDefault(&opts.Loops, 1)
	opts.Handler, opts.Logger, opts.Pollers = p, s.logs.logger(), s.net.NewPoller
	var err error
	s.Engine, err = New(opts)
	require.NoError(t, err)
	s.ln = s.net.Listen()
	require.NoError(t, s.AddListener(NewListener(s.ln)))
	ran := make(chan error, 1)
	go func() { ran <- s.Run() }()
	t.Cleanup(func() {
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		_ = s.Drain(gone) // reports that it has cut, if there was anything
		require.NoError(t, <-ran)
		<-s.ended
		assert.Empty(t, s.net.Faults())
		assert.Zero(t, s.net.Open(), "descriptors left open")
	})
	return s
}

// dial connects, and returns when the loop has registered the connection.
func (s *stage) dial() *polltest.Peer {
	p := s.net.Dial(s.ln)
	s.net.Settle()
	return p
}

// dialFrom is dial from an address.
func (s *stage) dialFrom(from string) *polltest.Peer {
	p := s.net.DialFrom(s.ln, netip.MustParseAddr(from))
	s.net.Settle()
	return p
}

// await returns when cond is true; it fails the test if that takes too long.
func await(t testing.TB, cond func() bool, what string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !cond(); {
		if time.Now().After(end) {
			require.FailNow(t, "waited in vain: "+what)
		}
		time.Sleep(20 * time.Microsecond)
	}
}

// awaitWaiting returns when so many calls of Listener.Open wait for their peers.
func (s *stage) awaitWaiting(n int) {
	s.t.Helper()
	await(s.t, func() bool {
		waiting := 0
		for _, c := range s.conns() {
			if c.state.Load()&(waitRead|waitWrite) != 0 && c.state.Load()&stateMask == stateBusy {
				waiting++
			}
		}
		return waiting == n
	}, "they wait")
}

// awaitRoom returns when one has made room for another.
func (s *stage) awaitRoom(p *polltest.Peer) {
	s.t.Helper()
	await(s.t, func() bool {
		s.net.Advance(time.Millisecond)
		return p.Closed()
	}, "it makes room")
}

// conns are those that the loops know.
func (s *stage) conns() []*Conn {
	var all []*Conn
	for _, p := range s.pools {
		done := make(chan struct{})
		require.True(s.t, p.loop.Post(func() {
			p.loop.Each(func(src loop.Source) {
				if c, ok := src.(*Conn); ok {
					all = append(all, c)
				}
			})
			close(done)
		}))
		<-done
	}
	return all
}

// conn is the only connection.
func (s *stage) conn() *Conn {
	all := s.conns()
	require.Len(s.t, all, 1)
	return all[0]
}

// awaitState returns when c is in a state.
func awaitState(t testing.TB, c *Conn, state uint32) {
	t.Helper()
	await(t, func() bool { return c.state.Load()&stateMask == state }, "state")
}
