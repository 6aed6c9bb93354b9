package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"time"
)

// handshakes is how many handshakes are under way at the same time.
const handshakes = 64

// idleSecure opens count connections with TLS, and asks rounds times on each of them, which are small records. It reports to out
// when all have been answered once, and after each further round, and holds them until stop is closed. It trusts any
// certificate.
func idleSecure(server netip.AddrPort, target string, count, rounds int, out io.Writer, stop <-chan struct{}) error {
	connections := make([]*secure, count)
	defer func() {
		for _, c := range connections {
			if c != nil {
				_ = c.raw.Close() // without a word to the server: it is about to end
			}
		}
	}()
	start := time.Now()
	request := fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", target, server)
	err := each(count, func(i int) error {
		raw, err := dialSecure(server, byte(1+i%sources))
		if err != nil {
			return err
		}
		c := &secure{raw: raw, Conn: tls.Client(raw, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13})}
		connections[i] = c
		return c.ask(request)
	})
	if err != nil {
		return err
	}
	report := json.NewEncoder(out)
	if err := report.Encode(openedResult{Answered: count, Seconds: time.Since(start).Seconds()}); err != nil {
		return err
	}
	for round := 1; round < rounds; round++ {
		if err := each(count, func(i int) error { return connections[i].ask(request) }); err != nil {
			return err
		}
		if err := report.Encode(receivedResult{Received: round * count}); err != nil {
			return err
		}
	}
	<-stop
	return nil
}

// each calls do with all numbers below count, handshakes of them at the same time, and gives the first error.
func each(count int, do func(i int) error) error {
	var group sync.WaitGroup
	errs := make([]error, handshakes)
	for first := range handshakes {
		group.Go(func() {
			for i := first; i < count && errs[first] == nil; i += handshakes {
				if err := do(i); err != nil {
					errs[first] = fmt.Errorf("connection %d: %w", i, err)
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// secure is a keep-alive connection with TLS.
type secure struct {
	*tls.Conn
	raw net.Conn
}

func dialSecure(server netip.AddrPort, source byte) (net.Conn, error) {
	fd, err := dialOne(server, source)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "connection")
	defer func() { _ = file.Close() }() // the connection has a descriptor of its own
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(holdLimit))
}

// ask asks once and reads the answer.
func (c *secure) ask(request []byte) error {
	if _, err := c.Write(request); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReaderSize(c, 1<<10), nil)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // Copy has told what could go wrong
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	return nil
}
