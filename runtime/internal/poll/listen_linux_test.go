//go:build !tornado_net

package poll

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe" // a socket option that has no function to ask for it

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// accept waits for a connection on any of ls.
func accept(t *testing.T, ls []*Listener) (int, Addr) {
	p, err := NewParking()
	require.NoError(t, err)
	defer func() { assert.NoError(t, p.Free()) }()
	for i, l := range ls {
		require.NoError(t, p.AddListener(l.FD, uint64(i)))
	}
	ev := park(t, p, Forever)
	require.NotEmpty(t, ev)
	fd, peer, errno := p.Sys().Accept(ls[ev[0].Data].FD)
	require.Zero(t, errno)
	return fd, peer
}

func closeAll(t *testing.T, ls []*Listener) {
	for _, l := range ls {
		assert.NoError(t, l.Close(Plain()))
	}
}

// TestQueued: TCP tells who waits to be accepted, and for a Unix socket it is known how many can.
func TestQueued(t *testing.T) {
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "s"), "adopted": "127.0.0.1:0"} {
		t.Run(network, func(t *testing.T) {
			l := listener(t, network, address)
			defer closeAll(t, []*Listener{l})
			for range 3 {
				c, err := net.Dial(l.Addr.Network(), l.Addr.String())
				require.NoError(t, err)
				defer c.Close()
			}
			if network == "unix" {
				assert.Equal(t, mostQueued(), Plain().Queued(l.FD))
				return
			}
			assert.Equal(t, 3, Plain().Queued(l.FD))
			fd, _, errno := Plain().Accept(l.FD)
			require.Zero(t, errno)
			require.Zero(t, Plain().Close(fd))
			assert.Equal(t, 2, Plain().Queued(l.FD))
		})
	}
	assert.Equal(t, mostQueued(), Plain().Queued(-1), "nothing is known of it")
	assert.Greater(t, mostQueued(), 1)
}

// TestAcceptOfAListenerThatBlocks: whoever shares a listening socket may make it block. Nobody waits for a connection then, for that would hold up a loop.
func TestAcceptOfAListenerThatBlocks(t *testing.T) {
	for network, address := range map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "s"), "adopted": "127.0.0.1:0"} {
		t.Run(network, func(t *testing.T) {
			l := listener(t, network, address)
			defer closeAll(t, []*Listener{l})
			shared, err := unix.Dup(l.FD)
			require.NoError(t, err)
			defer func() { assert.NoError(t, unix.Close(shared)) }()
			require.NoError(t, unix.SetNonblock(shared, false))
			begun := time.Now()
			late := time.AfterFunc(10*time.Second, func() { // so that the test ends
				c, err := net.Dial(l.Addr.Network(), l.Addr.String())
				if assert.NoError(t, err) {
					assert.NoError(t, c.Close())
				}
			})
			defer late.Stop()
			_, _, errno := Plain().Accept(l.FD)
			for errno == unix.EINTR { // as those who accept do
				_, _, errno = Plain().Accept(l.FD)
			}
			assert.Equal(t, unix.EAGAIN, errno, "after %s", time.Since(begun))
			flags, err := unix.FcntlInt(uintptr(shared), unix.F_GETFL, 0)
			require.NoError(t, err)
			assert.NotZero(t, flags&unix.O_NONBLOCK)

			c, err := net.Dial(l.Addr.Network(), l.Addr.String())
			require.NoError(t, err)
			defer func() { assert.NoError(t, c.Close()) }()
			fd, _ := accept(t, []*Listener{l})
			given, err := Plain().NetConn(fd)
			require.NoError(t, err)
			defer func() { assert.NoError(t, given.Close()) }()
			assert.Zero(t, waits(t, given), "to read from it has no limit")
		})
	}
}

// waits is SO_RCVTIMEO of a connection.
func waits(t *testing.T, conn net.Conn) (limit unix.Timeval) {
	raw, err := conn.(syscall.Conn).SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		size := uint32(unsafe.Sizeof(limit))
		_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, uintptr(unsafe.Pointer(&limit)), uintptr(unsafe.Pointer(&size)), 0)
		assert.Zero(t, errno)
	}))
	return limit
}

// listener listens; on "adopted" as a process does that package net has listened for, by Multipath TCP where the kernel has that.
func listener(t *testing.T, network, address string) *Listener {
	if network != "adopted" {
		ls, err := Listen(network, address, 1)
		require.NoError(t, err)
		return ls[0]
	}
	var config net.ListenConfig
	config.SetMultipathTCP(true)
	ln, err := config.Listen(t.Context(), "tcp", address)
	require.NoError(t, err)
	defer func() { assert.NoError(t, ln.Close()) }()
	file, err := ln.(*net.TCPListener).File()
	require.NoError(t, err)
	defer func() { assert.NoError(t, file.Close()) }()
	fd, err := unix.Dup(int(file.Fd()))
	require.NoError(t, err)
	l, err := Adopt(fd)
	require.NoError(t, err)
	return l
}

func TestListen(t *testing.T) {
	for _, c := range []struct {
		network, address, dial string
		n, want                int
	}{
		{"tcp", "127.0.0.1:0", "tcp", 1, 1},
		{"tcp", "127.0.0.1:0", "tcp", 4, 4},
		{"tcp", "localhost:0", "tcp", 2, 2},
		{"tcp4", "127.0.0.1:0", "tcp4", 2, 2},
		{"tcp6", "[::1]:0", "tcp6", 2, 2},
		{"tcp", ":0", "tcp4", 2, 2},
		{"tcp", "[::]:0", "tcp6", 2, 2},
		{"tcp", "0.0.0.0:0", "tcp4", 1, 1},
		{"unix", filepath.Join(t.TempDir(), "s"), "unix", 4, 1},
		{"unix", fmt.Sprintf("@poll-test-%d", os.Getpid()), "unix", 1, 1},
	} {
		t.Run(c.network+" "+c.address, func(t *testing.T) {
			ls, err := Listen(c.network, c.address, c.n)
			if err != nil && c.dial == "tcp6" {
				t.Skip("no IPv6 here: ", err)
			}
			require.NoError(t, err)
			defer closeAll(t, ls)
			require.Len(t, ls, c.want)
			for _, l := range ls {
				assert.Equal(t, ls[0].Addr.String(), l.Addr.String(), "one port for all")
			}
			address := ls[0].Addr.String()
			if tcp, ok := ls[0].Addr.(*net.TCPAddr); ok {
				host := map[string]string{"tcp4": "127.0.0.1", "tcp6": "::1", "tcp": tcp.IP.String()}[c.dial]
				address = net.JoinHostPort(host, fmt.Sprint(tcp.Port))
			}
			conn, err := net.Dial(c.dial, address)
			require.NoError(t, err)
			fd, peer := accept(t, ls)
			if c.network != "unix" {
				assert.Equal(t, conn.LocalAddr().String(), peer.AddrPort().String())
				local, errno := Plain().LocalAddr(fd)
				assert.Zero(t, errno)
				assert.Equal(t, conn.RemoteAddr().String(), local.AddrPort().String())
				v, err := unix.GetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY)
				assert.NoError(t, err)
				assert.Equal(t, 1, v, "inherited")
				v, err = unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE)
				assert.NoError(t, err)
				assert.Equal(t, 1, v)
			} else {
				assert.Equal(t, Unix, peer.Family())
			}
			_, err = io.WriteString(conn, "x")
			require.NoError(t, err)
			require.NoError(t, conn.Close())
			assert.Zero(t, Plain().Close(fd))
		})
	}
}

// SO_REUSEPORT must not hide a server that listens there already.
func TestListenProbes(t *testing.T) {
	for _, first := range []int{1, 2} {
		ls, err := Listen("tcp", "127.0.0.1:0", first)
		require.NoError(t, err)
		for _, second := range []int{1, 2} {
			_, err = Listen("tcp", ls[0].Addr.String(), second)
			assert.ErrorIs(t, err, unix.EADDRINUSE)
		}
		closeAll(t, ls)
		again, err := Listen("tcp", ls[0].Addr.String(), first)
		require.NoError(t, err, "a restart")
		closeAll(t, again)
	}
}

func TestListenErrors(t *testing.T) {
	for _, c := range [][2]string{
		{"udp", "127.0.0.1:0"},
		{"tcp", "no port"},
		{"tcp", "192.0.2.1:1"},
		{"tcp6", "[fe80::1%nowhere]:0"},
		{"tcp4", "[::1]:0"},
		{"unix", "/no such directory/s"},
		{"unix", "/" + string(make([]byte, 200))},
	} {
		_, err := Listen(c[0], c[1], 2)
		assert.ErrorContains(t, err, "listen "+c[0], c[1])
	}
}

func TestUnixSocketFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	ls, err := Listen("unix", path, 1)
	require.NoError(t, err)
	_, err = Listen("unix", path, 1)
	assert.ErrorIs(t, err, unix.EADDRINUSE, "somebody listens")
	ls[0].Keep()
	closeAll(t, ls)
	assert.FileExists(t, path, "kept")
	ls, err = Listen("unix", path, 1)
	require.NoError(t, err, "nobody listens there any more")
	closeAll(t, ls)
	assert.NoFileExists(t, path)
	require.NoError(t, os.WriteFile(path, []byte("precious"), 0o600))
	_, err = Listen("unix", path, 1)
	assert.ErrorIs(t, err, unix.EADDRINUSE)
	assert.FileExists(t, path, "not a socket")
}

// TestLentSocketFiles: while another process may take over, the file of a Unix socket stays.
func TestLentSocketFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	lent := func() *Listener {
		ls, err := Listen("unix", path, 1)
		require.NoError(t, err)
		file, err := ls[0].Lend()
		require.NoError(t, err)
		require.NoError(t, file.Close())
		return ls[0]
	}
	l := lent()
	closeAll(t, []*Listener{l})
	assert.FileExists(t, path, "the other process may listen")
	require.NoError(t, l.Reclaim())
	assert.NoFileExists(t, path, "it does not")

	l = lent()
	require.NoError(t, l.Reclaim())
	assert.FileExists(t, path, "somebody listens")
	closeAll(t, []*Listener{l})
	assert.NoFileExists(t, path)

	l = lent()
	l.Keep()
	closeAll(t, []*Listener{l})
	assert.FileExists(t, path, "the other process listens")
	l = lent()
	closeAll(t, []*Listener{l})
	l.Keep()
	assert.FileExists(t, path, "the other process listens")
	require.NoError(t, l.Reclaim())
	assert.FileExists(t, path)

	l = lent()
	closeAll(t, []*Listener{l})
	_, err := l.Lend()
	require.ErrorIs(t, err, net.ErrClosed)
	other, err := Listen("unix", path, 1)
	require.NoError(t, err, "nobody listens there any more")
	require.NoError(t, l.Reclaim())
	assert.FileExists(t, path, "it is another's")
	closeAll(t, other)
}

func TestAdopt(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		address := map[string]string{"tcp": "127.0.0.1:0", "unix": filepath.Join(t.TempDir(), "s")}[network]
		std, err := net.Listen(network, address)
		require.NoError(t, err)
		file, err := std.(interface{ File() (*os.File, error) }).File()
		require.NoError(t, err)
		fd, err := unix.Dup(int(file.Fd())) // Fd makes it blocking
		require.NoError(t, err)
		l, err := Adopt(fd)
		require.NoError(t, err)
		assert.Equal(t, std.Addr().String(), l.Addr.String())
		conn, err := net.Dial(network, std.Addr().String())
		require.NoError(t, err)
		got, _ := accept(t, []*Listener{l})
		assert.Zero(t, Plain().Close(got))
		require.NoError(t, conn.Close())
		_, _, errno := Plain().Accept(l.FD)
		assert.Equal(t, unix.EAGAIN, errno, "it does not block")
		closeAll(t, []*Listener{l})
		require.NoError(t, file.Close())
		require.NoError(t, std.Close())
	}
	near, _ := pair(t)
	_, err := Adopt(near)
	assert.ErrorContains(t, err, "does not listen")
	_, err = Adopt(-1)
	assert.ErrorIs(t, err, unix.EBADF)
}
