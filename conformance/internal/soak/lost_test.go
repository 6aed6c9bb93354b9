package soak

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/conformance/internal/target"
)

// TestUnanswered: a request that is never answered is told, though the round is over before the client gives up.
func TestUnanswered(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	over := make(chan struct{})
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
	defer server.Close()
	defer close(over)
	addr := server.Listener.Addr().String()
	run := &Run{Pause: time.Millisecond, waits: 2 * time.Second, at: target.Addresses{Plain: addr, TLS: addr}, done: make(map[string]int64)}
	var wg sync.WaitGroup
	for i := range kinds { // the first of each kind comes over TLS
		wg.Go(func() { run.let(ctx, i) })
	}
	wg.Wait()
	told := make(map[string]bool)
	for _, f := range slices.Concat(run.faults, run.strays) {
		kind, _, _ := strings.Cut(f, ": ")
		told[kind] = true
	}
	for _, kind := range kinds {
		if kind.name != "abort" { // it reads no answer
			assert.True(t, told[kind.name], "%s: %v", kind.name, run.faults)
		}
	}
}
