package poll

import (
	"bytes"
	"io"
	"net"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What every poller does, over the sockets of package net on the far side.

// near is the near end of a connection, at a poller.
type near struct {
	t    *testing.T
	p    Poller
	fd   int
	seen Bits
}

const (
	listenerData = 1
	nearData     = 2
)

// until parks until all of bits were reported.
func (n *near) until(bits Bits) {
	n.t.Helper()
	var events [8]Event
	for end := time.Now().Add(10 * time.Second); n.seen&bits != bits; {
		require.True(n.t, time.Now().Before(end), "waits for %b, has seen %b", bits, n.seen)
		now := n.p.Now()
		k, err := n.p.Park(events[:], now, now+100*time.Millisecond)
		require.NoError(n.t, err)
		for _, ev := range events[:k] {
			if ev.Data == nearData {
				n.seen |= ev.Bits
			}
		}
	}
}

// read reads until there is nothing, or the end.
func (n *near) read() (data string, end bool) {
	n.t.Helper()
	n.seen &^= In
	buf := make([]byte, 8)
	for {
		k, errno := n.p.Sys().Read(n.fd, buf)
		switch {
		case errno == syscall.EAGAIN:
			return data, false
		case errno == 0 && k == 0:
			return data, true
		}
		require.Zero(n.t, errno)
		data += string(buf[:k])
	}
}

// eachPoller gives each poller a connection on each network.
func eachPoller(t *testing.T, test func(t *testing.T, n *near, far net.Conn)) {
	for name, open := range map[string]func() (Poller, error){"parking": NewParking, "blocking": NewBlocking} {
		for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "s")} {
			t.Run(name+"/"+network, func(t *testing.T) {
				p, err := open()
				require.NoError(t, err)
				ls, err := Listen(network, address, 1)
				require.NoError(t, err)
				far, err := net.Dial(network, ls[0].Addr.String())
				require.NoError(t, err)
				require.NoError(t, far.SetDeadline(time.Now().Add(10*time.Second)))
				fd := accepted(t, p, ls[0])
				require.NoError(t, p.Add(fd, nearData))
				test(t, &near{t: t, p: p, fd: fd}, far)
				_ = far.Close()       // the test may have done it
				_ = p.Sys().Close(fd) // likewise
				require.NoError(t, ls[0].Close(p.Sys()))
				require.NoError(t, p.Free())
			})
		}
	}
}

// accepted waits for the connection that was made to l.
func accepted(t *testing.T, p Poller, l *Listener) int {
	require.NoError(t, p.AddListener(l.FD, listenerData))
	var events [8]Event
	for {
		n, err := p.Park(events[:], p.Now(), Forever)
		require.NoError(t, err)
		for _, ev := range events[:n] {
			assert.Equal(t, Event{listenerData, In}, ev)
			fd, peer, errno := p.Sys().Accept(l.FD)
			require.Zero(t, errno)
			assert.Equal(t, l.Addr.Network() == "unix", peer.Family() == Unix)
			_, _, errno = p.Sys().Accept(l.FD)
			assert.Equal(t, syscall.EAGAIN, errno)
			require.NoError(t, p.Del(l.FD))
			return fd
		}
	}
}

func TestReadiness(t *testing.T) {
	eachPoller(t, func(t *testing.T, n *near, far net.Conn) {
		n.until(Out)
		assert.Zero(t, n.seen&In)
		for _, text := range []string{"hello", "a longer one, in several reads"} {
			_, err := io.WriteString(far, text)
			require.NoError(t, err)
			n.until(In)
			peeked := make([]byte, 5)
			k, errno := n.p.Sys().Peek(n.fd, peeked)
			require.Zero(t, errno)
			assert.Equal(t, text[:k], string(peeked[:k]))
			got, end := n.read()
			assert.Equal(t, text, got)
			assert.False(t, end)
		}
		require.NoError(t, far.(interface{ CloseWrite() error }).CloseWrite())
		n.until(In | PeerClosed)
		_, end := n.read()
		assert.True(t, end)
		k, errno := n.p.Sys().Writev(n.fd, [][]byte{[]byte("still"), nil, []byte(" here")})
		require.Zero(t, errno)
		assert.Equal(t, 10, k)
		require.Zero(t, n.p.Sys().ShutdownWrite(n.fd))
		rest, err := io.ReadAll(far)
		require.NoError(t, err)
		assert.Equal(t, "still here", string(rest))
	})
}

// A writer that finds no room hears of it when there is some.
func TestRoom(t *testing.T) {
	eachPoller(t, func(t *testing.T, n *near, far net.Conn) {
		block := bytes.Repeat([]byte("x"), 100_000)
		sent := 0
		for {
			k, errno := n.p.Sys().Write(n.fd, block)
			sent += k
			if errno == syscall.EAGAIN {
				break
			}
			require.Zero(t, errno)
			require.Less(t, sent, 100<<20, "it is bounded")
		}
		for got := 0; got < sent; n.seen &^= Out {
			k, err := io.CopyN(io.Discard, far, int64(min(len(block), sent-got)))
			require.NoError(t, err)
			if got += int(k); got < sent/2 {
				continue
			}
			n.until(Out)
			if k, errno := n.p.Sys().Write(n.fd, block[:10]); errno == 0 {
				sent += k
				break
			}
		}
		require.Zero(t, n.p.Sys().Close(n.fd), "and what was taken is written before the end")
		rest, err := io.ReadAll(far)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(rest), sent)
		assert.NotEmpty(t, rest)
	})
}

func TestShutdownCuts(t *testing.T) {
	eachPoller(t, func(t *testing.T, n *near, far net.Conn) {
		require.Zero(t, n.p.Sys().Shutdown(n.fd))
		rest, err := io.ReadAll(far)
		require.NoError(t, err)
		assert.Empty(t, rest)
		_, errno := n.p.Sys().Write(n.fd, []byte("x"))
		assert.Equal(t, syscall.EPIPE, errno)
		_, end := n.read()
		assert.True(t, end)
	})
}

func TestSysWaitWaits(t *testing.T) {
	eachPoller(t, func(t *testing.T, n *near, far net.Conn) {
		bits, errno := n.p.Sys().Wait(n.fd, In, time.Millisecond)
		assert.Zero(t, bits)
		assert.Zero(t, errno)
		_, err := io.WriteString(far, "x")
		require.NoError(t, err)
		bits, errno = n.p.Sys().Wait(n.fd, In, 10*time.Second)
		assert.NotZero(t, bits&In)
		assert.Zero(t, errno)
	})
}

// A connection that is handed out has lost nothing, in either direction.
func TestNetConn(t *testing.T) {
	eachPoller(t, func(t *testing.T, n *near, far net.Conn) {
		_, errno := n.p.Sys().Write(n.fd, []byte("taken "))
		require.Zero(t, errno)
		_, err := io.WriteString(far, "not read yet, ")
		require.NoError(t, err)
		n.until(In)
		require.NoError(t, n.p.Del(n.fd))
		conn, err := n.p.Sys().NetConn(n.fd)
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(far, "and more")
		require.NoError(t, err)
		require.NoError(t, far.(interface{ CloseWrite() error }).CloseWrite())
		got, err := io.ReadAll(conn)
		require.NoError(t, err)
		assert.Equal(t, "not read yet, and more", string(got))
		_, err = io.WriteString(conn, "over")
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		got, err = io.ReadAll(far)
		require.NoError(t, err)
		assert.Equal(t, "taken over", string(got))
	})
}

// Whoever has connected when the last poller leaves a listener is accepted.
func TestLastCall(t *testing.T) {
	p, err := NewParking()
	require.NoError(t, err)
	ls, err := Listen("tcp", "127.0.0.1:0", 1)
	require.NoError(t, err)
	require.NoError(t, p.AddListener(ls[0].FD, listenerData))
	const n = 20
	for range n {
		c, err := net.Dial("tcp", ls[0].Addr.String())
		require.NoError(t, err)
		defer c.Close()
	}
	require.NoError(t, p.Del(ls[0].FD))
	count := 0
	for ; ; count++ {
		fd, _, errno := p.Sys().Accept(ls[0].FD)
		if errno == syscall.EAGAIN {
			break
		}
		require.Zero(t, errno)
		require.Zero(t, p.Sys().Close(fd))
	}
	assert.Equal(t, n, count)
	require.NoError(t, ls[0].Close(p.Sys()))
	require.NoError(t, p.Free())
}
