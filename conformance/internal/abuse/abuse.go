// Package abuse does to a server what hostile clients do, and looks at the good one meanwhile: how long it waits, and what the server
// holds.
package abuse

import (
	"bufio"
	"context"
	"encoding/json"
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

// pace is how long a bad client rests between two rounds: what is to be seen is what the server does, not how many clients a machine has room for.
const pace = 20 * time.Millisecond

// Timeouts are those of the target: the defaults, shortened, so that what they end is seen to end.
var Timeouts = tornado.WithTimeouts(tornado.Timeouts{
	Handshake: time.Second, Header: time.Second, Body: time.Second, Stream: time.Second, Write: time.Second, Idle: 10 * time.Second,
})

// An Attack is one way to be a bad client.
type Attack struct {
	Name string
	Does string // what the server does about it
	// Bound is the one that counts it, as tornado.Bound names it; "" where none is met.
	Bound string
	// clients are how many there are, so many at most in the short version.
	clients int
	// once is what one of them does, again and again. It returns what the server did wrong.
	once func(a *attacker) error
	// rarely says that a client that is slow enough meets no bound.
	rarely bool
}

// attacker is one bad client.
type attacker struct {
	ctx context.Context
	at  target.Addresses
	id  int
}

// Plan is how attacks are played.
type Plan struct {
	Rounds int           // each is a while without the attack, and one with it
	Usual  time.Duration // without; behind either, the server has a third of it for what is left over from clients that are gone
	Attack time.Duration // with
	Most   int           // clients of an attack
}

// Row is what an attack came to.
type Row struct {
	Attack
	Rounds     int // by all clients
	Usual, P99 time.Duration
	Good       int     // answers that the good client got during the attack
	Processor  float64 // of the server during the attack: 1 is a processor that does nothing else
	Peak       int64   // bytes of the server's resident set
	Counted    int64   // by Bound
	Faults     []string

	mu *sync.Mutex // of Rounds and Faults, while there are clients
}

// honest is how many others there are while the usual p99 is measured.
const honest = 8

// Run plays an attack against a target, and looks at a good client without and with it in turn: what the machine does beside is in both. Without
// it there are eight honest clients, which ask without a rest.
func Run(a Attack, child *target.Child, p Plan) Row {
	row := Row{Attack: a, mu: new(sync.Mutex)}
	var usual, attacked []time.Duration
	for range p.Rounds {
		usual = append(usual, row.watch(child, p.Usual, func(ctx context.Context, wg *sync.WaitGroup) {
			for range honest {
				wg.Go(func() { row.fault(beHonest(ctx, child)) })
			}
		})...)
		time.Sleep(p.Usual / 3)
		begun, counted := busy(child.PID()), row.counted(child)
		attacked = append(attacked, row.watch(child, p.Attack, func(ctx context.Context, wg *sync.WaitGroup) {
			row.attack(ctx, wg, child, min(a.clients, p.Most))
			wg.Go(func() {
				for ctx.Err() == nil {
					row.Peak = max(row.Peak, resident(child.PID()))
					time.Sleep(20 * time.Millisecond)
				}
			})
		})...)
		row.Processor += (busy(child.PID()) - begun).Seconds() / (p.Attack.Seconds() * float64(p.Rounds))
		time.Sleep(p.Usual / 3)
		row.Counted += row.counted(child) - counted
	}
	done := row.Rounds > p.Rounds*min(a.clients, p.Most) // some were done with, not only broken off
	if row.Bound != "" && row.Counted == 0 && done && !a.rarely {
		row.fault(fmt.Errorf("the bound %s was met, and not counted", row.Bound))
	}
	row.Good, row.Usual, row.P99 = len(attacked), quantile(usual, 0.99), quantile(attacked, 0.99)
	return row
}

// counted is how often the target has counted the attack's bound.
func (row *Row) counted(child *target.Child) int64 {
	res, err := http.Get("http://" + child.Plain + "/status")
	if err != nil {
		row.fault(err)
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	var status struct{ Bounds map[string]int64 }
	row.fault(json.NewDecoder(res.Body).Decode(&status))
	return status.Bounds[row.Bound]
}

// watch has the others do what they do for a while, and returns how long a good client has waited, each time.
func (row *Row) watch(child *target.Child, d time.Duration, others func(ctx context.Context, wg *sync.WaitGroup)) []time.Duration {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	good, err := beGood(child.Plain, d) // it is there before
	if err != nil {
		row.fault(err)
		return nil
	}
	var wg sync.WaitGroup
	others(ctx, &wg)
	latencies, err := good.end()
	wg.Wait()
	if err != nil {
		row.fault(fmt.Errorf("the good client: %w", err))
	}
	return latencies
}

// attack has so many clients be bad.
func (row *Row) attack(ctx context.Context, wg *sync.WaitGroup, child *target.Child, clients int) {
	for i := range clients {
		wg.Go(func() {
			bad := &attacker{ctx: ctx, at: child.Addresses, id: i}
			for ctx.Err() == nil {
				row.fault(row.once(bad))
				row.mu.Lock()
				row.Rounds++
				row.mu.Unlock()
				bad.pause(pace)
			}
		})
	}
}

// fault notes what the server did wrong, nil for nothing.
func (row *Row) fault(err error) {
	const enough = 5
	row.mu.Lock()
	defer row.mu.Unlock()
	if err != nil && len(row.Faults) < enough {
		row.Faults = append(row.Faults, err.Error())
	}
}

// busy is how much of a processor a process has had, 0 where that is not known.
func busy(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	const user, system = 11, 12 // proc(5) counts from 1, and the name is gone
	if err != nil || len(fields) <= system {
		return 0
	}
	ticks := int64(0)
	for _, i := range []int{user, system} {
		n, _ := strconv.ParseInt(fields[i], 10, 64) // the kernel writes digits
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
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
	b.WriteString("| attack | clients | rounds | what the server does | counted as | usual p99 | p99 | times | processor | peak of memory |\n")
	b.WriteString("| --- | ---: | ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |\n")
	within := 0
	for _, r := range rows {
		times := float64(r.P99) / float64(r.Usual)
		if times <= 3 {
			within++
		}
		counted := r.Bound
		if counted != "" {
			counted = fmt.Sprintf("`%s` %d", counted, r.Counted)
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %s | %s | %s | %s | %.1f | %.0f %% | %d MiB |\n", r.Name, r.clients, r.Rounds, r.Does, counted,
			r.Usual.Round(10*time.Microsecond), r.P99.Round(10*time.Microsecond), times, 100*r.Processor, r.Peak>>20)
	}
	fmt.Fprintf(&b, "\nWithin three times the usual p99: %d of %d.\n", within, len(rows))
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
