package nats_test

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/pubsub"
	"github.com/tornadogen/tornadogen/runtime/pubsub/nats"
)

const (
	eventually = 20 * time.Second
	tick       = 5 * time.Millisecond
)

// node is a NATS server in this process, which can be restarted: its messages stand in dir.
type node struct {
	t    *testing.T
	dir  string
	port int
	s    *server.Server
	all  []*natsgo.Conn // of its processes
}

func startNode(t *testing.T) *node {
	t.Helper()
	n := &node{t: t, dir: t.TempDir(), port: server.RANDOM_PORT}
	n.start()
	t.Cleanup(n.stop)
	return n
}

func (n *node) start() {
	n.t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: n.port, JetStream: true, StoreDir: n.dir, NoLog: true, NoSigs: true})
	require.NoError(n.t, err)
	go s.Start()
	require.True(n.t, s.ReadyForConnections(eventually))
	n.s = s
	_, err = fmt.Sscanf(s.ClientURL(), "nats://127.0.0.1:%d", &n.port)
	require.NoError(n.t, err)
}

func (n *node) stop() {
	n.s.Shutdown()
	n.s.WaitForShutdown()
}

// process is what one of several servers has: a connection and a topic of its own.
func (n *node) process() *pubsub.Topic[string] {
	n.t.Helper()
	nc, err := natsgo.Connect("nats://127.0.0.1:"+strconv.Itoa(n.port), natsgo.MaxReconnects(-1), natsgo.ReconnectWait(20*time.Millisecond))
	require.NoError(n.t, err)
	n.t.Cleanup(nc.Close)
	n.all = append(n.all, nc)
	backend, err := nats.New(n.t.Context(), nc)
	require.NoError(n.t, err)
	return pubsub.NewTopic[string]("room 1.>", pubsub.WithBackend(backend))
}

// client gets messages until it leaves, and knows the last one.
type client struct {
	mu   sync.Mutex
	got  []string
	last string
	done func()
}

func (c *client) Deliver(m *tornado.Message[string]) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got, c.last = append(c.got, m.Data), m.ID
	return nil
}
func (c *client) SendMessage(m *tornado.Message[string]) error { return c.Deliver(m) }
func (c *client) OnDone(fn func())                             { c.done = fn }

func (c *client) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.got...)
}

func (c *client) lastID() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

func numbers(from, to int) (all []string) {
	for i := from; i < to; i++ {
		all = append(all, strconv.Itoa(i))
	}
	return all
}

func publish(t *testing.T, topic *pubsub.Topic[string], texts []string) {
	t.Helper()
	for _, text := range texts {
		require.NoError(t, topic.Publish(t.Context(), text))
	}
}

func TestTwoProcesses(t *testing.T) {
	n := startNode(t)
	here, there := n.process(), n.process()
	a, b := &client{}, &client{}
	require.NoError(t, here.Subscribe(t.Context(), a))
	require.NoError(t, there.Subscribe(t.Context(), b))
	publish(t, here, numbers(0, 50))
	publish(t, there, numbers(50, 100))
	for _, c := range []*client{a, b} {
		require.Eventually(t, func() bool { return len(c.all()) == 100 }, eventually, tick)
		require.Equal(t, numbers(0, 100), c.all())
	}

	// A client leaves one server, misses something, and comes back at the other one.
	a.done()
	last := a.last
	publish(t, here, numbers(100, 150))
	back := &client{}
	require.NoError(t, there.SubscribeAfter(t.Context(), last, back))
	publish(t, here, numbers(150, 160))
	require.Eventually(t, func() bool { return len(back.all()) == 60 }, eventually, tick)
	require.Equal(t, numbers(100, 160), back.all())

	history, gap, err := here.History(t.Context(), "")
	require.NoError(t, err)
	require.False(t, gap)
	require.Len(t, history, 160)
}

// TestExample runs what the example shows: another process hears of it.
func TestExample(t *testing.T) {
	n := startNode(t)
	conn, err := natsgo.Connect(n.s.ClientURL())
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	backend, err := nats.New(t.Context(), conn)
	require.NoError(t, err)
	heard := make(chan petapi.Pet, 1)
	next := pubsub.Once(func(m *tornado.Message[petapi.Pet]) { heard <- m.Data }, func(func()) {})
	require.NoError(t, pubsub.NewTopic[petapi.Pet]("news", pubsub.WithBackend(backend)).Subscribe(t.Context(), next))
	require.NoError(t, announce(t.Context(), n.s.ClientURL(), petapi.Pet{Name: "Mia"}))
	select {
	case pet := <-heard:
		require.Equal(t, "Mia", pet.Name)
	case <-time.After(eventually):
		t.Fatal("nothing is heard")
	}
}

// publisher publishes numbers, one after the other, until it is stopped.
type publisher struct {
	accepted, failed atomic.Int64
	texts            []string // of those accepted; to be read behind stop
	stop             func()
}

func startPublisher(t *testing.T, topic *pubsub.Topic[string]) *publisher {
	t.Helper()
	p := &publisher{}
	var running sync.WaitGroup
	stopped := make(chan struct{})
	p.stop = sync.OnceFunc(func() {
		close(stopped)
		running.Wait()
	})
	t.Cleanup(p.stop)
	running.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stopped:
				return
			default:
			}
			ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
			if topic.Publish(ctx, strconv.Itoa(i)) == nil {
				p.texts = append(p.texts, strconv.Itoa(i))
				p.accepted.Add(1)
			} else {
				p.failed.Add(1)
			}
			cancel()
		}
	})
	return p
}

// more waits until n has grown.
func more(t *testing.T, n *atomic.Int64, what string) {
	t.Helper()
	before := n.Load()
	require.Eventually(t, func() bool { return n.Load() >= before+5 }, eventually, tick, what)
}

// TestNodeComesBack takes the node away from those who publish and those who wait, and brings it back: Publish fails meanwhile, what it
// has accepted reaches all, nothing does twice, and all in order.
func TestNodeComesBack(t *testing.T) {
	n := startNode(t)
	here, there := n.process(), n.process()
	c := &client{}
	require.NoError(t, there.Subscribe(t.Context(), c))
	p := startPublisher(t, here)
	more(t, &p.accepted, "before")
	n.stop()
	more(t, &p.failed, "while the node is away")
	accepted := p.accepted.Load()
	more(t, &p.failed, "while the node is away")
	require.Equal(t, accepted, p.accepted.Load(), "nobody was there to accept them")
	n.start()
	more(t, &p.accepted, "when the node is back")
	p.stop()
	publish(t, here, []string{"end"})
	require.Eventually(t, func() bool { got := c.all(); return len(got) > 0 && got[len(got)-1] == "end" }, eventually, tick)
	got := c.all()
	require.Subset(t, got, p.texts)
	last := -1
	for _, text := range got[:len(got)-1] {
		number, err := strconv.Atoi(text)
		require.NoError(t, err)
		require.Greater(t, number, last, "twice, or out of order")
		last = number
	}
	t.Logf("%d accepted, %d failed, %d delivered", p.accepted.Load(), p.failed.Load(), len(got)-1)
}

// TestNodeLosesItsStore has the node come back empty. Whoever needs the stream first makes it again, be it who publishes, who comes back or who
// begins; then who waits gets what is new, and who comes back is told that something is missing.
func TestNodeLosesItsStore(t *testing.T) {
	for name, again := range map[string]func(t *testing.T, n *node, here *pubsub.Topic[string]){
		"who publishes": func(*testing.T, *node, *pubsub.Topic[string]) {},
		"who comes back": func(t *testing.T, _ *node, here *pubsub.Topic[string]) {
			history, gap, err := here.History(t.Context(), "7")
			require.NoError(t, err)
			require.True(t, gap)
			require.Empty(t, history)
		},
		"who subscribes": func(t *testing.T, n *node, _ *pubsub.Topic[string]) {
			require.NoError(t, n.process().Subscribe(t.Context(), &client{}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := startNode(t)
			here := n.process()
			a := &client{}
			require.NoError(t, here.Subscribe(t.Context(), a))
			publish(t, here, numbers(0, 50))
			require.Eventually(t, func() bool { return len(a.all()) == 50 }, eventually, tick)
			last := a.lastID()
			n.stop()
			p := startPublisher(t, here) // of nothing, until it has failed
			more(t, &p.failed, "while there is no node")
			p.stop()
			require.Zero(t, p.accepted.Load())
			n.dir = t.TempDir()
			n.start()
			for _, nc := range n.all {
				require.Eventually(t, nc.IsConnected, eventually, tick)
			}
			again(t, n, here)

			publish(t, here, numbers(50, 60))
			there := n.process()
			history, gap, err := there.History(t.Context(), last)
			require.NoError(t, err)
			require.True(t, gap, "fewer messages than the client has seen")
			require.Len(t, history, 10)
			require.Eventually(t, func() bool { return len(a.all()) >= 60 }, eventually, tick)
			require.Subset(t, a.all(), numbers(0, 60))

			history, gap, err = there.History(t.Context(), "")
			require.NoError(t, err)
			require.False(t, gap)
			require.Len(t, history, 10)
			history, gap, err = there.History(t.Context(), history[9].ID)
			require.NoError(t, err)
			require.False(t, gap)
			require.Empty(t, history)
			history, gap, err = there.History(t.Context(), strconv.Itoa(math.MaxInt64)) // as of a store that was set back
			require.NoError(t, err)
			require.True(t, gap)
			require.Len(t, history, 10)
		})
	}
}

// TestStreamIsAwayForAMoment: as while a cluster looks for another leader. Publish tries again, and makes nothing.
func TestStreamIsAwayForAMoment(t *testing.T) {
	n := startNode(t)
	here := n.process()
	publish(t, here, numbers(0, 5))
	require.NoError(t, n.s.DisableJetStream())
	time.AfterFunc(150*time.Millisecond, func() { assert.NoError(t, n.s.EnableJetStream(&server.JetStreamConfig{StoreDir: n.dir})) })
	publish(t, here, numbers(5, 6))
	history, gap, err := here.History(t.Context(), "")
	require.NoError(t, err)
	require.False(t, gap)
	require.Len(t, history, 6)
}

func TestOldMessagesAreAGap(t *testing.T) {
	n := startNode(t)
	nc, err := natsgo.Connect("nats://127.0.0.1:" + strconv.Itoa(n.port))
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	backend, err := nats.New(t.Context(), nc, nats.WithStream("SMALL"), nats.WithMaxBytes(2000), nats.WithMaxAge(time.Minute), nats.WithReplicas(1),
		nats.WithStorage(jetstream.MemoryStorage))
	require.NoError(t, err)
	topic := pubsub.NewTopic[string]("room", pubsub.WithBackend(backend))
	publish(t, topic, numbers(0, 200))
	history, gap, err := topic.History(t.Context(), "1")
	require.NoError(t, err)
	require.True(t, gap)
	require.NotEmpty(t, history)
	require.Equal(t, "199", history[len(history)-1].Data)
}
