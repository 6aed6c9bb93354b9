package target

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/tornadogen/tornadogen/conformance/internal/targetapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Numbers is below how many the number of a request must be for a Ledger to follow it.
const Numbers = 1 << 24

// Nonce is that of a request with a number, of one of several clients.
func Nonce(client int, number int64) string { return fmt.Sprintf("%d-%d", client, number) }

// NumberOf is the number in a nonce, if it has one that a Ledger can follow.
func NumberOf(nonce string) (number int64, ok bool) {
	_, text, ok := strings.Cut(nonce, "-")
	number, err := strconv.ParseInt(text, 10, 64)
	return number, ok && err == nil && 0 <= number && number < Numbers
}

// Ledger holds which requests have begun and which have ended, by the numbers in their nonces, for good: a second ending is told from the first one
// however late it comes, and whether a handler got the request or not. It is the slog.Handler of the access log, which tells of each ending.
// Requests without a number are counted, once for all that have the same nonce at a time.
type Ledger struct {
	server atomic.Pointer[tornado.Server] // whose bounds are told of

	mu                                  sync.Mutex
	begun, ended                        Set             // by number; guarded by mu
	open                                map[string]bool // begun and not ended; guarded by mu
	accepted, endings, unserved, astray int64           // guarded by mu
	left, torn                          int64           // guarded by mu
}

// A Set has a bit for each number, from the lowest one of the first byte. What is behind its end is not in it.
type Set []byte

// Has reports whether a number is in it.
func (s Set) Has(number int64) bool {
	return number/8 < int64(len(s)) && s[number/8]&(1<<(number%8)) != 0
}

// add adds a number that is before its end.
func (s Set) add(number int64) { s[number/8] |= 1 << (number % 8) }

// short is a copy without the zeros at the end.
func (s Set) short() Set { return Set(bytes.Clone(bytes.TrimRight(s, "\x00"))) }

// newLedger makes one that has the memory for all numbers: what it holds does not grow by what it is told.
func newLedger() *Ledger {
	return &Ledger{open: make(map[string]bool), begun: make(Set, Numbers/8), ended: make(Set, Numbers/8)}
}

func (l *Ledger) begin(nonce string) {
	number, numbered := NumberOf(nonce)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accepted++
	switch {
	case l.open[nonce], numbered && (l.begun.Has(number) || l.ended.Has(number)):
		l.astray++ // handed over twice, or after its end
	case numbered:
		l.begun.add(number)
	}
	l.open[nonce] = true
}

func (l *Ledger) end(nonce string) {
	number, numbered := NumberOf(nonce)
	l.mu.Lock()
	defer l.mu.Unlock()
	if numbered {
		if l.ended.Has(number) {
			l.astray++
			return
		}
		l.ended.add(number)
	}
	if !l.open[nonce] {
		l.unserved++ // refused, or its client left before
		return
	}
	l.endings++
	delete(l.open, nonce)
}

// requests tells of all that have a number.
func (l *Ledger) requests() *targetapi.Requests {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &targetapi.Requests{Begun: l.begun.short(), Ended: l.ended.short()}
}

// tear counts an answer of lines that was not sent to its end.
func (l *Ledger) tear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.torn++
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
		Accepted: l.accepted, Endings: l.endings, Unserved: l.unserved, Astray: l.astray, Open: int64(len(l.open)), Left: l.left, Torn: l.torn,
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
