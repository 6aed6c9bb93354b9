package requestid_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/requestid"
)

func newAPI(l *slog.Logger, opts ...requestid.Option) *tornado.API {
	a := apitest.New(requestid.New(opts...))
	apitest.Handle(a, "GET", "/id", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		l.InfoContext(ctx, "called")
		return apitest.Text(requestid.From(ctx)), nil
	})
	return a
}

func TestEveryRequestHasOne(t *testing.T) {
	apitest.Each(t, newAPI(apitest.Quiet), func(t *testing.T, c *apitest.Client) {
		seen := map[string]bool{}
		for range 3 {
			res, body := c.Get("/id", "X-Request-Id", "mine")
			assert.Regexp(t, `^[A-Z2-7]{26}$`, body)
			assert.Equal(t, body, res.Header.Get("X-Request-Id"))
			assert.False(t, seen[body])
			seen[body] = true
		}
		res, _ := c.Get("/nowhere")
		assert.Len(t, res.Header.Get("X-Request-Id"), 26)
	})
}

func TestWithIncomingID(t *testing.T) {
	fresh := func() string { return "fresh" }
	apitest.Each(t, newAPI(apitest.Quiet, requestid.WithIncomingID(), requestid.WithGenerator(fresh), requestid.WithHeader("X-Trace")), func(t *testing.T, c *apitest.Client) {
		for sent, want := range map[string]string{
			"abc-1:2/3": "abc-1:2/3", "": "fresh", "a b": "fresh", "a\"b": "fresh", strings.Repeat("a", 129): "fresh", strings.Repeat("a", 128): strings.Repeat("a", 128),
		} {
			res, body := c.Get("/id", "X-Trace", sent)
			assert.Equal(t, want, body)
			assert.Equal(t, want, res.Header.Get("X-Trace"))
		}
	})
}

// TestLogs: the access log and what is logged with the context name the same id.
func TestLogs(t *testing.T) {
	var mu sync.Mutex
	var out bytes.Buffer
	l := slog.New(requestid.Logger(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return out.Write(p)
	}), nil))).With("service", "shop")
	var id string
	t.Run("serve", func(t *testing.T) {
		_, id = apitest.NewClient(t, apitest.Serve(t, newAPI(l), tornado.WithAccessLog(l))).Get("/id")
	})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	assert.Len(t, lines, 2)
	for _, line := range lines {
		assert.Contains(t, line, "request_id="+id)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
