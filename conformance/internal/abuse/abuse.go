// Package abuse does to a server what hostile clients do, and looks at the good one meanwhile: how long it waits, and what the server
// holds.
package abuse

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// pace is how long a bad client rests between two rounds: the processors belong to clients and server together, and what is to be seen is
// what the server does, not that the clients have left it none.
const pace = 20 * time.Millisecond

// Timeouts are those of the target: the defaults, shortened, so that what they end is seen to end.
var Timeouts = tornado.WithTimeouts(tornado.Timeouts{
	Handshake: time.Second, Header: time.Second, Body: time.Second, Stream: time.Second, Write: time.Second, Idle: 10 * time.Second,
})

// An Attack is one way to be a bad client.
type Attack struct {
	Name  string
	Bound string // what the server does about it
	Seen  string // where that shows
	// clients are how many there are, so many at most in the short version.
	clients int
	// once is what one of them does, again and again. It returns what the server did wrong.
	once func(a *attacker) error
}

// attacker is one bad client.
type attacker struct {
	ctx context.Context
	at  target.Addresses
	id  int
}

// Row is what an attack came to.
type Row struct {
	Attack
	Rounds      int // by all clients
	Before, P99 time.Duration
	P50         time.Duration
	Good        int   // answers that the good client got
	Peak        int64 // bytes of the server's resident set
	Faults      []string
}

// Run plays an attack against a target for a while, by so many clients at most, beside a good client. before is how that fares when
// nothing happens.
func Run(a Attack, child *target.Child, d time.Duration, most int, before time.Duration) Row {
	row := Row{Attack: a, Before: before}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	conn, err := net.Dial("tcp", child.Plain) // the good one is there before
	if err != nil {
		row.Faults = append(row.Faults, err.Error())
		return row
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := range min(a.clients, most) {
		wg.Go(func() {
			bad := &attacker{ctx: ctx, at: child.Addresses, id: i}
			for ctx.Err() == nil {
				err := a.once(bad)
				mu.Lock()
				row.Rounds++
				if err != nil && len(row.Faults) < 5 {
					row.Faults = append(row.Faults, err.Error())
				}
				mu.Unlock()
				bad.pause(pace)
			}
		})
	}
	wg.Go(func() {
		for ctx.Err() == nil {
			row.Peak = max(row.Peak, resident(child.PID()))
			time.Sleep(20 * time.Millisecond)
		}
	})
	time.AfterFunc(d, cancel) // all are there
	latencies, err := good(ctx, conn, time.Millisecond)
	wg.Wait()
	if err != nil {
		row.Faults = append(row.Faults, "the good client: "+err.Error())
	}
	row.Good, row.P50, row.P99 = len(latencies), quantile(latencies, 0.5), quantile(latencies, 0.99)
	return row
}

// honest is how many others there are while the usual p99 is measured.
const honest = 8

// Usual is the p99 of a good client beside eight others that ask without a rest.
func Usual(child *target.Child, d time.Duration) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var wg sync.WaitGroup
	var latencies []time.Duration
	errs := make([]error, honest+1)
	for i := range errs {
		wg.Go(func() {
			conn, err := net.Dial("tcp", child.Plain)
			if err != nil {
				errs[i] = err
				return
			}
			if i == 0 {
				latencies, errs[i] = good(ctx, conn, time.Millisecond)
				return
			}
			_, errs[i] = good(ctx, conn, 0)
		})
	}
	wg.Wait()
	return quantile(latencies, 0.99), errors.Join(errs...)
}

// good asks again and again on one connection, which it closes, with a rest between.
func good(ctx context.Context, conn net.Conn, rest time.Duration) (latencies []time.Duration, err error) {
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	for ctx.Err() == nil {
		begun := time.Now()
		if err := conn.SetDeadline(begun.Add(20 * time.Second)); err != nil {
			return latencies, err
		}
		if _, err := io.WriteString(conn, "GET /ping?nonce=good HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			return latencies, err
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			return latencies, err
		}
		body, err := io.ReadAll(res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil || string(body) != `{"nonce":"good"}` {
			return latencies, fmt.Errorf("%s %s: %w", res.Status, body, err)
		}
		latencies = append(latencies, time.Since(begun))
		time.Sleep(rest)
	}
	return latencies, nil
}

func quantile(list []time.Duration, q float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return list[int(q*float64(len(list)-1))]
}

// resident is how much memory a process holds, 0 where that is not known.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64) // the kernel writes digits
	return pages * int64(os.Getpagesize())
}

// Table is the rows as a person reads them. A p99 may be three times the usual one.
func Table(rows []Row) string {
	var b strings.Builder
	b.WriteString("| attack | clients | rounds | what the server does | seen in | p99 of a good client | times the usual | peak of memory |\n")
	b.WriteString("| --- | ---: | ---: | --- | --- | ---: | ---: | ---: |\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %d | %d | %s | %s | %s | %.1f | %d MiB |\n", r.Name, r.clients, r.Rounds, r.Bound, r.Seen,
			r.P99.Round(10*time.Microsecond), float64(r.P99)/float64(r.Before), r.Peak>>20)
	}
	return b.String()
}

func (a *attacker) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-a.ctx.Done():
		return false
	}
}

// dial connects from one of several addresses, so that ports do not run out.
func (a *attacker) dial(addr string) (net.Conn, error) {
	d := net.Dialer{Timeout: 20 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(2+a.id%100))}}
	conn, err := d.Dial("tcp4", addr)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(20 * time.Second))
}

// asks sends bytes, and wants an answer with one of the statuses, or, for 0, the end of the connection.
func (a *attacker) asks(text string, statuses ...int) error {
	conn, err := a.dial(a.at.Plain)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	go func() { _, _ = io.WriteString(conn, text) }() // the server may not read it all
	return wants(conn, statuses...)
}

func wants(conn net.Conn, statuses ...int) error {
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		if slices.Contains(statuses, 0) && !errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if !slices.Contains(statuses, res.StatusCode) {
		return fmt.Errorf("%s, not %v", res.Status, statuses)
	}
	return nil
}
