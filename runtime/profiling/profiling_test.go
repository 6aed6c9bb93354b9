package profiling_test

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/profiling"
)

const label = `# labels: {"operation":"GET /slow"}`

func goroutines(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&b, 1))
	return b.String()
}

// TestLabels: a handler that runs is found by its operation, with what it has started; a worker that is done with it is not.
func TestLabels(t *testing.T) {
	entered, let := make(chan struct{}), make(chan struct{})
	a := apitest.New(profiling.Labels())
	apitest.Handle(a, "GET", "/slow", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		started := make(chan struct{})
		go func() {
			entered <- struct{}{}
			<-let
			close(started)
		}()
		<-started
		name, _ := pprof.Label(ctx, "operation")
		return apitest.Text(name), nil
	})
	apitest.Handle(a, "GET", "/panic", func(context.Context, []byte) (apitest.Answer, error) { panic("no") })
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		answer := make(chan string)
		go func() {
			_, body := c.Get("/slow")
			answer <- body
		}()
		<-entered
		assert.Equal(t, 2, strings.Count(goroutines(t), label), "the handler and what it has started")
		let <- struct{}{}
		assert.Equal(t, "GET /slow", <-answer)
		_, _ = c.Get("/panic")
		assert.NotContains(t, goroutines(t), `# labels: {"operation"`)
	})
}

// TestLabelsOfStreams: a stream has them as long as its handler runs.
func TestLabelsOfStreams(t *testing.T) {
	a := apitest.New(profiling.Labels())
	apitest.Stream(a, "/slow", "text/plain", func(_ context.Context, out *tornado.ByteStream) error {
		_, err := io.WriteString(out, goroutines(t))
		return err
	})
	_, body := apitest.NewClient(t, apitest.Serve(t, a)).Get("/slow")
	assert.Contains(t, body, label)
}

func TestHandler(t *testing.T) {
	s := httptest.NewServer(profiling.Handler())
	defer s.Close()
	c := apitest.NewClient(t, s.URL)
	_, index := c.Get("/debug/pprof/")
	assert.Contains(t, index, "goroutine")
	res, heap := c.Get("/debug/pprof/heap?debug=1")
	assert.Equal(t, 200, res.StatusCode)
	assert.Contains(t, heap, "heap profile")
	res, _ = c.Get("/debug/pprof/cmdline")
	assert.Equal(t, 200, res.StatusCode)
}
