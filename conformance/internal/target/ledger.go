package target

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tornadogen/tornadogen/conformance/internal/targetapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// remembered is how many endings a Ledger remembers: so long a second one is told from a request that was never served.
const remembered = 1 << 16

// Ledger holds which requests have begun and which have ended, by their nonces. It is the slog.Handler of the access log, which
// tells of each ending.
type Ledger struct {
	server atomic.Pointer[tornado.Server] // whose bounds are told of

	mu                                  sync.Mutex
	open                                map[string]bool // begun and not ended; guarded by mu
	ended                               map[string]bool // the last ones; guarded by mu
	order                               []string        // of ended, a ring; guarded by mu
	next                                int             // in order; guarded by mu
	accepted, endings, unserved, astray int64           // guarded by mu
	left                                int64           // guarded by mu
}

// newLedger makes one that is full, of nonces that nobody has, and that are as long as those of a soak: what it holds does not grow by what it
// is told.
func newLedger() *Ledger {
	l := &Ledger{open: make(map[string]bool), ended: make(map[string]bool, remembered), order: make([]string, remembered)}
	for i := range l.order {
		l.order[i] = fmt.Sprintf("before-%013d", i)
		l.ended[l.order[i]] = true
	}
	return l
}

func (l *Ledger) begin(nonce string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accepted++
	if l.open[nonce] || l.ended[nonce] {
		l.astray++ // handed over twice
	}
	l.open[nonce] = true
}

func (l *Ledger) end(nonce string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.ended[nonce]:
		l.astray++
		return
	case !l.open[nonce]:
		l.unserved++ // refused, or its client left before
		return
	}
	l.endings++
	delete(l.open, nonce)
	delete(l.ended, l.order[l.next])
	l.ended[nonce], l.order[l.next] = true, nonce
	l.next = (l.next + 1) % remembered
}

// leave counts a client that a handler has waited for.
func (l *Ledger) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left++
}

// Enabled and the methods below make a Ledger a slog.Handler.
func (l *Ledger) Enabled(context.Context, slog.Level) bool { return true }

// Handle takes a record of the access log. Requests without a nonce do not count.
func (l *Ledger) Handle(_ context.Context, r slog.Record) error {
	nonce := ""
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "target" {
			if _, query, ok := strings.Cut(a.Value.String(), "?"); ok {
				values, _ := url.ParseQuery(query) // the router has read it
				nonce = values.Get("nonce")
			}
		}
		return true
	})
	if nonce != "" {
		l.end(strings.Clone(nonce)) // without the target that it stands in
	}
	return nil
}

// WithAttrs returns l: it looks at the records alone.
func (l *Ledger) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup returns l, likewise.
func (l *Ledger) WithGroup(string) slog.Handler { return l }

// What Status.Bounds counts beside bounds, under the names of the metrics.
const (
	Accepted = "tornado_loop_accepted_total"
	Requests = "tornado_loop_requests_total"
)

func (l *Ledger) status() (*targetapi.Status, error) {
	debug.FreeOSMemory() // collects before
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	resident, err := resident()
	if err != nil {
		return nil, err
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil, err
	}
	bounds := make(map[string]int64)
	if s := l.server.Load(); s != nil {
		stats := s.Stats()
		for b, n := range stats.Bounds {
			bounds[b.String()] = int64(n)
		}
		for _, each := range stats.Loops {
			bounds[Accepted] += int64(each.Accepted)
			bounds[Requests] += int64(each.Requests)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return &targetapi.Status{
		Bounds:     bounds,
		Goroutines: int64(runtime.NumGoroutine()), Heap: int64(mem.HeapAlloc), Resident: resident, Descriptors: int64(len(files)),
		Accepted: l.accepted, Endings: l.endings, Unserved: l.unserved, Astray: l.astray, Open: int64(len(l.open)), Left: l.left,
	}, nil
}

// resident is how much memory this process holds.
func resident() (int64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var all, pages int64
	_, err = fmt.Sscan(string(text), &all, &pages)
	return pages * int64(os.Getpagesize()), err
}
