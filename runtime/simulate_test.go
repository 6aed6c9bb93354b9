//go:build loopcheck

package tornado

import (
	"bufio"
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/interleave"
	"github.com/tornadogen/tornadogen/runtime/internal/loop"
	"github.com/tornadogen/tornadogen/runtime/internal/poll/polltest"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

var (
	simulateFor    = flag.Duration("simulate", 500*time.Millisecond, "how long each scenario of TestSimulation is tried")
	simulateDepth  = flag.Int("depth", 2, "places at which an order departs from the first one")
	simulateOrders = flag.Int("orders", 2000, "orders of a scenario, and as many random ones")
	simulateSeed   = flag.Uint64("seed", 1, "of the first random order")
)

// world is a server over a network in memory, whose goroutines run one at a time.
type world struct {
	*interleave.Run
	net    *polltest.Net
	engine *worker.Engine
	svc    *service
	ln     *loop.Listener
	peers  []*simPeer

	given   []*reply
	streams []*EventStream[string]
	sockets []*chatSocket
	ends    []*int // how often each stream and socket has told of its end
	blocked int    // handlers that block until released
	release bool   // they may go on
	ending  bool   // every request is to have ended before the drain
	serving map[*worker.Conn]bool
	frames  map[worker.Frame]bool
	closed  map[*worker.Conn]int
	opened  int
	judged  bool
}

// reply is one deferred answer, as the judge sees it.
type reply struct {
	d     *Deferred
	query string
	won   int // answers that were taken
	done  int // calls of OnDone
}

// simPeer is a client, and what it is due.
type simPeer struct {
	*polltest.Peer
	name string
	want []string // bodies, in their order
	left bool     // it has gone, and need not get them
	// judge says what is wrong with what was received; nil: it is what want says
	judge func(received string) string
}

// newWorld makes a server whose deferred operation leaves its replies in the world, and which echoes bodies.
func newWorld(r *interleave.Run, opts ...Option) *world {
	origin := time.Now()
	w := &world{
		Run: r, net: polltest.NewAt(origin), serving: make(map[*worker.Conn]bool), frames: make(map[worker.Frame]bool),
		closed: make(map[*worker.Conn]int),
	}
	api := deferring(func(ctx context.Context, d *Deferred) {
		query := Raw(ctx).Query()
		g := &reply{d: d, query: query}
		d.OnDone(func() { g.done++ })
		w.given = append(w.given, g)
		switch {
		case strings.HasPrefix(query, "slow"):
			w.blocked++
			w.Await("blocks", func() bool { return w.release || w.judged })
			d.After(5*time.Hour, func() bool { return w.won(g, AnswerWith(d, query, writeText)) })
		case strings.HasPrefix(query, "after"):
			d.After(time.Hour, func() bool { return w.won(g, AnswerWith(d, query, writeText)) })
		case strings.HasPrefix(query, "now"):
			w.won(g, AnswerWith(d, query, writeText))
		case strings.HasPrefix(query, "panic"):
			panic(query)
		}
	}, WithDeferredTimeout(1000*time.Hour), WithAPILogger(slog.New(slog.DiscardHandler)))
	held := opEcho
	held.ID, held.Path = "held", "/held"
	Register(api, &held, (*echoRequest).decode, func(_ context.Context, req *echoRequest) (string, error) { return string(req.Body), nil }, writeText)
	w.addStreams(api)
	w.addSockets(api)
	const never = 5000 * time.Hour
	s := NewServer(append([]Option{
		WithLogger(slog.New(slog.DiscardHandler)), WithLoops(1), WithLimits(Limits{Workers: 3}),
		WithTimeouts(Timeouts{Header: never, Body: never, Stream: never, Write: never, Idle: never, HalfClose: time.Hour}),
		WithMount("/echo", http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
			body, err := io.ReadAll(req.Body)
			if err == nil {
				_, _ = rw.Write(body)
			}
		})),
	}, opts...)...).Handle(api)
	w.svc = s.newService(context.Background())
	o := s.workerOptions(checked{w.svc, w})
	o.Pollers = func() (loop.Poller, error) { return polltest.Stepped(w.net, r), nil }
	loop.Stage = r
	simulatedClock = func() time.Time { return origin.Add(w.net.Now()) }
	var err error
	if w.engine, err = worker.New(o); err != nil {
		panic(err)
	}
	w.svc.servedBy(w.engine)
	w.ln = w.net.Listen()
	l := worker.NewListener(w.ln)
	l.Tag = w.svc
	if err := w.engine.AddListener(l); err != nil {
		panic(err)
	}
	r.Go("engine", func() { _ = w.engine.Run() })
	return w
}

func (w *world) won(g *reply, first bool) bool {
	if first {
		g.won++
	}
	return first
}

// checked holds the calls of a service against the rules of package worker.
type checked struct {
	*service
	w *world
}

func (c checked) Serve(conn *worker.Conn, f worker.Frame) worker.Next {
	defer c.enter(conn, f)()
	return c.service.Serve(conn, f)
}

func (c checked) enter(conn *worker.Conn, f worker.Frame) func() {
	w := c.w
	if w.serving[conn] {
		w.Failf("a connection is served by two")
	}
	if w.closed[conn] > 0 {
		w.Failf("a connection is served after its end")
	}
	if w.frames[f] {
		w.Failf("a frame is lent to two")
	}
	w.serving[conn], w.frames[f] = true, true
	return func() { w.serving[conn], w.frames[f] = false, false }
}

func (c checked) Hangup(conn *worker.Conn, full bool) {
	if c.w.closed[conn] > 0 {
		c.w.Failf("a hang-up is told after the end")
	}
	c.service.Hangup(conn, full)
}

func (c checked) Closed(conn *worker.Conn) {
	if c.w.closed[conn]++; c.w.closed[conn] > 1 {
		c.w.Failf("a connection has ended twice")
	}
	c.service.Closed(conn)
}

// dial adds a client that sends pieces, one at a time, and is due bodies.
func (w *world) dial(name string, pieces []string, want ...string) *simPeer {
	p := &simPeer{Peer: w.net.Dial(w.ln), name: name, want: want}
	w.peers = append(w.peers, p)
	w.opened++
	w.Go(name, func() {
		for _, piece := range pieces {
			w.Step("sends " + piece)
			p.Send(piece)
		}
	})
	return p
}

// answerAll adds an actor that answers each reply with its name behind text, as soon as it is there, n in all.
func (w *world) answerAll(name string, n int, text string) {
	w.Go(name, func() {
		for i := range n {
			w.Await("waits for a reply", func() bool { return len(w.given) > i || w.judged })
			if len(w.given) <= i {
				return // the request has never come
			}
			g := w.given[i]
			w.Step("answers")
			w.won(g, AnswerWith(g.d, text, writeText))
		}
	})
}

// waits reports whether the i-th reply was given and its handler has returned.
func (w *world) waits(i int) bool { return len(w.given) > i && !w.given[i].d.attended }

// judge checks that nothing was lost, and ends the server.
func (w *world) judge() {
	w.judged = true
	for _, p := range w.peers {
		w.judgePeer(p)
	}
	w.judgeEnds(w.ending)
	for range 3 { // whoever has closed its side is waited for for a while
		if w.ending {
			w.net.Advance(2 * time.Hour)
			w.Settle()
		}
	}
	for i, g := range w.given {
		if w.ending && g.done != 1 {
			w.Failf("reply %d has ended %d times before the drain", i, g.done)
		}
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	w.Go("judge", func() { _ = w.engine.Drain(over) })
	w.Finish()
	w.svc.endings.Wait()
	if list := w.Waiting(); len(list) > 0 {
		w.Failf("still there in the end: %v", list)
	}
	for _, fault := range w.net.Faults() {
		w.Failf("%s", fault)
	}
	if n := w.net.Open(); n != 0 {
		w.Failf("%d descriptors are open in the end", n)
	}
	if len(w.closed) != w.opened {
		w.Failf("%d connections were opened, %d have ended", w.opened, len(w.closed))
	}
	if n := w.svc.server.bodies.Taken(); n != 0 {
		w.Failf("%d bytes of bodies are counted in the end", n)
	}
	w.judgeEnds(true)
	for i, g := range w.given {
		if g.done != 1 || g.won > 1 {
			w.Failf("reply %d has ended %d times, %d answers have won", i, g.done, g.won)
		}
		if g.d.state != deferredOver || g.d.hooks != nil || g.d.answer != nil {
			w.Failf("reply %d keeps something beyond its end", i)
		}
	}
	loop.Stage, simulatedClock = nil, nil
}

// judgeEnds checks that each stream and socket has told of its end once at most, and if all have ended, once.
func (w *world) judgeEnds(all bool) {
	for i, n := range w.ends {
		if *n > 1 || all && *n != 1 {
			w.Failf("stream or socket %d has ended %d times", i, *n)
		}
	}
}

// judgePeer checks that a client got what it is due, in order, and nothing else: a part of it if it has left.
func (w *world) judgePeer(p *simPeer) {
	text := p.Received()
	if p.judge != nil {
		if wrong := p.judge(text); wrong != "" {
			w.Failf("%s: %s; it has received %q", p.name, wrong, text)
		}
		return
	}
	r := bufio.NewReader(strings.NewReader(text))
	var got []string
	for {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			break
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			break
		}
		got = append(got, string(body))
	}
	if len(got) > len(p.want) || !matches(got, p.want[:len(got)]) || len(got) < len(p.want) && !p.left {
		w.Failf("%s got %q and is due %q; it has received %q", p.name, got, p.want, text)
	}
}

// matches compares bodies; several that are allowed are separated by |.
func matches(got, want []string) bool {
	return slices.EqualFunc(got, want, func(g, w string) bool { return slices.Contains(strings.Split(w, "|"), g) })
}

func simGet(target string) string { return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n" }

// simUpload is a request whose body comes in two pieces.
func simUpload() []string {
	return []string{"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nabcd", "efgh"}
}

// halves cuts a text in two.
func halves(text string) []string { return []string{text[:len(text)/2], text[len(text)/2:]} }

// scenario is what TestSimulation tries in every order.
type scenario struct {
	name string
	play func(w *world)
}

// TestSimulation plays loop, worker, handler, deferred answer, client, clock and drain against one another in every order up to a
// depth, and in random ones. What must hold in each: a connection has one owner and one end, a request one answer and one end, no
// wake-up is lost, nobody gets bytes of another connection, and no descriptor is used after its end.
func TestSimulation(t *testing.T) {
	for _, s := range slices.Concat(scenarios, streamScenarios, socketScenarios) {
		t.Run(s.name, func(t *testing.T) {
			o := interleave.Options{
				Depth: *simulateDepth, Orders: *simulateOrders, Random: *simulateOrders, Seed: *simulateSeed, Limit: *simulateFor,
			}
			interleave.Explore(t, o, func(r *interleave.Run) func() {
				w := newWorld(r)
				s.play(w)
				return w.judge
			})
		})
	}
}
