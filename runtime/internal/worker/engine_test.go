//go:build linux

package worker

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

func TestNewWithoutPoller(t *testing.T) {
	none := errors.New("no more epoll instances")
	made := 0
	_, err := New(Options{Handler: constant{}, Loops: 3, Pollers: func() (loop.Poller, error) {
		if made++; made == 3 {
			return nil, none
		}
		return loop.NewParking()
	}})
	assert.ErrorIs(t, err, none)
}

func TestDefaults(t *testing.T) {
	o := Options{Handler: constant{}}
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
	assert.Len(t, second.FDs(), 1)
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
	assert.ErrorIs(t, e.AddListener(newListener(&loop.Listener{FD: -1})), unix.EBADF)
	c := connect(t, addr)
	c.say("hello")
	assert.Equal(t, "hello", c.hear())
	require.NoError(t, c.Close())
}

func TestListenerThatIsNotUsed(t *testing.T) {
	ln, err := Listen("tcp", "127.0.0.1:0", 2)
	require.NoError(t, err)
	_, err = Listen("tcp", ln.Addr().String(), 2)
	assert.ErrorIs(t, err, unix.EADDRINUSE)
	require.NoError(t, ln.Close())
	again, err := Listen("tcp", ln.Addr().String(), 2)
	require.NoError(t, err)
	require.NoError(t, again.Close())
	_, err = AdoptListener(-1)
	assert.ErrorIs(t, err, unix.EBADF)
}

// One process takes over from another: nobody is refused, and nobody reset.
func TestTakeover(t *testing.T) {
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "s")} {
		t.Run(network, func(t *testing.T) {
			old, err := New(Options{Handler: &lineEcho{}, Loops: 2})
			require.NoError(t, err)
			ln, err := Listen(network, address, 1)
			require.NoError(t, err)
			fd, err := unix.Dup(ln.FDs()[0])
			require.NoError(t, err)
			ln.Keep()
			require.NoError(t, old.AddListener(ln))
			ran := make(chan error, 1)
			go func() { ran <- old.Run() }()

			var stop atomic.Bool
			var answered atomic.Int64
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for !stop.Load() {
						c := connect(t, ln.Addr())
						c.say("hello")
						assert.Equal(t, "hello", c.hear())
						assert.NoError(t, c.Close())
						answered.Add(1)
					}
				})
			}
			await(t, func() bool { return answered.Load() > 20 }, "the old one serves")

			next, err := New(Options{Handler: &lineEcho{}, Loops: 2})
			require.NoError(t, err)
			taken, err := AdoptListener(fd)
			require.NoError(t, err)
			assert.Equal(t, ln.Addr(), taken.Addr())
			require.NoError(t, next.AddListener(taken))
			go func() { ran <- next.Run() }()
			assert.NoError(t, old.Drain(context.Background()))
			before := answered.Load()
			await(t, func() bool { return answered.Load() > before+20 }, "the new one serves")
			stop.Store(true)
			wg.Wait()
			assert.NoError(t, next.Drain(context.Background()))
			assert.NoError(t, <-ran)
			assert.NoError(t, <-ran)
		})
	}
}
