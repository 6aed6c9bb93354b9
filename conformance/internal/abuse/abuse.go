// Package abuse does to a server what hostile clients do, and looks at the good one meanwhile: how long it waits, and what the server
// holds.
package abuse

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
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

// Timeouts are those of the target: the defaults, shortened, so that what they end is seen to end. That of a handshake is given, 0 for the default.
func Timeouts(handshake time.Duration) tornado.Option {
	return tornado.WithTimeouts(tornado.Timeouts{
		Handshake: handshake, Header: time.Second, Body: time.Second, Stream: time.Second, Write: time.Second, Idle: 10 * time.Second,
	})
}

// Limits are those of the target: the defaults, but that the bodies of all requests may take together what they may where GOMEMLIMIT is 320 MiB.
var Limits = tornado.WithLimits(tornado.Limits{Bodies: 160 << 20})

// An Attack is one way to be a bad client.
type Attack struct {
	Name string
	Does string // what the server does about it: statuses that it begins with, or that come behind a comma, are demanded
	// Bound is the one that counts it, as tornado.Bound names it; "" where none is met, since it costs what it sends.
	Bound string
	// Meter is the metric that counts it where it meets no bound; "" for that of requests.
	Meter string
	// like is how many requests of an honest client a round may cost the server, of an attack that meets no bound.
	like int
	// clients are how many there are, so many at most in the short version.
	clients int
	// once is what one of them does, again and again. It returns what the server did wrong.
	once func(a *attacker) error
	// secure says that it is over TLS: a good client comes over TLS, too.
	secure bool
	// within is the time in which the clients come, one after the other, and the attack lasts twice as long: as many as there are then stay. 0: they all come
	// at once. The short version has less time.
	within time.Duration
	// restless clients do not rest between two rounds.
	restless bool
}

// attacker is one bad client.
type attacker struct {
	ctx   context.Context
	at    target.Addresses
	id    int
	lasts time.Duration    // the attack
	told  func(status int) // of each answer, if it is not nil
}

// Plan is how attacks are played.
type Plan struct {
	Rounds int           // each is a while without the attack, and one with it
	Usual  time.Duration // without; behind either, the server has a third of it for what is left over from clients that are gone
	Attack time.Duration // with
	Most   int           // clients of an attack
	Whole  bool          // the first round of each client is played to its end, though the attack is over: it meets its bound, however slow the machine
}

// Row is what an attack came to.
type Row struct {
	Attack
	Rounds    int             // by all clients
	Waits     map[string]Wait // by the way that a good client comes
	Processor float64         // of the server during the attack: 1 is a processor that does nothing else
	Peak      int64           // bytes of the server's resident set
	Counted   int64           // by what counts it, without what it counted of good clients
	Honest    time.Duration   // of a processor for a request of an honest client
	Round     time.Duration   // of a processor for a round of the attack, without what good clients asked meanwhile
	Faults    []string
	Statuses  map[int]int // how often each was answered

	mu     sync.Mutex // of Rounds, Faults, Statuses and asked, while there are clients
	asked  int        // requests of honest clients, beside whom the usual p99 is measured
	honest time.Duration
}

// Wait is how long a good client waits.
type Wait struct {
	Usual, P99 time.Duration
	Before     int // answers that it got without the attack
	Good       int // and during it
}

// Times is how many times the usual p99 is that during the attack.
func (w Wait) Times() float64 { return float64(w.P99) / float64(w.Usual) }

// honest is how many others there are while the usual p99 is measured.
const honest = 8

// Run plays an attack against targets, and looks at good clients without and with it in turn: what the machine does beside is in both. Each
// round has a target of its own, which spawn starts: one that has been attacked has more memory than usual, and so collects less often
// afterwards. Without the attack there are eight honest clients, which ask without a rest. The error is that of a target which did not start, or
// did not end as it should.
func Run(a Attack, spawn func() (*target.Child, error), p Plan) (*Row, error) {
	row := &Row{Attack: a, Waits: make(map[string]Wait), Statuses: make(map[int]int)}
	if p.Most >= a.clients {
		p.Attack = max(p.Attack, 2*a.within)
	}
	var usual, attacked rounds
	for range p.Rounds {
		child, err := spawn()
		if err != nil {
			return nil, err
		}
		before, during := row.round(child, p)
		usual, attacked = append(usual, before), append(attacked, during)
		if err := child.Stop(); err != nil {
			return nil, fmt.Errorf("the target of %s: %w", a.Name, err)
		}
	}
	for _, way := range attacked.ways() {
		row.Waits[way] = Wait{Usual: usual.p99(way), P99: attacked.p99(way), Before: usual.count(way), Good: attacked.count(way)}
	}
	row.share(time.Duration(row.Processor*float64(p.Attack))*time.Duration(p.Rounds), usual, attacked)
	return row, nil
}

// Alone watches good clients of a target for a while that has nothing else to do, and returns the 99th percentile of each way that they come.
func Alone(spawn func() (*target.Child, error), d time.Duration) (map[string]time.Duration, error) {
	child, err := spawn()
	if err != nil {
		return nil, err
	}
	row := &Row{Attack: Attack{secure: true}}
	list := rounds{row.watch(child, d, func(context.Context, *sync.WaitGroup) {})}
	for _, f := range row.Faults {
		err = errors.Join(err, errors.New(f))
	}
	if err := errors.Join(err, child.Stop()); err != nil {
		return nil, fmt.Errorf("a good client alone: %w", err)
	}
	p99 := make(map[string]time.Duration)
	for _, way := range list.ways() {
		p99[way] = list.p99(way)
	}
	return p99, nil
}

// round watches good clients of a target without the attack, and with it.
func (row *Row) round(child *target.Child, p Plan) (usual, attacked latencies) {
	begun := busy(child.PID())
	usual = row.watch(child, p.Usual, func(ctx context.Context, wg *sync.WaitGroup) {
		for range honest {
			wg.Go(func() { row.beHonest(ctx, child) })
		}
	})
	row.honest += busy(child.PID()) - begun
	time.Sleep(p.Usual / 3)
	begun, counted := busy(child.PID()), row.counted(child)
	attacked = row.watch(child, p.Attack, func(ctx context.Context, wg *sync.WaitGroup) {
		var bad sync.WaitGroup
		row.attack(ctx, &bad, child, p)
		done := make(chan struct{})
		wg.Go(func() {
			defer close(done)
			bad.Wait()
		})
		wg.Go(func() { row.weigh(child, done) })
	})
	row.Processor += (busy(child.PID()) - begun).Seconds() / (p.Attack.Seconds() * float64(p.Rounds))
	time.Sleep(p.Usual / 3)
	row.count(child, counted+row.good(attacked))
	return usual, attacked
}

// weigh notes how much memory the target holds, until done.
func (row *Row) weigh(child *target.Child, done <-chan struct{}) {
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		row.Peak = max(row.Peak, resident(child.PID()))
		select {
		case <-done:
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// good is what of the attack's meter are good clients, to whom no bound is counted.
func (row *Row) good(l latencies) (n int64) {
	for way, list := range l {
		if row.meter() == target.Requests || row.meter() == target.Accepted && way != wayKept {
			n += int64(len(list))
		}
	}
	return n
}

// count adds what the attack's meter has counted since it was at before. What was not seen is waited for: a busy server comes to it later.
func (row *Row) count(child *target.Child, before int64) {
	counted := row.Counted
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if row.meter() == target.Requests {
			before++ // the request by which it was asked last
		}
		row.Counted = counted + row.counted(child) - before
		if row.unseen() == nil || time.Since(begun) > 5*time.Second {
			return
		}
	}
}

// unseen tells that what counts the attack has not: a bound at all, and what else counts it each round.
func (row *Row) unseen() error {
	if row.Counted > 0 && (row.Bound != "" || row.Counted >= int64(row.Rounds)) {
		return nil
	}
	return fmt.Errorf("%s grew by %d in %d rounds: what is done is not seen", row.meter(), row.Counted, row.Rounds)
}

// answered notes the status of an answer.
func (row *Row) answered(status int) {
	row.mu.Lock()
	defer row.mu.Unlock()
	row.Statuses[status]++
}

// statusIn finds the statuses that an attack is to be answered with.
var statusIn = regexp.MustCompile(`(?:^|, )([45]\d\d)\b`)

// unsaid tells that the server has never done what it is said to do about the attack, but ended the connection each time, or something else.
func (row *Row) unsaid() error {
	for _, m := range statusIn.FindAllStringSubmatch(row.Does, -1) {
		if status, _ := strconv.Atoi(m[1]); row.Statuses[status] == 0 {
			return fmt.Errorf("%d was never answered, but %v", status, row.Statuses)
		}
	}
	return nil
}

// meter is what counts the attack: its bound, or a metric.
func (row *Row) meter() string { return cmp.Or(row.Bound, row.Meter, target.Requests) }

// counted is how often the target has counted the attack.
func (row *Row) counted(child *target.Child) int64 {
	res, err := http.Get("http://" + child.Plain + "/status")
	if err != nil {
		row.fault(err)
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	var status struct{ Bounds map[string]int64 }
	row.fault(json.NewDecoder(res.Body).Decode(&status))
	return status.Bounds[row.meter()]
}

// watch has the others do what they do for a while, and returns how long good clients have waited, each time.
func (row *Row) watch(child *target.Child, d time.Duration, others func(ctx context.Context, wg *sync.WaitGroup)) latencies {
	good, err := beGood(child.Addresses, row.secure, d) // it is there before, and d begins with it: on a busy machine a process takes long to start
	if err != nil {
		row.fault(err)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var wg sync.WaitGroup
	others(ctx, &wg)
	list, err := good.end()
	wg.Wait()
	if err != nil {
		row.fault(fmt.Errorf("a good client: %w", err))
	}
	return list
}

// attack has clients be bad.
func (row *Row) attack(ctx context.Context, wg *sync.WaitGroup, child *target.Child, p Plan) {
	clients := min(row.clients, p.Most)
	within := min(row.within, p.Attack/2)
	for i := range clients {
		wg.Go(func() {
			bad := &attacker{ctx: ctx, at: child.Addresses, id: i, lasts: p.Attack, told: row.answered}
			bad.pause(within * time.Duration(i) / time.Duration(clients))
			for whole := p.Whole; ctx.Err() == nil; whole = false {
				if whole {
					bad.ctx = context.WithoutCancel(ctx)
				}
				row.fault(row.once(bad))
				bad.ctx = ctx
				row.mu.Lock()
				row.Rounds++
				row.mu.Unlock()
				if !row.restless {
					bad.pause(pace)
				}
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
	// The system would take megabytes that the server never reads, at the cost of the processor that good clients share.
	if err := conn.(*net.TCPConn).SetWriteBuffer(64 << 10); err != nil {
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
	go pour(conn, text)
	return a.wants(conn, statuses...)
}

// pour sends text, or what of it the server reads. It does so in pieces: the kernel lets nobody run while it takes megabytes from one, and good
// clients, which share the processor with bad ones, would wait for that, and not for the server.
func pour(conn net.Conn, text string) {
	piece := make([]byte, min(len(text), 64<<10))
	for len(text) > 0 {
		n := copy(piece, text)
		if _, err := conn.Write(piece[:n]); err != nil {
			return
		}
		text = text[n:]
	}
}

// wants reads an answer, and demands one of the statuses; with 0 among them the connection may have ended instead.
func (a *attacker) wants(conn net.Conn, statuses ...int) error {
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		if slices.Contains(statuses, 0) && !errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if a.told != nil {
		a.told(res.StatusCode)
	}
	if !slices.Contains(statuses, res.StatusCode) {
		return fmt.Errorf("%s, not %v", res.Status, statuses)
	}
	return nil
}
