//go:build !race

package tornado

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRunningWithoutStacks: to take them would stop a process with so many goroutines, more than the race detector knows, and it is told
// that they were left out.
func TestRunningWithoutStacks(t *testing.T) {
	entered, let := make(chan struct{}), make(chan struct{})
	api := newTestAPI(testHandlers{hold: func(context.Context) ([]byte, error) { close(entered); <-let; return nil, nil }})
	api.Measure()
	h := api.HTTPHandler()
	ended := make(chan struct{})
	go func() {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/hold", nil))
		close(ended)
	}()
	<-entered
	all := api.Running(1, true)
	require.Len(t, all, 1)
	assert.NotEmpty(t, all[0].Stack)
	assert.False(t, all[0].Unstacked)
	for range mostTraced {
		go func() { <-let }()
	}
	all = api.Running(1, true)
	assert.Empty(t, all[0].Stack)
	assert.True(t, all[0].Unstacked)
	assert.False(t, api.Running(1, false)[0].Unstacked, "nobody has asked")
	close(let)
	<-ended
}
