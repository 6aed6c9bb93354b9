//go:build !tornado_net

package poll

import (
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// both runs a test with each poller over epoll.
func both(t *testing.T, test func(t *testing.T, p Poller)) {
	for name, open := range map[string]func() (Poller, error){"parking": NewParking, "blocking": NewBlocking} {
		t.Run(name, func(t *testing.T) {
			p, err := open()
			require.NoError(t, err)
			test(t, p)
			require.NoError(t, p.Free())
		})
	}
}

// pair is a connection between two descriptors.
func pair(t *testing.T) (near, far int) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = unix.Close(fds[0]) // the test may have closed it
		_ = unix.Close(fds[1])
	})
	return fds[0], fds[1]
}

func park(t *testing.T, p Poller, d time.Duration) []Event {
	events := make([]Event, 16)
	now := p.Now()
	until := Forever
	if d != Forever {
		until = now + d
	}
	n, err := p.Park(events, now, until)
	require.NoError(t, err)
	return events[:n]
}

func poll(t *testing.T, p Poller) []Event {
	events := make([]Event, 16)
	n, err := p.Poll(events)
	require.NoError(t, err)
	return events[:n]
}

func TestEdges(t *testing.T) {
	both(t, func(t *testing.T, p Poller) {
		near, far := pair(t)
		const data = uint64(7)<<32 | 3
		require.NoError(t, p.Add(near, data))
		assert.Equal(t, []Event{{data, Out}}, poll(t, p))
		assert.Empty(t, poll(t, p), "an edge is reported once")
		write(t, far, "x")
		assert.Equal(t, []Event{{data, In | Out}}, poll(t, p))
		assert.Empty(t, poll(t, p), "although nothing was read")
		write(t, far, "y")
		assert.Equal(t, []Event{{data, In | Out}}, poll(t, p))
		require.NoError(t, unix.Shutdown(far, unix.SHUT_WR))
		assert.Equal(t, []Event{{data, In | Out | PeerClosed}}, poll(t, p))
		require.NoError(t, unix.Close(far))
		assert.Equal(t, []Event{{data, In | Out | PeerClosed | Hangup}}, poll(t, p))
		require.NoError(t, p.Del(near))
		assert.Error(t, p.Del(near))
		assert.Error(t, p.Add(-1, data))
	})
}

// The bits of data are kept, but for the one value that is the poller's.
func TestData(t *testing.T) {
	both(t, func(t *testing.T, p Poller) {
		for _, data := range []uint64{0, 1, 1 << 31, 1 << 32, 1<<64 - 2, 0x0123456789abcdef} {
			near, _ := pair(t)
			require.NoError(t, p.Add(near, data))
			assert.Equal(t, []Event{{data, Out}}, poll(t, p))
			require.NoError(t, p.Del(near))
		}
	})
}

func write(t *testing.T, fd int, s string) {
	n, err := unix.Write(fd, []byte(s))
	assert.NoError(t, err)
	assert.Equal(t, len(s), n)
}

// No wake-up is lost, whenever it comes: before, while and after Park looks.
func TestParkNeverMissesAnEvent(t *testing.T) {
	both(t, func(t *testing.T, p Poller) {
		near, far := pair(t)
		require.NoError(t, p.Add(near, 1))
		poll(t, p)
		done := make(chan struct{})
		turn := make(chan int)
		go func() {
			defer close(done)
			for i := range turn {
				for range i % 50 {
					runtime.Gosched()
				}
				write(t, far, "x")
			}
		}()
		var buf [8]byte
		for i := range 5000 {
			turn <- i
			for got := 0; got == 0; {
				park(t, p, Forever) // without In, where the byte that it is about was read meanwhile
				got, _ = p.Sys().Read(near, buf[:])
			}
		}
		close(turn)
		<-done
	})
}

func TestWake(t *testing.T) {
	both(t, func(t *testing.T, p Poller) {
		p.Wake() // before
		assert.Empty(t, park(t, p, Forever))
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(p.Wake)
			assert.Empty(t, park(t, p, Forever))
			wg.Wait()
		}
		assert.Empty(t, poll(t, p))
	})
}

func TestParkEndsInTime(t *testing.T) {
	both(t, func(t *testing.T, p Poller) {
		for _, d := range []time.Duration{5 * time.Millisecond, 30 * time.Millisecond, 10 * time.Millisecond} {
			begin := p.Now()
			for p.Now() < begin+d { // it may return early
				assert.Empty(t, park(t, p, begin+d-p.Now()))
			}
			assert.Less(t, p.Now()-begin, d+2*time.Second)
		}
		assert.Empty(t, park(t, p, 0), "a time that has passed")
		assert.Empty(t, park(t, p, -time.Second))
		// An alarm that has passed does not keep a later wait from waiting.
		go p.Wake()
		assert.Empty(t, park(t, p, Forever))
		near, far := pair(t)
		require.NoError(t, p.Add(near, 1))
		poll(t, p)
		go write(t, far, "x")
		for len(park(t, p, time.Hour)) == 0 {
		}
	})
}

// Park waits for real once a millisecond, and still reports what is there.
func TestParkUnderLoad(t *testing.T) {
	both(t, func(t *testing.T, p Poller) {
		near, far := pair(t)
		require.NoError(t, p.Add(near, 1))
		poll(t, p)
		var buf [8]byte
		for begin := time.Now(); time.Since(begin) < 20*time.Millisecond; {
			write(t, far, "x")
			got := park(t, p, Forever)
			require.Equal(t, []Event{{1, In | Out}}, got)
			n, errno := p.Sys().Read(near, buf[:])
			require.Equal(t, 1, n)
			require.Zero(t, errno)
		}
	})
}

func TestNap(t *testing.T) {
	both(t, func(t *testing.T, p Poller) {
		near, far := pair(t)
		require.NoError(t, p.Add(near, 1))
		events := make([]Event, 4)
		begin := p.Now()
		n, idle, err := p.Nap(events, begin, time.Millisecond)
		assert.NoError(t, err)
		assert.Equal(t, []Event{{1, Out}}, events[:n])
		assert.GreaterOrEqual(t, p.Now()-begin, time.Millisecond)
		assert.LessOrEqual(t, idle, p.Now()-begin)
		for range 100 { // with and without parking
			n, _, err = p.Nap(events, p.Now(), 20*time.Microsecond)
			assert.NoError(t, err)
			assert.Zero(t, n)
			write(t, far, "x")
			n, _, err = p.Nap(events, p.Now(), 20*time.Microsecond)
			assert.NoError(t, err)
			assert.Equal(t, []Event{{1, In | Out}}, events[:n])
		}
		assert.WithinDuration(t, time.Now(), p.Origin().Add(p.Now()), time.Second)
	})
}

// While a loop naps, other goroutines that wait for the network are served.
func TestNapLetsTheNetworkIn(t *testing.T) {
	both(t, func(t *testing.T, p Poller) {
		a, b := net.Pipe() // goroutines
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		conn, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err)
		peer, err := ln.Accept()
		require.NoError(t, err)
		done := make(chan struct{})
		go func() {
			defer close(done)
			buf := make([]byte, 1)
			for range 20 {
				_, err := conn.Write([]byte("x"))
				assert.NoError(t, err)
				_, err = peer.Read(buf)
				assert.NoError(t, err)
			}
		}()
		events := make([]Event, 4)
		for waiting := true; waiting; {
			select {
			case <-done:
				waiting = false
			default:
				_, _, err := p.Nap(events, p.Now(), 20*time.Microsecond)
				require.NoError(t, err)
			}
		}
		for _, c := range []io.Closer{a, b, ln, conn, peer} {
			assert.NoError(t, c.Close())
		}
	})
}

// A late Wake must not write into a descriptor opened since.
func TestWakeAfterFree(t *testing.T) {
	for _, open := range []func() (Poller, error){NewParking, NewBlocking} {
		p, err := open()
		require.NoError(t, err)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 1000 {
					p.Wake()
				}
			})
		}
		require.NoError(t, p.Free())
		wg.Wait()
		p.Wake()
	}
}

func TestPollersLeaveNoDescriptor(t *testing.T) {
	count := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		require.NoError(t, err)
		return len(entries)
	}
	both(t, func(*testing.T, Poller) {}) // what Go's own poller opens
	before := count()
	for range 10 {
		both(t, func(*testing.T, Poller) {})
	}
	assert.Equal(t, before, count())
}

func TestSysCalls(t *testing.T) {
	s := Plain()
	near, far := pair(t)
	var buf [1 << 17]byte
	_, errno := s.Read(near, buf[:10])
	assert.Equal(t, unix.EAGAIN, errno)
	n, errno := s.Write(near, []byte("ab"))
	assert.Equal(t, 2, n)
	assert.Zero(t, errno)
	many := make([][]byte, 2*MaxVectors)
	for i := range many {
		many[i] = []byte{byte(i)}
	}
	many[3] = nil
	n, errno = s.Writev(near, many)
	assert.Equal(t, MaxVectors, n, "the rest is the caller's to write")
	assert.Zero(t, errno)
	n, errno = s.Writev(near, [][]byte{nil, {}})
	assert.Zero(t, n)
	assert.Zero(t, errno)
	n, errno = s.Read(far, buf[:])
	assert.Equal(t, 2+MaxVectors, n)
	assert.Zero(t, errno)
	assert.Equal(t, byte(4), buf[2+3], "empty ones are left out")
	for errno == 0 {
		_, errno = s.Write(near, buf[:])
	}
	assert.Equal(t, unix.EAGAIN, errno)
	assert.Zero(t, s.ShutdownWrite(near))
	_, errno = s.Write(near, buf[:1])
	assert.Equal(t, unix.EPIPE, errno)
	assert.Zero(t, s.Close(far))
	_, errno = s.Write(near, buf[:1])
	assert.Equal(t, unix.EPIPE, errno, "and no signal")
	n, errno = s.Read(near, buf[:])
	assert.Zero(t, n)
	_ = errno // the end, or that unread bytes were thrown away
	assert.Zero(t, s.Shutdown(near))
	assert.Equal(t, unix.EBADF, s.Close(-1))
	fd, errno := s.Spare()
	assert.Zero(t, errno)
	assert.Zero(t, s.Close(fd))
}

func TestSysWait(t *testing.T) {
	s := Plain()
	near, far := pair(t)
	got, errno := s.Wait(near, In, 5*time.Millisecond)
	assert.Zero(t, errno)
	assert.Zero(t, got)
	got, errno = s.Wait(near, Out, time.Minute)
	assert.Zero(t, errno)
	assert.Equal(t, Out, got)
	go write(t, far, "x")
	for {
		got, errno = s.Wait(near, In, time.Minute)
		if errno != unix.EINTR {
			break
		}
	}
	assert.Zero(t, errno)
	assert.Equal(t, In, got)
	_, errno = s.Wait(near, In, -time.Second)
	assert.Zero(t, errno)
}

func TestAddr(t *testing.T) {
	for _, s := range []string{"192.0.2.1:80", "[2001:db8::1]:443", "[::1]:0", "0.0.0.0:65535"} {
		ap := netip.MustParseAddrPort(s)
		a := AddrFrom(ap)
		assert.Equal(t, ap, a.AddrPort())
		assert.Equal(t, s, a.NetAddr().String())
	}
	assert.Equal(t, "192.0.2.1:80", AddrFrom(netip.MustParseAddrPort("[::ffff:192.0.2.1]:80")).AddrPort().String())
	lo := netip.MustParseAddrPort("[fe80::1%lo]:80")
	assert.Equal(t, lo, AddrFrom(lo).AddrPort())
	assert.Equal(t, "[fe80::1%99999]:80", AddrFrom(netip.MustParseAddrPort("[fe80::1%99999]:80")).AddrPort().String())
	assert.Zero(t, zoneID("no such interface"))
	assert.Equal(t, NoFamily, AddrFrom(netip.AddrPort{}).Family())
	assert.Equal(t, "unix", Addr{family: Unix}.NetAddr().Network())
	assert.False(t, Addr{family: Unix}.AddrPort().IsValid())
}

// TestProd: whoever keeps the only processor busy has the parked goroutine run next
// once there is something to report. The scheduler would look for it 10 ms later.
func TestProd(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p, err := NewParking()
	require.NoError(t, err)
	defer func() { require.NoError(t, p.Free()) }()
	near, far := pair(t)
	require.NoError(t, p.Add(near, 1))
	poll(t, p)
	got := make(chan []Event, 1)
	go func() { got <- park(t, p, Forever) }()
	for range 100 { // it parks
		p.Prod()
		runtime.Gosched()
	}
	assert.Empty(t, got, "there is nothing to report")
	write(t, far, "x")
	for tries := 0; len(got) == 0; tries++ {
		require.Less(t, tries, 5000)
		p.Prod()
		runtime.Gosched()
	}
	assert.Equal(t, []Event{{1, In | Out}}, <-got)

	write(t, far, "y")
	p.Prod() // late: nobody is parked
	poll(t, p)
	early := 0
	for end := p.Now() + 20*time.Millisecond; p.Now() < end; early++ {
		park(t, p, end-p.Now())
	}
	assert.Less(t, early, 5, "a Park returns early for it, not all")
}

func TestSleep(t *testing.T) {
	both(t, func(t *testing.T, p Poller) {
		begin := p.Now()
		for range 20 { // a signal may end one of them early
			p.Sleep(time.Millisecond)
		}
		assert.Greater(t, p.Now()-begin, 10*time.Millisecond)
	})
}
