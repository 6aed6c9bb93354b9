package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
)

var watch = operation.Operation{ID: "watch", Method: "GET", Path: "/watch", Produces: []string{"text/event-stream"}}

var numbers = &tornado.StreamCodec[int64]{Decode: func(d *jsonwire.Decoder) int64 { return d.Int64(nil) }}

// TestReconnect comes back to an event stream whose connection is lost, with what it has seen last, after the time that the server has
// named.
func TestReconnect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		texts := []string{"id: 7\nretry: 5000\ndata: 1\n\n", "data: 2\n\n", "id: 9\ndata: 3\n\ndata: half"}
		var ids []string
		var at []time.Duration
		start := time.Now()
		c := newClient(t, "http://example.com", client.WithReconnect(client.Reconnect{Attempts: 2}), client.WithRetry(0), client.WithMiddleware(func(client.Doer) client.Doer {
			return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
				ids, at = append(ids, req.Header.Get("Last-Event-ID")), append(at, time.Since(start))
				if len(ids) > len(texts) {
					return nil, errRefused
				}
				body := io.MultiReader(strings.NewReader(texts[len(ids)-1]), &failing{})
				return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(body)}, nil
			})
		}))
		var got []int64
		var last error
		for event, err := range client.Events(c.Call(t.Context(), &watch), 200, numbers, func(*client.Response) error { return errors.New("another answer") }) {
			if last = err; err == nil {
				got = append(got, event.Data)
			}
		}
		assert.Equal(t, []int64{1, 2, 3}, got)
		assert.Equal(t, []string{"", "7", "7", "9", "9"}, ids)
		require.ErrorIs(t, last, errRefused)
		for i, low := range []time.Duration{0, 2500 * time.Millisecond, 2500 * time.Millisecond, 2500 * time.Millisecond, 5 * time.Second} {
			waited := at[i]
			if i > 0 {
				waited -= at[i-1]
			}
			assert.True(t, low <= waited && waited <= 2*low, "attempt %d after %v", i+1, waited)
		}
	})
}

// parent counts those that are to be told of its end.
type parent struct {
	context.Context
	children int
	done     chan struct{}
}

func (p *parent) Done() <-chan struct{} { return p.done }

// AfterFunc is what package context asks a parent of another type for.
func (p *parent) AfterFunc(func()) (stop func() bool) {
	p.children++
	return func() bool { p.children--; return true }
}

// TestReadToTheEnd: who reads an answer to its end need not close it, and holds nothing of a context that lives longer.
func TestReadToTheEnd(t *testing.T) {
	t.Parallel()
	c := newClient(t, "http://example.com", client.WithTimeout(time.Hour), client.WithMiddleware(func(client.Doer) client.Doer {
		return client.DoerFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader("text"))}, nil
		})
	}))
	p := &parent{Context: t.Context(), done: make(chan struct{})}
	res, err := c.Call(p, &getX).Open()
	require.NoError(t, err)
	require.Equal(t, 1, p.children)
	text, err := io.ReadAll(res.Reader("*/*"))
	require.NoError(t, err)
	assert.Equal(t, "text", string(text))
	assert.Zero(t, p.children)
}
