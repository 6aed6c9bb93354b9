//go:build !tornado_net

package worker

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// last answers and ends the connection, with WriteLast or with Write.
type last struct{ write func(*Conn, []byte) error }

func (last) NewFrame() Frame       { return &lineFrame{} }
func (last) Hangup(*Conn, bool)    {}
func (last) Closed(*Conn)          {}
func (last) Shed(c *Conn, _ Frame) {}

func (l last) Serve(c *Conn, f Frame) Next {
	if _, err := c.Read(f.(*lineFrame).buf[:]); errors.Is(err, ErrWouldBlock) {
		return Idle
	}
	_ = l.write(c, bytes.Repeat([]byte("x"), 100))
	return Close
}

// What WriteLast has written leaves in one packet with the end.
func TestRealWriteLast(t *testing.T) {
	packets := func(write func(*Conn, []byte) error) uint32 {
		_, addr := serveReal(t, "tcp4", "127.0.0.1:0", Options{Handler: last{write}})
		c := connect(t, addr)
		c.say("x")
		text, err := io.ReadAll(c.Conn)
		require.NoError(t, err)
		assert.Len(t, text, 100)
		raw, err := c.Conn.(*net.TCPConn).SyscallConn()
		require.NoError(t, err)
		var info *unix.TCPInfo
		require.NoError(t, raw.Control(func(fd uintptr) { info, err = unix.GetsockoptTCPInfo(int(fd), unix.SOL_TCP, unix.TCP_INFO) }))
		require.NoError(t, err)
		return info.Segs_in
	}
	alone := packets(func(c *Conn, p []byte) error { return c.Write(p, time.Second) })
	joined := packets(func(c *Conn, p []byte) error { return c.WriteLast(p, time.Second) })
	assert.Equal(t, alone-1, joined)
}

// A peer that goes on saying something while the connection ends reads what was
// written to it before.
func TestRealWriteLastAndMoreToRead(t *testing.T) {
	written, said := make(chan struct{}), make(chan struct{})
	_, addr := serveReal(t, "tcp4", "127.0.0.1:0", Options{Handler: last{func(c *Conn, p []byte) error {
		err := c.WriteLast(p, time.Second)
		close(written)
		<-said
		return err
	}}})
	c := connect(t, addr)
	c.say("x")
	raw, err := c.Conn.(*net.TCPConn).SyscallConn()
	require.NoError(t, err)
	// What the server has not acknowledged it has not received, and what it has is unread when it closes.
	unsent := func() (n int) {
		require.NoError(t, raw.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) }))
		require.NoError(t, err)
		return n
	}
	<-written
	c.say("y")
	require.Eventually(t, func() bool { return unsent() == 0 }, 10*time.Second, time.Millisecond)
	close(said)
	text := make([]byte, 100)
	_, err = io.ReadFull(c.Conn, text)
	assert.NoError(t, err)
}

// The way from edge to idle, all of it, allocates nothing.
func TestRealServingAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for name, opts := range variants {
		t.Run(name, func(t *testing.T) {
			opts.Loops, opts.Handler = 1, constant{}
			_, addr := serveReal(t, "tcp4", "127.0.0.1:0", opts)
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
			require.NoError(t, err)
			defer unix.Close(fd)
			to := addr.(*net.TCPAddr)
			require.NoError(t, unix.Connect(fd, &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())}))
			request, answer := []byte("GET / HTTP/1.1\r\n\r\n"), make([]byte, 4096)
			run := func() {
				if _, err := unix.Write(fd, request); err != nil {
					panic(err)
				}
				if n, err := unix.Read(fd, answer); n != len(constantAnswer) || err != nil {
					panic(fmt.Sprint(n, err))
				}
			}
			for range 100 {
				run()
			}
			assert.Zero(t, testing.AllocsPerRun(2000, run))
		})
	}
}
