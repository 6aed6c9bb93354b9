package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// openedResult is what opening and asking took.
type openedResult struct {
	Answered int     `json:"answered"`
	Seconds  float64 `json:"seconds"` // from the first request to the last answer
}

// receivedResult is printed whenever as many messages have come as there are connections.
type receivedResult struct {
	Received int `json:"received"`
}

// idle is a number of connections that wait for messages.
type idle struct {
	kind        kind
	connections []connection
	poll        *poller
	buf         []byte
	open        int // connections whose request was answered
	received    int // messages
}

// idleConnections opens count connections, and writes a request to each before it reads an answer from any. If they are of a kind
// that has more to ask then, it asks in the same way. It reports to out when every answer is there, and again whenever as
// many messages have come as there are connections, until stop is closed.
func idleConnections(server netip.AddrPort, count int, k kind, out io.Writer, stop <-chan struct{}) error {
	connections, err := dial(server, count)
	if err != nil {
		return err
	}
	defer closeAll(connections)
	poll, err := newPoller(connections)
	if err != nil {
		return err
	}
	defer poll.close()
	i := &idle{kind: k, connections: connections, poll: poll, buf: make([]byte, maxAnswer)}
	report := json.NewEncoder(out)
	start := time.Now()
	if err := i.begin(server); err != nil {
		return err
	}
	if err := report.Encode(openedResult{Answered: i.open, Seconds: time.Since(start).Seconds()}); err != nil {
		return err
	}
	i.received = 0
	for round := 1; ; {
		select {
		case <-stop:
			return nil
		default:
		}
		if err := i.step(); err != nil {
			return err
		}
		if i.received >= round*count {
			round++
			if err := report.Encode(receivedResult{Received: i.received}); err != nil {
				return err
			}
		}
	}
}

// begin asks what the kind asks, and awaits the answers.
func (i *idle) begin(server netip.AddrPort) error {
	if err := i.askAll(i.kind.opening(server)); err != nil {
		return err
	}
	if i.kind.waits {
		i.open = len(i.connections)
		return nil
	}
	if err := i.await("connections were opened", &i.open); err != nil {
		return err
	}
	if i.kind.ask == nil {
		return nil
	}
	if err := i.askAll(i.kind.ask); err != nil {
		return err
	}
	return i.await("messages were answered", &i.received)
}

func (i *idle) askAll(request []byte) error {
	now := time.Now()
	for n := range i.connections {
		if err := i.connections[n].ask(request, now); err != nil {
			return fmt.Errorf("connection %d: %w", n, err)
		}
	}
	return nil
}

// await reads until *count has come to the number of connections.
func (i *idle) await(what string, count *int) error {
	for start := time.Now(); *count < len(i.connections); {
		if err := i.step(); err != nil {
			return err
		}
		if time.Since(start) > grace {
			return fmt.Errorf("%d of %d %s", *count, len(i.connections), what)
		}
	}
	return nil
}

// step reads what is there, and waits 50 ms at most for it.
func (i *idle) step() error {
	ready, err := i.poll.wait()
	if err != nil {
		return err
	}
	for _, event := range ready {
		if err := i.read(&i.connections[event.Fd]); err != nil {
			return fmt.Errorf("connection %d: %w", event.Fd, err)
		}
	}
	return nil
}

func (i *idle) read(c *connection) error {
	got, err := c.read(i.buf)
	if err != nil {
		return err
	}
	for len(got) > 0 {
		size, err := i.parse(c, got)
		if err != nil {
			return err
		}
		if size == 0 {
			break
		}
		got = got[size:]
	}
	c.keep(got)
	return nil
}

// parse reads one thing at the start of b, and counts it.
func (i *idle) parse(c *connection, b []byte) (int, error) {
	if !c.open && !i.kind.waits {
		size, err := i.kind.opened(b)
		if size > 0 {
			c.open = true
			i.open++
		}
		return size, err
	}
	size, counts, err := i.kind.message(b)
	if counts && size > 0 {
		i.received++
	}
	return size, err
}
