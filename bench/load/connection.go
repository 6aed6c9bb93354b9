package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// sources is over how many addresses of 127.0.0.0/8 the connections spread, so that a port is always free.
const sources = 8

// connection is one keep-alive connection with at most one request under way.
type connection struct {
	fd      int
	asked   time.Time // when the request under way was written
	sleeper bool      // whether the request under way is one that sleeps
	open    bool      // whether the first request was answered
	partial []byte    // what is there of an answer that came in pieces
}

// dial opens count connections and makes them non-blocking.
func dial(server netip.AddrPort, count int) ([]connection, error) {
	connections := make([]connection, 0, count)
	for i := range count {
		fd, err := dialOne(server, byte(1+i%sources))
		if err != nil {
			closeAll(connections)
			return nil, fmt.Errorf("connection %d: %w", i, err)
		}
		connections = append(connections, connection{fd: fd})
	}
	return connections, nil
}

func dialOne(server netip.AddrPort, source byte) (fd int, err error) {
	fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer func() {
		if err != nil {
			_ = unix.Close(fd) // the error that led here says more
		}
	}()
	options := []struct{ level, name int }{
		{unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT}, // the port is chosen when the peer is known
		{unix.SOL_TCP, unix.TCP_NODELAY},
	}
	for _, option := range options {
		if err = unix.SetsockoptInt(fd, option.level, option.name, 1); err != nil {
			return -1, err
		}
	}
	if err = resetOnClose(fd); err != nil {
		return -1, err
	}
	if server.Addr().IsLoopback() {
		if err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, source}}); err != nil {
			return -1, err
		}
	}
	if err = unix.Connect(fd, &unix.SockaddrInet4{Addr: server.Addr().As4(), Port: int(server.Port())}); err != nil {
		return -1, err
	}
	return fd, unix.SetNonblock(fd, true)
}

// resetOnClose makes closing reset the connection, so that no port waits for a minute.
func resetOnClose(fd int) error {
	return unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
}

func closeAll(connections []connection) {
	for i := range connections {
		_ = unix.Close(connections[i].fd) // nothing was left to be written
	}
}

// ask writes request, which is small and finds an empty socket buffer.
func (c *connection) ask(request []byte, now time.Time) error {
	c.asked = now
	n, err := unix.Write(c.fd, request)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if n != len(request) {
		return errors.New("write: the socket took a part of a request only")
	}
	return nil
}

// answered reads what is there, through buf, and tells whether that was the rest of the answer. Any status but 200 is an
// error.
func (c *connection) answered(buf []byte) (bool, error) {
	got, err := c.read(buf)
	if err != nil || len(got) == 0 {
		return false, err
	}
	size, err := openedPlain(got)
	switch {
	case err != nil:
		return false, err
	case size == 0:
		c.keep(got)
		return false, nil
	case size != len(got):
		return false, errors.New("more than one answer to one request")
	}
	c.keep(nil)
	return true, nil
}

// read gives what is there, through buf, behind what was kept; nothing if nothing new is there. It is valid until the next
// call, and keep. The end is io.EOF.
func (c *connection) read(buf []byte) ([]byte, error) {
	n, err := unix.Read(c.fd, buf)
	switch {
	case errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	case n == 0:
		return nil, fmt.Errorf("the server closed a connection: %w", io.EOF)
	}
	if len(c.partial) == 0 {
		return buf[:n], nil
	}
	c.partial = append(c.partial, buf[:n]...)
	return c.partial, nil
}

// keep puts away what is left of what read gave.
func (c *connection) keep(rest []byte) {
	if len(rest) > 0 || len(c.partial) > 0 {
		c.partial = append(c.partial[:0], rest...)
	}
}

// poller waits for the connections that have something to read.
type poller struct {
	fd     int
	events []unix.EpollEvent
}

func newPoller(connections []connection) (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	p := &poller{fd: fd, events: make([]unix.EpollEvent, 256)}
	for i := range connections {
		if err := p.add(connections[i].fd, i, unix.EPOLLIN); err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

// add watches fd for events, which bear index. A descriptor that is closed is no longer watched.
func (p *poller) add(fd, index int, events uint32) error {
	event := unix.EpollEvent{Events: events, Fd: int32(index)}
	return unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, fd, &event)
}

// wait gives the events of the connections that are ready; Fd holds the index of each. It waits 50 ms at most.
func (p *poller) wait() ([]unix.EpollEvent, error) {
	n, err := unix.EpollWait(p.fd, p.events, 50)
	if errors.Is(err, unix.EINTR) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.events[:n], nil
}

func (p *poller) close() {
	_ = unix.Close(p.fd) // an epoll has nothing to lose
}
