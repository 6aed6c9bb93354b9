package worker

import (
	"errors"
	"log/slog"
	"runtime"
	"time"

	"github.com/tornadogen/tornadogen/runtime/internal/loop"
)

// Options of an Engine. Zero values are replaced by the defaults named.
type Options struct {
	Handler Handler      // required
	Logger  *slog.Logger // default slog.Default()

	Loops        int  // default GOMAXPROCS; no more than MaxWorkers, unless OnLoop
	OnLoop       bool // the loop itself serves: no handler may block
	BlockingWait bool // loops wait in epoll_wait: for comparison

	MaxWorkers     int // per process; default 10,000
	MaxQueue       int // connections that wait for a worker when MaxWorkers run, before they are shed; per process; default 10,000
	SoftStart      int // workers that a loop runs before it has seen a stall; default 2
	MaxOpening     int // calls of Listener.Open at a time; a further connection stands in line, and the last eighth is for peers that have none; 2,000 at a time, and as many as were made in the last seconds; per process; default 10,000
	MaxConnections int // open at a time; further ones are closed at once; default: no limit

	MaxPerPeer int // open at a time from one IPv4 address or one IPv6 network of 64 bits, likewise; default: no limit

	FirstTimeout time.Duration // until the first byte of a connection; default 10 s
	DrainGrace   time.Duration // for the first byte of a connection that has sent nothing when Drain begins; default 500 ms
	CutGrace     time.Duration // for busy connections to end after they were cut; default 1 s
	LingerTime   time.Duration // of Linger; default 1 s
	LingerBytes  int           // read and dropped by Linger at most; default 256 KiB
	SlowOnLoop   time.Duration // a call of Serve that takes longer is logged if OnLoop; default 20 ms

	// Pollers makes the poller of each loop. The default follows BlockingWait.
	Pollers func() (loop.Poller, error)
}

// ErrNoHandler is what New returns without a Handler.
var ErrNoHandler = errors.New("worker: Options.Handler is nil")

func (o *Options) setDefaults() error {
	if o.Handler == nil {
		return ErrNoHandler
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	setDefault(&o.Loops, runtime.GOMAXPROCS(0))
	setDefault(&o.MaxWorkers, 10_000)
	if !o.OnLoop {
		o.Loops = min(o.Loops, o.MaxWorkers)
	}
	setDefault(&o.MaxQueue, 10_000)
	setDefault(&o.MaxOpening, 10_000)
	setDefault(&o.SoftStart, 2)
	setDefault(&o.FirstTimeout, 10*time.Second)
	setDefault(&o.DrainGrace, 500*time.Millisecond)
	setDefault(&o.CutGrace, time.Second)
	setDefault(&o.LingerTime, time.Second)
	setDefault(&o.LingerBytes, 256<<10)
	setDefault(&o.SlowOnLoop, 20*time.Millisecond)
	if o.Pollers == nil {
		o.Pollers = loop.NewParking
		if o.BlockingWait {
			o.Pollers = loop.NewBlocking
		}
	}
	return nil
}

func setDefault[T int | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}
