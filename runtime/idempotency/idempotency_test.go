package idempotency

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/internal/setclock"
)

// counting is an API whose operation answers with the number of the call, unless the body says otherwise.
func counting(opts ...Option) *tornado.API {
	var calls atomic.Int32
	a := apitest.New(New(opts...))
	handle := func(_ context.Context, body []byte) (apitest.Answer, error) {
		n := calls.Add(1)
		switch string(body) {
		case "fail":
			return apitest.Answer{}, errors.New("failed")
		case "refuse":
			return apitest.Answer{}, &tornado.StatusError{Status: 409, Detail: fmt.Sprint(n)}
		}
		return apitest.Answer{Body: fmt.Append(nil, n), Head: http.Header{"X-Call": {fmt.Sprint(n)}}}, nil
	}
	apitest.Handle(a, "POST", "/pay", handle)
	apitest.Handle(a, "PUT", "/pay", handle)
	return a
}

func TestTheFirstAnswerIsGivenAgain(t *testing.T) {
	a := counting()
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		ask := func(method, body string, fields ...string) (*http.Response, string) {
			return c.Ask(method, "/pay", strings.NewReader(body), fields...)
		}
		key := t.Name()
		res, first := ask("POST", "1", Header, key)
		require.Equal(t, 200, res.StatusCode)
		assert.Empty(t, res.Header.Get("Idempotency-Replayed"))
		for range 2 {
			res, body := ask("POST", "1", Header, key)
			assert.Equal(t, first, body)
			assert.Equal(t, first, res.Header.Get("X-Call"))
			assert.Equal(t, "true", res.Header.Get("Idempotency-Replayed"))
			assert.Equal(t, "text/plain", res.Header.Get("Content-Type"))
		}
		for name, one := range map[string][]string{"another key": {Header, key + "2"}, "another caller": {Header, key, "Authorization", "Bearer x"}, "no key": nil} {
			_, body := ask("POST", "1", one...)
			assert.NotEqual(t, first, body, name)
		}
		_, body := ask("PUT", "1", Header, key)
		assert.NotEqual(t, first, body, "PUT is idempotent by itself")

		res, body = ask("POST", "2", Header, key)
		assert.Equal(t, 422, res.StatusCode)
		assert.Contains(t, body, "another request")
		res, _ = ask("POST", "1", Header, strings.Repeat("k", 256))
		assert.Equal(t, 400, res.StatusCode)

		_, refusal := ask("POST", "refuse", Header, key+"r")
		res, again := ask("POST", "refuse", Header, key+"r")
		assert.Equal(t, 409, res.StatusCode)
		assert.Equal(t, refusal, again, "a refusal is an answer")
		for range 2 {
			res, _ = ask("POST", "fail", Header, key+"f")
			assert.Equal(t, 500, res.StatusCode)
			assert.Empty(t, res.Header.Get("Idempotency-Replayed"), "a failure is not kept")
		}
	})
}

func TestRequiredForSome(t *testing.T) {
	apitest.Each(t, counting(WithRequired(), WithOperations("PUT /pay")), func(t *testing.T, c *apitest.Client) {
		res, _ := c.Ask("PUT", "/pay", nil)
		assert.Equal(t, 400, res.StatusCode)
		res, _ = c.Ask("POST", "/pay", strings.NewReader("1"))
		assert.Equal(t, 200, res.StatusCode)
	})
}

// leave sends a request with the key "k" and hangs up once its handler runs.
func leave(t *testing.T, c *apitest.Client, running <-chan struct{}) {
	ctx, hangUp := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+"/hold", strings.NewReader("x"))
	require.NoError(t, err)
	req.Header.Set(Header, "k")
	left := make(chan struct{})
	go func() {
		defer close(left)
		if res, err := c.Do(req); err == nil {
			res.Body.Close()
		}
	}()
	<-running
	hangUp()
	<-left
}

// TestOneAtATime: while the first handler runs others get 409, also when its client has gone, and then its answer.
func TestOneAtATime(t *testing.T) {
	store := &watched{Store: NewMemory(0, 0), finished: make(chan string, 8), forgot: make(chan string, 8)}
	running, gone, goOn := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var calls atomic.Int32
	a := apitest.New(New(WithStore(store)))
	apitest.Handle(a, "POST", "/hold", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		calls.Add(1)
		running <- struct{}{}
		<-ctx.Done()
		gone <- struct{}{}
		<-goOn
		return apitest.Text("done"), nil
	})
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		calls.Store(0)
		leave(t, c, running)
		<-gone
		res, _ := c.Ask("POST", "/hold", strings.NewReader("x"), Header, "k")
		assert.Equal(t, 409, res.StatusCode)
		goOn <- struct{}{}
		key := <-store.finished
		res, body := c.Ask("POST", "/hold", strings.NewReader("x"), Header, "k")
		assert.Equal(t, 200, res.StatusCode)
		assert.Equal(t, "done", body)
		assert.EqualValues(t, 1, calls.Load())
		assert.Empty(t, store.forgot)
		store.Store.Forget(t.Context(), key) // for the other server
	})
}

// TestNoAnswer: a handler that gives up when its client goes leaves a fresh key.
func TestNoAnswer(t *testing.T) {
	store := &watched{Store: NewMemory(0, 0), finished: make(chan string, 8), forgot: make(chan string, 8)}
	running := make(chan struct{})
	a := apitest.New(New(WithStore(store)))
	apitest.Handle(a, "POST", "/hold", func(ctx context.Context, _ []byte) (apitest.Answer, error) {
		running <- struct{}{}
		<-ctx.Done()
		return apitest.Answer{}, ctx.Err()
	})
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		for range 3 {
			leave(t, c, running)
			<-store.forgot
		}
	})
}

// TestWhoseKey: those by whose credentials a caller was let in count, and nothing else does; cookies are nobody else's.
func TestWhoseKey(t *testing.T) {
	a := apitest.New(New())
	tornado.AddAPIKey(a, "header", tornado.InHeader, "X-Key", func(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil })
	tornado.AddAPIKey(a, "query", tornado.InQuery, "key", func(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil })
	var calls atomic.Int32
	apitest.Handle(a, "POST", "/pay", func(context.Context, []byte) (apitest.Answer, error) {
		n := fmt.Sprint(calls.Add(1))
		return apitest.Answer{Body: []byte(n), Head: http.Header{"Set-Cookie": {"session=" + n}, "X-Call": {n}}}, nil
	}, tornado.Requirement{Uses: []tornado.SchemeUse{{Scheme: "header"}}}, tornado.Requirement{Uses: []tornado.SchemeUse{{Scheme: "query"}}})
	apitest.Each(t, a, func(t *testing.T, c *apitest.Client) {
		pay := func(path string, fields ...string) (*http.Response, string) {
			res, body := c.Ask("POST", path, strings.NewReader("1"), append(fields, Header, t.Name())...)
			require.Equal(t, 200, res.StatusCode)
			return res, body
		}
		_, ann := pay("/pay", "X-Key", "ann", "Cookie", "seen=1")
		_, bob := pay("/pay", "X-Key", "bob", "Cookie", "seen=1")
		assert.NotEqual(t, ann, bob)
		_, cid := pay("/pay?key=cid")
		assert.NotContains(t, []string{ann, bob}, cid)
		res, again := pay("/pay", "X-Key", "ann", "Cookie", "seen=2")
		assert.Equal(t, ann, again)
		assert.Equal(t, ann, res.Header.Get("X-Call"))
		assert.Empty(t, res.Header.Values("Set-Cookie"))
	})
}

// watched is a Store that tells of what it keeps and forgets.
type watched struct {
	Store
	finished, forgot chan string
}

func (w *watched) Finish(ctx context.Context, key string, a *Answer) error {
	err := w.Store.Finish(ctx, key, a)
	w.finished <- key
	return err
}

func (w *watched) Forget(ctx context.Context, key string) {
	w.Store.Forget(ctx, key)
	w.forgot <- key
}

// TestClockIsSet: an answer is kept for its time, whatever becomes of the clock.
func TestClockIsSet(t *testing.T) {
	m := NewMemory(time.Hour, 1<<20)
	at := time.Now()
	m.now = func() time.Time { return at }
	begin := func() State {
		s, _, err := m.Begin(context.Background(), "key", "r")
		require.NoError(t, err)
		return s
	}
	require.Equal(t, Fresh, begin())
	require.NoError(t, m.Finish(context.Background(), "key", &Answer{Status: 204}))
	for _, d := range []time.Duration{24 * time.Hour, -48 * time.Hour} {
		at = setclock.By(t, at, d)
		assert.Equal(t, Done, begin(), d)
	}
	at = at.Add(time.Hour + 1)
	assert.Equal(t, Fresh, begin())
}

func TestMemory(t *testing.T) {
	m := NewMemory(time.Hour, 3*overhead)
	at := time.Unix(1_000_000, 0)
	m.now = func() time.Time { return at }
	begin := func(key string) State {
		s, _, err := m.Begin(context.Background(), key, "r")
		require.NoError(t, err)
		return s
	}
	require.Equal(t, Fresh, begin("running"))
	for i := range 5 {
		key := fmt.Sprint(i)
		require.Equal(t, Fresh, begin(key))
		require.NoError(t, m.Finish(context.Background(), key, &Answer{Status: 204}))
		require.LessOrEqual(t, m.bytes, 3*overhead)
	}
	assert.Equal(t, Running, begin("running"))
	assert.Equal(t, Done, begin("4"))
	assert.Equal(t, Fresh, begin("0"), "the oldest had to go")
	at = at.Add(2 * time.Hour)
	assert.Equal(t, Fresh, begin("4"), "it is too old")
	_, _, err := m.Begin(context.Background(), "4", "another")
	require.ErrorIs(t, err, ErrOtherRequest)
	m.Forget(context.Background(), "4")
	assert.Equal(t, Fresh, begin("4"))
}
