package client_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/client"
)

// plan says how each attempt is answered.
type plan struct {
	takes    []time.Duration // by attempt; the last one for ever
	status   []int           // by attempt; 200 where there is none
	stubborn bool            // an answer comes though its attempt was ended
}

// racers answer each attempt by its number, as a server of many machines does, one of which is slow.
type racers struct {
	plan

	mu    sync.Mutex
	begun []time.Duration // guarded by mu
	start time.Time       // guarded by mu
	ended atomic.Int32    // those that were ended by their contexts
	open  atomic.Int32    // bodies
}

func (r *racers) middleware(client.Doer) client.Doer {
	return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
		n := client.AttemptOf(req.Context()) - 1
		r.mu.Lock()
		if r.start.IsZero() {
			r.start = time.Now()
		}
		r.begun = append(r.begun, time.Since(r.start))
		r.mu.Unlock()
		done := req.Context().Done()
		if r.stubborn {
			done = nil
		}
		select {
		case <-time.After(r.takes[min(n, len(r.takes)-1)]):
		case <-done:
			r.ended.Add(1)
			return nil, req.Context().Err()
		}
		status := http.StatusOK
		if n < len(r.status) {
			status = r.status[n]
		}
		r.open.Add(1)
		return &http.Response{StatusCode: status, Header: http.Header{}, ContentLength: -1, Body: &counted{strings.NewReader(strconv.Itoa(n + 1)), &r.open}}, nil
	})
}

// counted is a body whose closing is seen.
type counted struct {
	io.Reader
	open *atomic.Int32
}

func (c *counted) Close() error { c.open.Add(-1); return nil }

func TestHedge(t *testing.T) {
	t.Parallel()
	const s = time.Second
	tests := []struct {
		name   string
		r      plan
		method string
		opts   []client.Option
		winner string
		begun  []time.Duration
		ended  int32
	}{
		{"quick enough", plan{takes: []time.Duration{s}}, "GET", nil, "1", []time.Duration{0}, 0},
		{"the second wins", plan{takes: []time.Duration{20 * s, s}}, "GET", nil, "2", []time.Duration{0, 2 * s}, 1},
		{"the first wins all the same", plan{takes: []time.Duration{3 * s, 20 * s}}, "GET", nil, "1", []time.Duration{0, 2 * s}, 1},
		{"three", plan{takes: []time.Duration{20 * s, 20 * s, s}}, "GET", []client.Option{client.WithHedge(client.Hedge{After: 2 * s, Most: 2})}, "3", []time.Duration{0, 2 * s, 4 * s}, 2},
		{"not safe", plan{takes: []time.Duration{20 * s}}, "PUT", nil, "1", []time.Duration{0}, 0},
		{"no budget", plan{takes: []time.Duration{20 * s}}, "GET", []client.Option{client.WithRetryBudget(client.Budget{Burst: 1, Share: -1, PerSecond: -1}), client.WithHedge(client.Hedge{After: 2 * s, Most: 5})}, "1", []time.Duration{0, 2 * s}, 1},
		{"a failure waits for the other", plan{takes: []time.Duration{20 * s, s, s}, status: []int{200, 503}}, "GET", nil, "1", []time.Duration{0, 2 * s}, 0},
		{"all fail, and are retried", plan{takes: []time.Duration{4 * s, 4 * s, s}, status: []int{503, 503}}, "GET", []client.Option{client.WithBackoff(client.Backoff{First: 1})}, "3", []time.Duration{0, 2 * s, 6*s + 1}, 0},
		{"the loser answers later", plan{takes: []time.Duration{20 * s, s}, stubborn: true}, "GET", nil, "2", []time.Duration{0, 2 * s}, 0},
	}
	for _, tt := range tests {
		for _, streams := range []bool{false, true} {
			t.Run(tt.name+map[bool]string{true: ", a stream"}[streams], func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := racers{plan: tt.r}
					c := newClient(t, "http://example.com", append([]client.Option{client.WithMiddleware(r.middleware), client.WithHedge(client.Hedge{After: 2 * s})}, tt.opts...)...)
					op := getX
					op.Method = tt.method
					var body []byte
					if streams {
						res, err := c.Call(t.Context(), &op).Open()
						require.NoError(t, err)
						rest := res.Reader("*/*")
						body, err = io.ReadAll(rest)
						require.NoError(t, err)
						require.NoError(t, rest.Close())
					} else {
						res, err := c.Call(t.Context(), &op).Do()
						require.NoError(t, err)
						body = res.Body
					}
					time.Sleep(time.Minute) // of the bubble: all have ended
					assert.Equal(t, tt.winner, string(body))
					assert.Equal(t, tt.begun, r.begun)
					assert.Equal(t, tt.ended, r.ended.Load())
					assert.Zero(t, r.open.Load(), "bodies that nobody has closed")
				})
			})
		}
	}
}

// TestHedgeLearns hedges what takes longer than nineteen of twenty answers did.
func TestHedgeLearns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &racers{plan: plan{takes: []time.Duration{time.Second}}}
		c := newClient(t, "http://example.com", client.WithMiddleware(r.middleware), client.WithHedge(client.Hedge{}))
		for range 20 {
			_, err := c.Call(t.Context(), &getX).Do()
			require.NoError(t, err)
		}
		require.Len(t, r.begun, 20)
		r.takes = []time.Duration{time.Hour, time.Millisecond}
		start := time.Now()
		res, err := c.Call(t.Context(), &getX).Do()
		require.NoError(t, err)
		assert.Equal(t, "2", string(res.Body))
		assert.Equal(t, time.Second+time.Millisecond, time.Since(start))
	})
}

// TestHedgeLearnsOfAnswers, and not of refusals, which come at once: a server that has too much to do is not asked twice as often.
func TestHedgeLearnsOfAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &racers{plan: plan{takes: []time.Duration{time.Second}}}
		c := newClient(t, "http://example.com", client.WithMiddleware(r.middleware), client.WithHedge(client.Hedge{}), client.WithRetry(0))
		ask := func(takes time.Duration, status, times int) {
			r.takes, r.status = []time.Duration{takes}, []int{status}
			for range times {
				_, err := c.Call(t.Context(), &getX).Do()
				require.NoError(t, err)
			}
		}
		ask(time.Second, 200, 20)
		ask(time.Millisecond, 503, 200)
		ask(time.Second-1, 200, 20)
		assert.Equal(t, 240, len(r.begun), "none was sent twice") //nolint:testifylint // Len prints all of them
	})
}

// TestHedgeStays at the time that it promises: what a twentieth of the answers takes, however many it wins.
func TestHedgeStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		random, mu := rand.New(rand.NewPCG(1, 2)), sync.Mutex{} // of random
		var more atomic.Int32
		c := newClient(t, "http://example.com", client.WithRetryBudget(client.Budget{Burst: 1e6, Share: 1, PerSecond: 1e6}), client.WithHedge(client.Hedge{}),
			client.WithMiddleware(func(client.Doer) client.Doer {
				return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
					if client.AttemptOf(req.Context()) > 1 {
						more.Add(1)
					}
					mu.Lock()
					takes := time.Duration(random.Int64N(int64(time.Second)))
					mu.Unlock()
					select {
					case <-time.After(takes):
						return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
					case <-req.Context().Done():
						return nil, req.Context().Err()
					}
				})
			}))
		for range 2000 {
			_, err := c.Call(t.Context(), &getX).Do()
			require.NoError(t, err)
		}
		assert.InDelta(t, 100, more.Load(), 50, "of 2000")
	})
}

// TestHedgeEnds has the end of the context end all.
func TestHedgeEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &racers{plan: plan{takes: []time.Duration{time.Hour}}}
		c := newClient(t, "http://example.com", client.WithMiddleware(r.middleware), client.WithHedge(client.Hedge{After: time.Second}))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		_, err := c.Call(ctx, &getX).Do()
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorContains(t, err, "(2 attempts)")
		synctest.Wait()
		assert.EqualValues(t, 2, r.ended.Load())
	})
}
