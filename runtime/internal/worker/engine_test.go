package worker

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

func TestNewWithoutPoller(t *testing.T) {
	none := errors.New("no more epoll instances")
	made := 0
	_, err := New(Options{Handler: &lineEcho{}, Loops: 3, Pollers: func() (loop.Poller, error) {
		if made++; made == 3 {
			return nil, none
		}
		return loop.NewParking()
	}})
	assert.ErrorIs(t, err, none)
}

func TestDefaults(t *testing.T) {
	o := Options{Handler: &lineEcho{}}
	require.NoError(t, o.setDefaults())
	assert.Equal(t, 10_000, o.MaxWorkers)
	assert.Equal(t, 10_000, o.MaxQueue)
	assert.Equal(t, 2, o.SoftStart)
	assert.Zero(t, o.MaxConnections)
	for _, d := range []time.Duration{o.FirstTimeout, o.DrainGrace, o.CutGrace, o.LingerTime, o.SlowOnLoop} {
		assert.Positive(t, d)
	}
	assert.NotNil(t, o.Logger)
	assert.Positive(t, o.Loops)
}

// Listeners may come before and while the engine runs; a connection knows its
// own.
func TestListeners(t *testing.T) {
	tags := make(chan any, 1)
	e, addr := serveReal(t, "tcp", "127.0.0.1:0", Options{Loops: 2, Handler: newProbe(t, func(c *Conn, f *lines) Next {
		if c.Draining() {
			return Close
		}
		tags <- c.Listener().Tag
		_, _ = c.Read(f.buf[:])
		return Linger
	})})
	second, err := Listen("unix", filepath.Join(t.TempDir(), "s"), 2)
	require.NoError(t, err)
	second.Tag = "plain"
	require.NoError(t, e.AddListener(second))
	assert.Len(t, second.sockets, 1)
	for _, c := range []struct {
		addr interface {
			Network() string
			String() string
		}
		tag any
	}{{addr, nil}, {second.Addr(), "plain"}} {
		conn := connect(t, c.addr)
		conn.say("x")
		assert.Equal(t, c.tag, <-tags)
		require.NoError(t, conn.Close())
	}
	assert.Len(t, e.Addrs(), 2)
}

// A listener whose socket the pollers do not take: the engine lives on.
func TestBadListener(t *testing.T) {
	e, addr := serveReal(t, "tcp", "127.0.0.1:0", Options{Loops: 2, Handler: &lineEcho{}})
	assert.ErrorIs(t, e.AddListener(NewListener(&loop.Listener{FD: -1})), syscall.EBADF)
	c := connect(t, addr)
	c.say("hello")
	assert.Equal(t, "hello", c.hear())
	require.NoError(t, c.Close())
}

func TestListenerThatIsNotUsed(t *testing.T) {
	ln, err := Listen("tcp", "127.0.0.1:0", 2)
	require.NoError(t, err)
	_, err = Listen("tcp", ln.Addr().String(), 2)
	assert.ErrorIs(t, err, syscall.EADDRINUSE)
	require.NoError(t, ln.Close())
	again, err := Listen("tcp", ln.Addr().String(), 2)
	require.NoError(t, err)
	require.NoError(t, again.Close())
	_, err = AdoptListener(-1)
	assert.ErrorIs(t, err, syscall.EBADF)
}

// Who has asked before it is accepted is served in the same turn of the loop.
// Where nobody has, it is seldom looked for.
func TestServedInTheTurnOfItsAccept(t *testing.T) {
	turn := make(chan uint64, 1)
	s := newStage(t, newProbe(t, func(c *Conn, f *lines) Next {
		turn <- c.Loop().Stats.Batches.Load()
		return echo(c, f)
	}), Options{OnLoop: true})
	before := make(chan uint64, 1)
	require.True(t, s.loops[0].Post(func() { // so that the loop finds both at once
		before <- s.loops[0].Stats.Batches.Load()
		s.net.Dial(s.ln).Send("one")
	}))
	assert.Equal(t, <-before+1, <-turn)
	s.net.Settle()
	looked := 0
	for range 100 {
		looked += s.dial().Peeks()
	}
	assert.InDelta(t, 6, looked, 1)
}
