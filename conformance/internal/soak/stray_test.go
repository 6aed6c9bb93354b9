package soak

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

// last lets one client of each kind loose on a server that answers when the round is over, as finish does, which gets what a client has
// asked for and the answer to another in its place.
func last(t *testing.T, finish func(w io.Writer, stray string)) *Run {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second) // all clients have asked by then
	defer cancel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch req.URL.Path {
		case "/messages":
			conn, _, _, err := ws.UpgradeHTTP(req, w)
			if err != nil {
				return // the client says so
			}
			defer func() { _ = conn.Close() }()
			_, _ = wsutil.ReadClientText(conn)
			<-ctx.Done()
			finish(conn, string(ws.MustCompileFrame(ws.NewTextFrame([]byte(`"other"`)))))
		case "/events":
			<-ctx.Done()
			finish(w, "data: other\n\n")
		default:
			_, _ = io.Copy(io.Discard, req.Body)
			<-ctx.Done()
			finish(w, `{"nonce":"other"}`+"\n")
		}
	}))
	defer server.Close()
	addr := server.Listener.Addr().String()
	run := &Run{Pause: time.Millisecond, at: target.Addresses{Plain: addr, TLS: addr}, done: make(map[string]int64)}
	var wg sync.WaitGroup
	for i := range kinds { // the first of each kind comes over TLS
		wg.Go(func() { run.let(ctx, i) })
	}
	wg.Wait()
	return run
}

// TestStrayAtTheEnd: an answer that belongs to another is told, though it comes when the round is over.
func TestStrayAtTheEnd(t *testing.T) {
	run := last(t, func(w io.Writer, stray string) { _, _ = io.WriteString(w, stray) })
	var want, told []string
	for _, kind := range kinds {
		if kind.name != "abort" { // it reads no answer
			want = append(want, kind.name)
		}
	}
	for _, f := range run.strays {
		kind, _, _ := strings.Cut(f, ": ")
		told = append(told, kind)
	}
	slices.Sort(want)
	slices.Sort(told)
	assert.Equal(t, want, told, run.strays)
	assert.Empty(t, run.faults)
}

// TestCutAtTheEnd: an answer that is cut when the round is over is no fault, in the middle of a line either.
func TestCutAtTheEnd(t *testing.T) {
	run := last(t, func(w io.Writer, _ string) {
		_, _ = io.WriteString(w, `{"no`)
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
			panic(http.ErrAbortHandler)
		}
	})
	assert.Empty(t, run.strays)
	assert.Empty(t, run.faults)
}

// TestStraysHaveRoom: faults of other kinds, however many, do not hide an answer that belongs to another.
func TestStraysHaveRoom(t *testing.T) {
	var run Run
	for range 1000 {
		run.fault("slow reader", io.ErrUnexpectedEOF, true)
	}
	run.fault("TLS", errStray, false)
	assert.Len(t, run.faults, 100)
	assert.Equal(t, []string{"TLS: " + errStray.Error()}, run.strays)
}
