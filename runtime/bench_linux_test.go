package tornado

import (
	"context"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/poll"
	"github.com/tornadogen/tornadogen/runtime/internal/worker"
)

const (
	benchGet  = "GET /pets/1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"
	benchBody = `{"id":17,"name":"Barnaby the Third","tags":["house-trained","vaccinated","senior"],"price":1249.95,` +
		`"description":"Calm with children, wary of cats; has been with us since March and walks twice a day."}`
)

var benchPost = "POST /pets HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\nContent-Length: " +
	strconv.Itoa(len(benchBody)) + "\r\n\r\n" + benchBody

// BenchmarkGet and BenchmarkPost are all that a request costs outside of the kernel: loop, worker, parser, router, decoding,
// handler, encoding. 64 connections are always ready.
func BenchmarkGet(b *testing.B) { benchmarkRequest(b, benchGet) }

func BenchmarkPost(b *testing.B) { benchmarkRequest(b, benchPost) }

func BenchmarkPipelined(b *testing.B) {
	all := ""
	for range 16 {
		all += benchGet
	}
	benchmarkRequest(b, all)
}

func BenchmarkGetMeasured(b *testing.B) { benchmarkRequest(b, benchGet, (*Server).Measure) }

func benchmarkRequest(b *testing.B, request string, opts ...Option) {
	serve := serveCanned(b, benchAPI(), request, fewConnections, int64(b.N), opts...)
	b.ReportAllocs()
	b.ResetTimer()
	before := cpuTime(b)
	serve()
	b.StopTimer()
	b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

func benchAPI() *API {
	api := NewAPI(Info{})
	RegisterPtr(api, &opGetPet, (*getPetRequest).decode, func(ctx context.Context, req *getPetRequest) (*benchPet, error) { return getPet(ctx, *req) }, writePet)
	RegisterPtr(api, &opCreatePet, (*createPetRequest).decode, func(ctx context.Context, req *createPetRequest) (*benchPet, error) { return createPet(ctx, *req) }, writePet)
	return api
}

const fewConnections = 64

// BenchmarkGetAmong is BenchmarkGet with more connections, which all are always ready: a request costs no more for them than its
// connection takes to come into the cache again.
func BenchmarkGetAmong(b *testing.B) {
	for _, connections := range []int{fewConnections, 1000, 5000, 15_000} {
		b.Run(strconv.Itoa(connections), func(b *testing.B) {
			serve := serveCanned(b, benchAPI(), benchGet, connections, int64(b.N))
			b.ReportAllocs()
			b.ResetTimer()
			before := cpuTime(b)
			serve()
			b.StopTimer()
			b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}

// serveCanned makes what answers request as often as n says, on connections that are always ready. All has ended when tb has.
func serveCanned(tb testing.TB, api *API, request string, connections int, n int64, opts ...Option) (serve func()) {
	s := NewServer(append(opts, WithLoops(1))...).Handle(api)
	s.timeouts.DrainIdle = time.Millisecond // nobody has anything more to ask
	canned := &cannedNet{systemCalls: poll.Plain(), origin: time.Now(), request: request, answers: n, done: make(chan struct{}), conns: make([]cannedConn, connections)}
	svc := s.newService(context.Background())
	settings := s.workerOptions(svc)
	settings.Pollers = func() (poll.Poller, error) { return canned, nil }
	engine, err := worker.New(settings)
	require.NoError(tb, err)
	svc.servedBy(engine)
	ln, err := worker.Listen("tcp", "127.0.0.1:0", 1)
	require.NoError(tb, err)
	ln.Tag = svc
	require.NoError(tb, engine.AddListener(ln))
	ran := make(chan error, 1)
	tb.Cleanup(func() {
		require.NoError(tb, engine.Drain(context.Background()))
		require.NoError(tb, <-ran)
	})
	return func() {
		go func() { ran <- engine.Run() }()
		<-canned.done
	}
}

// cpuTime is what this process has used: on a machine that others use, it tells more than the clock.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// The pet is written as the generator would.
type benchPet struct {
	ID          int64
	Name        string
	Tags        []string
	Price       float64
	Description Opt[string]
}

type (
	getPetRequest    struct{ PetID int64 }
	createPetRequest struct{ Body benchPet }
)

var (
	opGetPet    = Operation{ID: "getPet", Name: "GetPet", Method: "GET", Path: "/pets/{petId}", Produces: []string{"application/json"}}
	opCreatePet = Operation{
		ID: "createPet", Name: "CreatePet", Method: "POST", Path: "/pets", BodyRequired: true,
		Consumes: []string{"application/json"}, Produces: []string{"application/json"},
	}
	benchKeys = NewKeys("id", "name", "tags", "price", "description").Required("id", "name", "tags", "price")
	nameRule  = StringRule{MinLength: 1, MaxLength: 64}
	tagsRule  = ArrayRule{MaxItems: 16}
	priceRule = FloatRule{Min: 0, HasMin: true}
)

func (r *getPetRequest) decode(in *Input) { r.PetID = in.Path(0, "petId", Simple).Int64(&itemRule) }

func (r *createPetRequest) decode(in *Input) {
	r.Body.DecodeJSON(in.JSONBody())
	in.EndJSON()
}

func (v *benchPet) DecodeJSON(d *Decoder) {
	var seen Seen
	for i := d.Object(benchKeys); i != EndObject; i = d.Next(benchKeys, i) {
		switch i {
		case 0:
			v.ID = d.Int64(&itemRule)
		case 1:
			v.Name = d.String(&nameRule)
		case 2:
			v.Tags = decodeTags(d)
		case 3:
			v.Price = d.Float64(&priceRule)
		case 4:
			v.Description.Set(d.String(nil))
		}
		seen.Add(i)
	}
	d.Require(benchKeys, seen)
}

func decodeTags(d *Decoder) []string {
	start := d.Offset()
	list := make([]string, 0, d.Items())
	for more := d.Array(); more; more = d.NextItem() {
		list = append(list, d.String(&nameRule))
	}
	d.CheckItems(start, len(list), &tagsRule)
	return list
}

func (v *benchPet) AppendJSON(b []byte) []byte {
	b = AppendInt64(append(b, `{"id":`...), v.ID)
	b = AppendString(append(b, `,"name":`...), v.Name)
	b = append(b, `,"tags":[`...)
	for i, item := range v.Tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, item)
	}
	b = AppendFloat64(append(b, `],"price":`...), v.Price)
	if x, ok := v.Description.Get(); ok {
		b = AppendString(append(b, `,"description":`...), x)
	}
	return append(b, '}')
}

func getPet(_ context.Context, req getPetRequest) (*benchPet, error) {
	return &benchPet{
		ID: req.PetID, Name: "Barnaby the Third", Tags: []string{"house-trained", "vaccinated", "senior"}, Price: 1249.95,
		Description: Some("Calm with children, wary of cats; has been with us since March and walks twice a day."),
	}, nil
}

func createPet(_ context.Context, req createPetRequest) (*benchPet, error) { return &req.Body, nil }

func writePet(w *Reply, v *benchPet) { w.Done(v.AppendJSON(w.JSON(200, "application/json"))) }

// systemCalls are those that a cannedNet does not know better.
type systemCalls interface{ poll.Sys }

// cannedNet is a poller whose connections send the same bytes again whenever they were answered.
type cannedNet struct {
	systemCalls
	origin  time.Time
	request string
	answers int64 // to be counted
	done    chan struct{}

	listener uint64 // loop-only
	refused  bool   // loop-only; nobody is left to be accepted
	conns    []cannedConn
	accepted int // loop-only
	at       int // loop-only; where Poll goes on
	writes   atomic.Int64
	woken    atomic.Bool
}

type cannedConn struct {
	data  uint64 // loop-only
	state atomic.Int32
}

const cannedFD = 1 << 20 // of the first connection

const (
	cannedNone     = iota // not accepted -> cannedAnswered
	cannedAnswered        // -> cannedReported (Poll)
	cannedReported        // -> cannedRead
	cannedRead            // -> cannedAnswered (Write)
)

// Sys implements poll.Poller.
func (n *cannedNet) Sys() poll.Sys { return n }

func (n *cannedNet) Accept(int) (int, poll.Addr, syscall.Errno) {
	if i := n.accepted; i < len(n.conns) {
		n.accepted++
		n.conns[i].state.Store(cannedAnswered)
		return cannedFD + i, poll.Addr{}, 0
	}
	n.refused = true
	return -1, poll.Addr{}, syscall.EAGAIN
}

func (n *cannedNet) Read(fd int, p []byte) (int, syscall.Errno) {
	if !n.conns[fd-cannedFD].state.CompareAndSwap(cannedReported, cannedRead) {
		return 0, syscall.EAGAIN
	}
	return copy(p, n.request), 0
}

func (n *cannedNet) Write(fd int, p []byte) (int, syscall.Errno) {
	if n.writes.Add(1) == n.answers {
		close(n.done)
	}
	n.conns[fd-cannedFD].state.Store(cannedAnswered)
	return len(p), 0
}

func (n *cannedNet) Close(fd int) syscall.Errno {
	if fd < cannedFD {
		return n.systemCalls.Close(fd)
	}
	return 0
}

func (n *cannedNet) Add(fd int, data uint64) error {
	n.conns[fd-cannedFD].data = data
	return nil
}

func (n *cannedNet) AddListener(_ int, data uint64) error {
	n.listener = data
	return nil
}

func (*cannedNet) Del(int) error { return nil }

// Poll reports the connections, until there were enough answers.
func (n *cannedNet) Poll(events []poll.Event) (found int, err error) {
	if !n.refused { // like a listener, which is level-triggered
		events[0] = poll.Event{Data: n.listener, Bits: poll.In}
		return 1, nil
	}
	if n.writes.Load() >= n.answers {
		return 0, nil
	}
	for range n.conns {
		if found == len(events) {
			break
		}
		n.at = (n.at + 1) % len(n.conns)
		if c := &n.conns[n.at]; c.state.CompareAndSwap(cannedAnswered, cannedReported) {
			events[found] = poll.Event{Data: c.data, Bits: poll.In}
			found++
		}
	}
	return found, nil
}

func (n *cannedNet) Park(events []poll.Event, _, until time.Duration) (int, error) {
	for !n.woken.Swap(false) && (until == poll.Forever || n.Now() < until) {
		if found, err := n.Poll(events); found > 0 || err != nil {
			return found, err
		}
		runtime.Gosched()
	}
	return 0, nil
}

func (n *cannedNet) Nap(events []poll.Event, _, _ time.Duration) (int, time.Duration, error) {
	runtime.Gosched()
	found, err := n.Poll(events)
	return found, 0, err
}

func (n *cannedNet) Wake() { n.woken.Store(true) }

func (n *cannedNet) Yield() { runtime.Gosched() }

func (n *cannedNet) Prod() {}

// Sleep implements poll.Poller.
func (*cannedNet) Sleep(time.Duration) {}

func (n *cannedNet) Now() time.Duration { return time.Since(n.origin) }

func (n *cannedNet) Origin() time.Time { return n.origin }

func (*cannedNet) Free() error { return nil }
