// Package soak lets many clients of every kind loose on a server for a while, and then looks whether it is as it was before: no memory,
// no descriptor and no goroutine is left behind, each request that was accepted has ended once, and no answer has gone to another
// connection than the one that asked. They come twice: what the first load leaves may have been made once for all, and the second adds
// hardly anything to it.
package soak

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
	"github.com/tornadogen/tornadogen/conformance/internal/targetapi"
)

// Run is one soak.
type Run struct {
	Clients int           // each has one connection, but for the moments between two
	Time    time.Duration // of both rounds, half each
	// Pause is how long a client waits between two things that it does, on average.
	Pause time.Duration
	// Slack is what may stay behind, and Growth what the second round may add to what stood after the first.
	Slack  Slack
	Growth Growth

	at     target.Addresses
	waits  time.Duration // for an answer; 0: patience
	open   atomic.Int64  // connections
	book   book
	middle atomic.Int64 // clients that have left in the middle of an answer which met back-pressure
	mu     sync.Mutex
	done   map[string]int64 // what clients of each kind have done; guarded by mu
	faults []string         // guarded by mu
	strays []string         // those that are errStray, for which the others leave room; guarded by mu
}

// Report is what came of a soak.
type Report struct {
	Clients      int
	Time         time.Duration
	Done         map[string]int64 // by kind of client
	Base         targetapi.Status
	First, After targetapi.Status // after each round
	Open         int64            // connections that were open at the same time, in the round that had fewer
	Faults       []string         // what went wrong
	// Asked is how many requests there were, with those that come before; of them Unanswered those whose client has left before an answer, and
	// Refused those that no handler has answered.
	Asked, Unanswered, Refused int64
	Middle                     int64 // clients that left in the middle of an answer that met back-pressure
	Settled                    time.Duration
}

// patience is how long a client waits for an answer, and settling the report for the server to be as it was: every five seconds it sends half
// of the workers away that it does not need. It has come to rest when its heap has not fallen for a while.
const (
	patience = 60 * time.Second
	settling = 2 * time.Minute
	poll     = 200 * time.Millisecond
	rest     = 10 // polls
)

// securedOf says how many clients of each kind speak TLS: one of so many. The kind TLS does in any case.
const securedOf = 8

// Play runs it against a target.
func (r *Run) Play(at target.Addresses) (*Report, error) {
	r.at, r.done = at, make(map[string]int64)
	r.round(min(r.Clients, 200), time.Second) // pools and workers that stay
	r.done, r.faults = make(map[string]int64), nil
	base, err := settle(at, nil)
	if err != nil {
		return nil, err
	}
	opened := r.round(r.Clients, r.Time/2)
	first, err := settle(at, func(now *targetapi.Status) bool { return len(r.Slack.judge(base, now)) == 0 })
	if err != nil {
		return nil, err
	}
	for _, f := range r.Slack.judge(base, first) {
		r.faults = append(r.faults, "first round: "+f)
	}
	opened = min(opened, r.round(r.Clients, r.Time/2))
	ended := time.Now()
	both := r.Slack.and(r.Growth)
	faults := func(now *targetapi.Status) []string {
		return append(both.judge(base, now), r.Growth.judge(first, now)...)
	}
	after, err := settle(at, func(now *targetapi.Status) bool { return len(faults(now)) == 0 })
	if err != nil {
		return nil, err
	}
	settled := time.Since(ended)
	var requests targetapi.Requests
	if err := get(at.Plain, "/requests", &requests); err != nil {
		return nil, err
	}
	report := &Report{
		Clients: r.Clients, Time: r.Time, Base: *base, First: *first, After: *after, Settled: settled, Open: opened, Done: r.done,
		Middle: r.middle.Load(), Faults: slices.Concat(r.strays, r.faults, faults(after), r.book.judge(&requests)),
	}
	for _, kind := range kinds {
		if r.done[kind.name] == 0 { // so nothing of what it demands was tried to its end
			report.Faults = append(report.Faults, kind.name+": no client has come to its end")
		}
	}
	report.Asked, report.Unanswered, report.Refused = r.book.count()
	if after.Torn < report.Middle {
		report.Faults = append(report.Faults, fmt.Sprintf("%d clients left in the middle of an answer, and %d answers were not sent to their end", report.Middle, after.Torn))
	}
	return report, nil
}

// round lets so many clients loose for a while, and returns when the last one has ended, with the connections that they had at the same time.
func (r *Run) round(clients int, length time.Duration) (most int64) {
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			sleep(ctx, time.Duration(i)*time.Second*2/time.Duration(clients)) // they come within two seconds
			r.let(ctx, i)
		})
	}
	for sleep(ctx, poll) {
		most = max(most, r.open.Load())
	}
	wg.Wait()
	return most
}

// let has a client do what its kind does until ctx ends.
func (r *Run) let(ctx context.Context, i int) {
	kind := kinds[i%len(kinds)]
	c := &client{run: r, ctx: ctx, id: i, kind: kind.name, secured: i/len(kinds)%securedOf == 0}
	for ctx.Err() == nil {
		if err := kind.play(c); err != nil {
			r.fault(kind.name, err, ctx.Err() == nil)
		}
		c.hangUp()
	}
	r.count(kind.name, c.done)
}

// fault notes what the server did wrong. Once the round is over a connection may fail, but an answer that belongs to another, or that was waited
// for in vain, is told always.
func (r *Run) fault(kind string, err error, during bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := &r.faults
	switch {
	case errors.Is(err, errStray):
		list = &r.strays
	case !during && !errors.Is(err, os.ErrDeadlineExceeded):
		return
	}
	if len(*list) < 100 {
		*list = append(*list, kind+": "+err.Error())
	}
}

func (r *Run) count(kind string, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[kind] += n
}

// sleep waits, and reports whether ctx goes on.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Slack is what the server may have more of than before.
type Slack struct{ Goroutines, Descriptors, Heap, Resident int64 }

// Strict is what stays behind on a machine of its own: a status that is asked for, the workers that idle for good, four for each loop, of which
// there is one for each processor, which need not all have begun before, and buffers in pools. The resident set holds pages that the heap uses
// in part, and stacks.
func Strict() Slack {
	return Slack{Goroutines: int64(4 * runtime.GOMAXPROCS(0)), Descriptors: 2, Heap: 4 << 20, Resident: 32 << 20}
}

func (s Slack) judge(base, after *targetapi.Status) (faults []string) {
	if n := after.Goroutines - base.Goroutines; n > s.Goroutines {
		faults = append(faults, fmt.Sprintf("%d goroutines are left over", n))
	}
	if n := after.Descriptors - base.Descriptors; n > s.Descriptors {
		faults = append(faults, fmt.Sprintf("%d descriptors are left over", n))
	}
	if n := after.Heap - base.Heap; n > s.Heap {
		faults = append(faults, fmt.Sprintf("%d bytes of the heap are left over", n))
	}
	if n := after.Resident - base.Resident; n > s.Resident {
		faults = append(faults, fmt.Sprintf("%d bytes of memory are left over", n))
	}
	if after.Open != 0 || after.Accepted != after.Endings {
		faults = append(faults, fmt.Sprintf("%d requests were accepted, %d have ended, %d are open", after.Accepted, after.Endings, after.Open))
	}
	if after.Astray != 0 {
		faults = append(faults, fmt.Sprintf("%d requests began or ended twice", after.Astray))
	}
	return faults
}

// Growth is what the server may hold more of after a second load than after the first, in bytes.
type Growth struct{ Heap, Resident int64 }

// StrictGrowth is what a second load adds on a machine of its own, whose peaks may be a little higher: what is made once for all is there. Each
// round is to be long enough for all clients to be there, some 15 s.
func StrictGrowth() Growth { return Growth{Heap: 1 << 20, Resident: 8 << 20} }

func (g Growth) judge(first, second *targetapi.Status) (faults []string) {
	if n := second.Heap - first.Heap; n > g.Heap {
		faults = append(faults, fmt.Sprintf("second round: it added %d bytes of the heap", n))
	}
	if n := second.Resident - first.Resident; n > g.Resident {
		faults = append(faults, fmt.Sprintf("second round: it added %d bytes of memory", n))
	}
	return faults
}

// and is what may stay behind after the second load.
func (s Slack) and(g Growth) Slack {
	s.Heap += g.Heap
	s.Resident += g.Resident
	return s
}

// settle asks for the status until it is good, and has come to rest, or the time is over. nil: any is that nobody is served at.
func settle(at target.Addresses, good func(*targetapi.Status) bool) (*targetapi.Status, error) {
	var last *targetapi.Status
	still := 0
	for begun := time.Now(); time.Since(begun) < settling; time.Sleep(poll) {
		now, err := status(at.Plain)
		if err != nil {
			return nil, err
		}
		if last != nil && now.Heap >= last.Heap-64<<10 && now.Goroutines >= last.Goroutines && now.Descriptors >= last.Descriptors {
			still++
		} else {
			still = 0
		}
		last = now
		if still >= rest && (good == nil && now.Open == 0 || good != nil && good(now)) {
			break
		}
	}
	return last, nil
}

func status(addr string) (*targetapi.Status, error) {
	var s targetapi.Status
	return &s, get(addr, "/status", &s)
}

// get asks the target for JSON.
func get(addr, path string, into any) error {
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	res, err := c.Get("http://" + addr + path)
	if err != nil {
		return err
	}
	err = json.NewDecoder(res.Body).Decode(into)
	return errors.Join(err, res.Body.Close())
}

// String is the report as a person reads it.
func (r *Report) String() string {
	var b strings.Builder
	total := int64(0)
	var names []string
	for name, n := range r.Done {
		total += n
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(&b, "%d clients, %d connections at the same time, %s, %d exchanges\n\n| clients | exchanges |\n| --- | ---: |\n", r.Clients, r.Open, r.Time, total)
	for _, name := range names {
		fmt.Fprintf(&b, "| %s | %d |\n", name, r.Done[name])
	}
	fmt.Fprintf(&b, "\n| the server | before | after the first round | after the second |\n| --- | ---: | ---: | ---: |\n")
	for _, row := range []struct {
		name               string
		before, first, now int64
	}{
		{"goroutines", r.Base.Goroutines, r.First.Goroutines, r.After.Goroutines},
		{"descriptors", r.Base.Descriptors, r.First.Descriptors, r.After.Descriptors},
		{"resident, KiB", r.Base.Resident >> 10, r.First.Resident >> 10, r.After.Resident >> 10},
		{"heap, KiB", r.Base.Heap >> 10, r.First.Heap >> 10, r.After.Heap >> 10},
		{"requests accepted", r.Base.Accepted, r.First.Accepted, r.After.Accepted},
		{"requests ended", r.Base.Endings, r.First.Endings, r.After.Endings},
		{"ended before their handler", r.Base.Unserved, r.First.Unserved, r.After.Unserved},
		{"answers not sent to their end", r.Base.Torn, r.First.Torn, r.After.Torn},
		{"begun or ended twice", r.Base.Astray, r.First.Astray, r.After.Astray},
		{"open", r.Base.Open, r.First.Open, r.After.Open},
	} {
		fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", row.name, row.before, row.first, row.now)
	}
	fmt.Fprintf(&b, "\n%d requests in all, %d without an answer, %d refused; %d clients left in the middle of an answer\n", r.Asked, r.Unanswered, r.Refused, r.Middle)
	fmt.Fprintf(&b, "\nsettled %s after the last client left; %d faults\n", r.Settled.Round(time.Millisecond), len(r.Faults))
	for _, f := range r.Faults {
		b.WriteString("    " + f + "\n")
	}
	return b.String()
}

// deadline is until when a client waits that begins to.
func (r *Run) deadline() time.Time { return time.Now().Add(cmp.Or(r.waits, patience)) }

// dial connects from one of several addresses, so that ports do not run out. A narrow connection takes little that is not read.
func (r *Run) dial(id int, to string, narrow bool) (*counted, error) {
	d := net.Dialer{Deadline: r.deadline(), LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+id%100))}}
	if narrow {
		d.Control = tighten
	}
	conn, err := d.Dial("tcp4", to)
	if err != nil {
		return nil, err
	}
	r.open.Add(1)
	return &counted{TCPConn: conn.(*net.TCPConn), of: &r.open}, conn.SetDeadline(r.deadline())
}

// tighten makes the buffers small on both sides of a connection that is to be, to some 75 KB on Linux: the receiver's by its own size, and the
// sender's by that of its segments, from which its first size comes. A usual connection over loopback takes 4 MB.
func tighten(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = errors.Join(
			syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096),
			syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1400),
		)
	})
	return errors.Join(err, failed)
}

// counted is a connection that is counted until it is closed.
type counted struct {
	*net.TCPConn
	of   *atomic.Int64
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.of.Add(-1) })
	return c.TCPConn.Close()
}
