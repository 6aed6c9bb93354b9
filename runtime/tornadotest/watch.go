package tornadotest

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// watch follows what happens on a server: requests that run, panics, and what is logged.
type watch struct {
	t      testing.TB
	panics bool // may happen
	logger *slog.Logger

	mu      sync.Mutex
	open    []*request    // guarded by mu; in the order in which they came
	changed chan struct{} // guarded by mu; closed, and made anew, when one ends
	over    bool          // guarded by mu; the test takes no more
}

// request is one that has not ended. Immutable but for op.
type request struct {
	text string
	op   *tornado.Operation // guarded by watch.mu; nil before it is routed, and where none has the path
}

func (r *request) deferred() bool { return r.op != nil && r.op.Kind == tornado.KindDeferred }

func anyRequest(*request) bool { return true }

func (r *request) String() string {
	if r.op == nil {
		return r.text
	}
	return r.text + " (" + r.op.ID + ")"
}

func newWatch(t testing.TB, panics bool) *watch {
	w := &watch{t: t, panics: panics, changed: make(chan struct{})}
	w.logger = slog.New(watched{slog.NewTextHandler(testLog{w}, nil), w})
	return w
}

// join has w see what a server and its APIs do.
func (w *watch) join(s *tornado.Server) {
	tornado.WithLogger(w.beside(s.Logger()))(s)
	for _, api := range s.APIs() {
		tornado.WithAPILogger(w.beside(tornado.LoggerOf(api)))(api)
		tornado.WithFilter(w.filter)(api)
	}
}

// beside is the logger of the test, and the one that there was unless it is the one of who has none.
func (w *watch) beside(other *slog.Logger) *slog.Logger {
	if other == slog.Default() {
		return w.logger
	}
	return slog.New(slog.NewMultiHandler(other.Handler(), w.logger.Handler()))
}

func (w *watch) errorLog() *log.Logger { return slog.NewLogLogger(w.logger.Handler(), slog.LevelWarn) }

// filter follows a request to its end.
func (w *watch) filter(t *tornado.Transit) {
	raw := tornado.Raw(t.Context())
	r := &request{text: raw.Method() + " " + raw.Target()}
	w.mu.Lock()
	w.open = append(w.open, r)
	w.mu.Unlock()
	t.OnRouted(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		r.op = t.Operation()
	})
	t.OnEnd(func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.open = slices.DeleteFunc(w.open, func(other *request) bool { return other == r })
		close(w.changed)
		w.changed = make(chan struct{})
	})
}

// await waits until no request of a kind is open, for d at most, and returns those that are.
func (w *watch) await(d time.Duration, kind func(*request) bool) []string {
	late := time.NewTimer(d)
	defer late.Stop()
	for {
		w.mu.Lock()
		var left []string
		for _, r := range w.open {
			if kind(r) {
				left = append(left, r.String())
			}
		}
		changed := w.changed
		w.mu.Unlock()
		if len(left) == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-late.C:
			return left
		}
	}
}

func list(of []string) string { return "\n\t" + strings.Join(of, "\n\t") }

// finish lets nothing reach the test any more.
func (w *watch) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
}

// testLog writes to the log of the test while there is one.
type testLog struct{ *watch }

func (l testLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return len(p), nil
	}
	return l.t.Output().Write(p)
}

// watched is a handler of logs that sees panics: each is logged with the attribute "panic".
type watched struct {
	slog.Handler
	watch *watch
}

// Handle implements slog.Handler.
func (h watched) Handle(ctx context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "panic" && !h.watch.panics {
			h.watch.fail(r, a.Value)
		}
		return true
	})
	return h.Handler.Handle(ctx, r)
}

func (w *watch) fail(r slog.Record, cause slog.Value) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	where := ""
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "operation" || a.Key == "path" {
			where = fmt.Sprintf(" (%s %s)", a.Key, a.Value)
		}
		return true
	})
	w.t.Errorf("%s%s: %v; its stack is in the log; tornadotest.WithPanics lets it", r.Message, where, cause)
}

// WithAttrs implements slog.Handler.
func (h watched) WithAttrs(attrs []slog.Attr) slog.Handler {
	return watched{h.Handler.WithAttrs(attrs), h.watch}
}

// WithGroup implements slog.Handler.
func (h watched) WithGroup(name string) slog.Handler {
	return watched{h.Handler.WithGroup(name), h.watch}
}
