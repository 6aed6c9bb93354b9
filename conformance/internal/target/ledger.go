package target

import (
	"context"
	"log/slog"
	"net/url"
	"os"
	"runtime"
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
}

func newLedger() *Ledger {
	return &Ledger{open: make(map[string]bool), ended: make(map[string]bool, remembered), order: make([]string, remembered)}
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
		l.end(nonce)
	}
	return nil
}

// WithAttrs returns l: it looks at the records alone.
func (l *Ledger) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup returns l, likewise.
func (l *Ledger) WithGroup(string) slog.Handler { return l }

func (l *Ledger) status() (*targetapi.Status, error) {
	runtime.GC()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return nil, err
	}
	bounds := make(map[string]int64)
	if s := l.server.Load(); s != nil {
		for b, n := range s.Stats().Bounds {
			bounds[b.String()] = int64(n)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return &targetapi.Status{
		Bounds:     bounds,
		Goroutines: int64(runtime.NumGoroutine()), Heap: int64(mem.HeapAlloc), Descriptors: int64(len(files)),
		Accepted: l.accepted, Endings: l.endings, Unserved: l.unserved, Astray: l.astray, Open: int64(len(l.open)),
	}, nil
}
