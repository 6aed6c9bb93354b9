package client_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
)

var (
	getX  = operation.Operation{ID: "getX", Method: "GET", Path: "/x"}
	postX = operation.Operation{ID: "postX", Method: "POST", Path: "/x"}
)

// scripted is a client that is answered by s.
func scripted(t *testing.T, s *script, opts ...client.Option) *client.Client {
	t.Helper()
	return newClient(t, "http://example.com", append(opts, client.WithMiddleware(s.middleware))...)
}

// TestBudget sees an outage: the first calls are retried, then only as many as time and other calls bring.
func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{{err: errRefused}}}
		c := scripted(t, s, client.WithRetryBudget(client.Budget{Burst: 3, Share: 0.5, PerSecond: -1}))
		attempts := func() int {
			_, err := c.Call(t.Context(), &getX).Do()
			var e *client.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, e.Attempts < 3, e.OutOfBudget)
			return e.Attempts
		}
		assert.Equal(t, []int{3, 2, 2, 1, 2}, []int{attempts(), attempts(), attempts(), attempts(), attempts()})
		_, err := c.Call(t.Context(), &getX).Do()
		assert.EqualError(t, err, "getX: GET http://example.com/x: connection refused, and no more within the budget of retries")

		c = scripted(t, s, client.WithRetryBudget(client.Budget{Burst: 1, Share: -1}), client.WithBackoff(client.Backoff{First: time.Millisecond}))
		assert.Equal(t, []int{2, 1}, []int{attempts(), attempts()})
		time.Sleep(time.Second) // of the bubble
		assert.Equal(t, []int{2, 1}, []int{attempts(), attempts()})

		c = scripted(t, s, client.WithRetryBudget(client.Budget{Burst: -1}))
		for range 50 {
			require.Equal(t, 3, attempts())
		}
		c, s.attempts = scripted(t, s), nil
		for range 100 {
			_, err := c.Call(t.Context(), &getX).Do()
			require.Error(t, err)
		}
		assert.Less(t, len(s.attempts), 150, "by default; of 300 without a budget")
	})
}

// TestBudgetOfCancelledCalls: a call that is ended while it waits has sent nothing more, and costs nothing.
func TestBudgetOfCancelledCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{{status: 503, after: "3"}, {status: 503, after: "3"}, {status: 503, after: "3"}, {status: 200}}}
		c := scripted(t, s, client.WithRetryBudget(client.Budget{Burst: 1, Share: -1, PerSecond: -1}))
		for range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			res, err := c.Call(ctx, &getX).Do()
			require.NoError(t, err)
			assert.Equal(t, 503, res.StatusCode)
		}
		res, err := c.Call(t.Context(), &getX).Do()
		require.NoError(t, err)
		assert.Equal(t, 200, res.StatusCode, "the token is still there")
	})
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{{status: 503}, {status: 409}, {status: 201}}}
		c := scripted(t, s, client.WithIdempotencyKeys())
		res, err := c.Call(t.Context(), &postX).Do()
		require.NoError(t, err)
		assert.Equal(t, 201, res.StatusCode, "409 says that the first request is not answered yet")
		require.Len(t, s.keys, 3)
		assert.NotEmpty(t, s.keys[0])
		assert.Equal(t, []string{s.keys[0], s.keys[0], s.keys[0]}, s.keys)
		_, err = c.Call(t.Context(), &postX).Do()
		require.NoError(t, err)
		assert.NotEqual(t, s.keys[0], s.keys[3], "another call")
		_, err = c.Call(t.Context(), &getX).Do()
		require.NoError(t, err)
		assert.Empty(t, s.keys[4], "GET needs none")

		own := &script{steps: []step{{status: 503}, {status: 201}}}
		call := scripted(t, own).Call(t.Context(), &postX)
		call.Header("Idempotency-Key", param.Simple).String("mine")
		res, err = call.Do()
		require.NoError(t, err)
		assert.Equal(t, 201, res.StatusCode)
		assert.Equal(t, []string{"mine", "mine"}, own.keys)

		first := &script{steps: []step{{status: 409}, {status: 201}}}
		res, err = scripted(t, first, client.WithIdempotencyKeys()).Call(t.Context(), &postX).Do()
		require.NoError(t, err)
		assert.Equal(t, 409, res.StatusCode, "of the first attempt it is an answer like others")
	})
}

// TestScopes narrows the options of a client to operations and calls.
func TestScopes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{steps: []step{{takes: time.Hour}}}
		c := scripted(t, s, client.WithRetry(0), client.WithTimeout(time.Minute), client.WithOperation("getX", client.WithTimeout(5*time.Second)))
		took := func(ctx context.Context, op *operation.Operation) time.Duration {
			start := time.Now()
			_, err := c.Call(ctx, op).Do()
			require.ErrorIs(t, err, context.DeadlineExceeded)
			return time.Since(start)
		}
		assert.Equal(t, time.Minute, took(t.Context(), &postX))
		assert.Equal(t, 5*time.Second, took(t.Context(), &getX))
		ctx := client.With(t.Context(), client.WithTimeout(time.Second))
		assert.Equal(t, time.Second, took(ctx, &getX))
		assert.Equal(t, time.Second, took(client.With(ctx, client.WithRetry(0)), &postX), "With upon With adds")

		_, err := c.Call(client.With(t.Context(), client.WithHTTPClient(http.DefaultClient)), &getX).Do()
		require.ErrorContains(t, err, "WithHTTPClient, WithCertificate and WithOperation are options of a whole client")
		_, err = client.New("http://example.com", client.WithOperation("getX", client.WithHTTPClient(http.DefaultClient)))
		require.ErrorContains(t, err, "WithOperation of getX")
		_, err = client.NewSender(client.WithOperation("getX", client.WithHTTPClient(http.DefaultClient))).CallAt(t.Context(), &getX, "http://localhost").Do()
		require.ErrorContains(t, err, "WithOperation of getX")
	})
}

// TestScopesKeepMiddleware has options of operations and calls leave the middleware as it is, with what it has counted.
func TestScopesKeepMiddleware(t *testing.T) {
	t.Parallel()
	made, last := 0, 0
	counting := func(client.Doer) client.Doer {
		made++
		calls := 0
		return client.DoerFunc(func(*http.Request) (*http.Response, error) {
			calls++
			last = calls
			return &http.Response{StatusCode: 200, Header: http.Header{}}, nil
		})
	}
	c := newClient(t, "http://example.com", client.WithMiddleware(counting), client.WithOperation("getX", client.WithRetry(0)))
	for n := range 3 {
		for i, op := range []*operation.Operation{&getX, &postX} {
			_, err := c.Call(client.With(t.Context(), client.WithTimeout(time.Minute)), op).Do()
			require.NoError(t, err)
			assert.Equal(t, 2*n+i+1, last)
		}
	}
	assert.Equal(t, 1, made)

	var order []string
	note := func(name string) client.Option {
		return client.WithMiddleware(func(next client.Doer) client.Doer {
			return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
				order = append(order, name)
				return next.Do(req)
			})
		})
	}
	c = newClient(t, "http://example.com", note("client"), client.WithOperation("getX", note("operation")))
	_, err := c.Call(client.With(t.Context(), note("call"), client.WithMiddleware(counting)), &getX).Do()
	require.NoError(t, err)
	assert.Equal(t, []string{"client", "operation", "call"}, order)
}

// TestCallBudget refuses a budget of one call, which would bound nothing.
func TestCallBudget(t *testing.T) {
	t.Parallel()
	s := &script{steps: []step{{status: 200}}}
	c := scripted(t, s, client.WithOperation("getX", client.WithRetryBudget(client.Budget{Burst: 1})))
	for _, b := range []client.Budget{{}, {Burst: 5}, {Burst: -1}} {
		for _, op := range []*operation.Operation{&getX, &postX} {
			_, err := c.Call(client.With(t.Context(), client.WithRetryBudget(b)), op).Do()
			require.ErrorContains(t, err, "WithRetryBudget is an option of a client or of an operation")
		}
	}
	assert.Empty(t, s.attempts)
}

// TestScopeOfRequests has the options of a call end at its requests: what a middleware calls has them not.
func TestScopeOfRequests(t *testing.T) {
	t.Parallel()
	var seen []string
	var attempts []int
	note := func(client.Doer) client.Doer {
		return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
			seen, attempts = append(seen, req.Header.Get("X-Debug")), append(attempts, client.AttemptOf(req.Context()))
			return &http.Response{StatusCode: 200, Header: http.Header{}}, nil
		})
	}
	tokens := newClient(t, "http://tokens.example.com", client.WithMiddleware(note))
	inner := func(next client.Doer) client.Doer {
		return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
			if _, err := tokens.Call(req.Context(), &getX).Do(); err != nil {
				return nil, err
			}
			return next.Do(req)
		})
	}
	c := newClient(t, "http://example.com", client.WithMiddleware(inner, note))
	_, err := c.Call(client.With(t.Context(), client.WithHeader("X-Debug", "1")), &getX).Do()
	require.NoError(t, err)
	assert.Equal(t, []string{"", "1"}, seen)
	assert.Equal(t, []int{1, 1}, attempts)
	assert.Zero(t, client.AttemptOf(t.Context()))
	assert.Nil(t, client.OperationOf(t.Context()))
	assert.Nil(t, client.OperationOf(client.With(t.Context())))
}

// TestAttemptTimeoutOfStream counts until the head has come.
func TestAttemptTimeoutOfStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body := &slowBody{wait: time.Hour}
		s := &script{steps: []step{{takes: time.Minute}, {status: 200, body: body}}}
		c := scripted(t, s, client.WithAttemptTimeout(time.Second))
		res, err := c.Call(t.Context(), &getX).Open()
		require.NoError(t, err)
		rest := res.Reader("*/*")
		p := make([]byte, 10)
		n, err := rest.Read(p)
		require.NoError(t, err)
		assert.Equal(t, "late", string(p[:n]))
		require.NoError(t, rest.Close())
	})
}

// slowBody gives its text late.
type slowBody struct{ wait time.Duration }

func (b *slowBody) Read(p []byte) (int, error) {
	time.Sleep(b.wait) // of the bubble
	return copy(p, "late"), nil
}
