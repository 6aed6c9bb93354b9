package main

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// churnResult is what a churn saw.
type churnResult struct {
	Connections int     `json:"connections"` // that were opened, answered and closed by the server
	Seconds     float64 `json:"seconds"`
}

// churn keeps count connections under way for duration: each asks once, with Connection: close, reads the answer when the
// server has closed its side, and makes room for the next. It makes as few system calls as that takes, since a connection
// costs a client more than a server.
func churn(server netip.AddrPort, target string, count int, duration time.Duration) (*churnResult, error) {
	c := &churner{
		server: &unix.SockaddrInet4{Addr: server.Addr().As4(), Port: int(server.Port())}, slots: make([]int, count), buf: make([]byte, maxAnswer),
		request: fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n", target),
	}
	poll, err := newPoller(nil)
	if err != nil {
		return nil, err
	}
	defer poll.close()
	defer c.close()
	c.poll = poll
	start := time.Now()
	c.until = start.Add(duration)
	for i := range c.slots {
		c.slots[i] = -1
	}
	for i := range c.slots {
		if err := c.next(i); err != nil {
			return nil, err
		}
	}
	for c.open > 0 {
		if err := c.step(); err != nil {
			return nil, err
		}
		if time.Since(start) > duration+grace {
			return nil, fmt.Errorf("%d connections were not answered and closed", c.open)
		}
	}
	return &churnResult{Connections: c.closed, Seconds: time.Since(start).Seconds()}, nil
}

type churner struct {
	server  unix.Sockaddr
	request []byte
	poll    *poller
	until   time.Time
	slots   []int // descriptors, which block; -1: none
	buf     []byte
	open    int
	closed  int
}

func (c *churner) close() {
	for _, fd := range c.slots {
		if fd >= 0 {
			_ = unix.Close(fd) // nothing was left to be written
		}
	}
}

// next opens a connection in slot i, and asks.
func (c *churner) next(i int) error {
	c.slots[i] = -1
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	c.slots[i] = fd
	if err := resetOnClose(fd); err != nil {
		return err
	}
	if err := unix.Connect(fd, c.server); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if n, err := unix.Write(fd, c.request); err != nil || n != len(c.request) {
		return fmt.Errorf("write: %d of %d bytes: %w", n, len(c.request), err)
	}
	c.open++
	return c.poll.add(fd, i, unix.EPOLLRDHUP)
}

func (c *churner) step() error {
	ready, err := c.poll.wait()
	if err != nil {
		return err
	}
	for _, event := range ready {
		i := int(event.Fd)
		if err := c.readAll(c.slots[i]); err != nil {
			return err
		}
		_ = unix.Close(c.slots[i]) // the server has closed it already
		c.open--
		c.closed++
		if time.Now().After(c.until) {
			c.slots[i] = -1
		} else if err := c.next(i); err != nil {
			return err
		}
	}
	return nil
}

// readAll reads one answer, all of which is there, and the end.
func (c *churner) readAll(fd int) error {
	at := 0
	for {
		n, err := unix.Read(fd, c.buf[at:])
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if n == 0 {
			break
		}
		at += n
	}
	size, err := openedPlain(c.buf[:at])
	if err == nil && size != at {
		err = fmt.Errorf("not one answer to one request: %q", c.buf[:at])
	}
	return err
}
