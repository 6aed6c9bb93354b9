package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"
)

// churnResult is what a churn saw.
type churnResult struct {
	Connections int     `json:"connections"` // that were opened, answered and closed by the server
	Seconds     float64 `json:"seconds"`
}

// churn keeps count connections under way for duration: each asks once, with Connection: close, reads the answer and the
// end, and makes room for the next.
func churn(server netip.AddrPort, target string, count int, duration time.Duration) (*churnResult, error) {
	c := &churner{
		server: server, slots: make([]connection, count), buf: make([]byte, maxAnswer),
		request: fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", target, server),
	}
	poll, err := newPoller(nil)
	if err != nil {
		return nil, err
	}
	defer poll.close()
	defer closeAll(c.slots)
	c.poll = poll
	start := time.Now()
	c.until = start.Add(duration)
	for i := range c.slots {
		if err := c.next(i); err != nil {
			c.slots = c.slots[:i]
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
	server  netip.AddrPort
	request []byte
	poll    *poller
	until   time.Time
	slots   []connection
	buf     []byte
	opened  int
	open    int
	closed  int
}

// next opens a connection in slot i, and asks.
func (c *churner) next(i int) error {
	fd, err := dialOne(c.server, byte(1+c.opened%sources))
	if err != nil {
		return fmt.Errorf("connection %d: %w", c.opened, err)
	}
	c.opened++
	c.open++
	c.slots[i] = connection{fd: fd, partial: c.slots[i].partial[:0]}
	if err := c.poll.add(fd, i); err != nil {
		return err
	}
	return c.slots[i].ask(c.request, time.Time{})
}

func (c *churner) step() error {
	ready, err := c.poll.wait()
	if err != nil {
		return err
	}
	for _, event := range ready {
		i := int(event.Fd)
		ended, err := c.slots[i].ended(c.buf)
		if err != nil {
			return err
		}
		if !ended {
			continue
		}
		_ = unix.Close(c.slots[i].fd) // the server has closed it already
		c.slots[i].fd = -1
		c.open--
		c.closed++
		if time.Now().Before(c.until) {
			if err := c.next(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// ended reads what is there, and tells whether the answer and then the end have come.
func (c *connection) ended(buf []byte) (bool, error) {
	if !c.open {
		done, err := c.answered(buf)
		if err != nil || !done {
			return false, err
		}
		c.open = true
	}
	got, err := c.read(buf)
	switch {
	case errors.Is(err, io.EOF):
		return true, nil
	case err != nil:
		return false, err
	case len(got) > 0:
		return false, errors.New("more than one answer to one request")
	}
	return false, nil
}
