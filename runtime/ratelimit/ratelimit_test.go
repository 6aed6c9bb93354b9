package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/internal/setclock"
)

// clock is a Memory whose time stands still until it is moved.
func clock(keys int) (*Memory, func(time.Duration)) {
	m := NewMemory(keys)
	var mu sync.Mutex
	at := time.Unix(1_000_000, 0)
	m.now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}
	return m, func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(d)
	}
}

func take(t *testing.T, m *Memory, key string, l Limit) Decision {
	t.Helper()
	d, err := m.Take(context.Background(), key, l)
	require.NoError(t, err)
	return d
}

// TestClockIsSet: a clock that is set back locks nobody out, and one that is set forward lets nobody in.
func TestClockIsSet(t *testing.T) {
	at := time.Now()
	m := NewMemory(0)
	m.now = func() time.Time { return at }
	l := Limit{Requests: 1, Per: time.Minute}
	require.True(t, take(t, m, "a", l).Allowed)
	for _, d := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		at = setclock.By(t, at, d)
		assert.Equal(t, Decision{RetryIn: time.Minute}, take(t, m, "a", l), d)
	}
	at = at.Add(time.Minute)
	assert.True(t, take(t, m, "a", l).Allowed)
}

func TestMemory(t *testing.T) {
	m, pass := clock(0)
	l := Limit{Requests: 10, Per: time.Second, Burst: 3}
	for i := range 3 {
		d := take(t, m, "a", l)
		assert.True(t, d.Allowed)
		assert.Equal(t, 2-i, d.Remaining)
	}
	assert.Equal(t, Decision{RetryIn: 100 * time.Millisecond}, take(t, m, "a", l))
	assert.True(t, take(t, m, "b", l).Allowed, "another key is not concerned")
	pass(99 * time.Millisecond)
	assert.Equal(t, Decision{RetryIn: time.Millisecond}, take(t, m, "a", l))
	pass(time.Millisecond)
	assert.Equal(t, Decision{Allowed: true, RetryIn: 100 * time.Millisecond}, take(t, m, "a", l))
	pass(time.Hour)
	assert.Equal(t, 2, take(t, m, "a", l).Remaining)
	allowed := 0
	for range 10_000 {
		pass(time.Millisecond)
		if take(t, m, "a", l).Allowed {
			allowed++
		}
	}
	assert.InDelta(t, 100, allowed, 3)
}

func TestMemoryIsBounded(t *testing.T) {
	m, pass := clock(2000)
	l := Limit{Requests: 1, Per: time.Second}
	for i := range 10_000 {
		take(t, m, fmt.Sprint(i), l)
		require.LessOrEqual(t, len(m.due), 2000)
	}
	pass(time.Minute)
	for i := range 2000 {
		take(t, m, fmt.Sprint("later", i), l)
	}
	assert.LessOrEqual(t, len(m.due), 2000)
}

func answering(a *tornado.API) *tornado.API {
	ok := func(context.Context, []byte) (apitest.Answer, error) { return apitest.Text("ok"), nil }
	apitest.Handle(a, "GET", "/cheap", ok)
	apitest.Handle(a, "GET", "/dear", ok)
	return a
}

func TestLimits(t *testing.T) {
	for name, one := range map[string]struct {
		opts  []Option
		cheap []int // the statuses of calls of cheap, and then of dear
		dear  []int
	}{
		"all together":   {nil, []int{200, 200}, []int{429}},
		"each by itself": {[]Option{WithPerOperation()}, []int{200, 200, 429}, []int{200, 200, 429}},
		"one alone":      {[]Option{WithOperations("GET /dear")}, []int{200, 200, 200}, []int{200, 200, 429}},
		"by caller":      {[]Option{WithCaller(func(ctx context.Context) string { return tornado.Raw(ctx).Header("X-User") })}, []int{200, 200, 200}, []int{200}},
		"store is away":  {[]Option{WithStore(away{})}, []int{200, 200, 200}, []int{200}},
	} {
		t.Run(name, func(t *testing.T) {
			c := apitest.NewClient(t, apitest.Serve(t, answering(apitest.New(New(Limit{Requests: 2, Per: time.Hour}, one.opts...)))))
			for path, statuses := range map[string][]int{"/cheap": one.cheap} {
				for _, status := range statuses {
					res, _ := c.Get(path)
					assert.Equal(t, status, res.StatusCode, path)
				}
			}
			for _, status := range one.dear {
				res, _ := c.Get("/dear")
				assert.Equal(t, status, res.StatusCode)
			}
		})
	}
}

type away struct{}

func (away) Take(context.Context, string, Limit) (Decision, error) {
	return Decision{}, errors.New("away")
}

func TestFields(t *testing.T) {
	m, _ := clock(0)
	api := answering(apitest.New(New(Limit{Requests: 2, Per: time.Minute}, WithName("slow"), WithStore(m),
		WithCaller(func(ctx context.Context) string { return tornado.Raw(ctx).Header("X-User") }))))
	c := apitest.NewClient(t, apitest.Serve(t, api))
	res, _ := c.Get("/cheap", "X-User", "ann")
	assert.Equal(t, `"slow";q=2;w=60`, res.Header.Get("RateLimit-Policy"))
	assert.Equal(t, `"slow";r=1;t=0`, res.Header.Get("RateLimit"))
	c.Get("/cheap", "X-User", "ann")
	res, body := c.Get("/cheap", "X-User", "ann")
	assert.Equal(t, 429, res.StatusCode)
	assert.Equal(t, "30", res.Header.Get("Retry-After"))
	assert.Contains(t, body, "too many requests")
	res, _ = c.Get("/cheap", "X-User", "bob")
	assert.Equal(t, 200, res.StatusCode)
	res, _ = c.Get("/nowhere", "X-User", "ann")
	assert.Equal(t, 404, res.StatusCode)
}

func TestWrongOptions(t *testing.T) {
	for text, opt := range map[string]tornado.APIOption{
		"is no limit":      New(Limit{}),
		`"GET /expensive"`: New(Limit{Requests: 1, Per: time.Second}, WithOperations("GET /expensive")),
	} {
		assert.PanicsWithError(t, panicked(answering(apitest.New(opt))).Error(), func() { answering(apitest.New(opt)).HTTPHandler() })
		assert.ErrorContains(t, panicked(answering(apitest.New(opt))), text)
	}
}

func panicked(a *tornado.API) (err error) {
	defer func() { err, _ = recover().(error) }()
	a.HTTPHandler()
	return nil
}

func TestNetwork(t *testing.T) {
	for addr, want := range map[string]string{"192.0.2.1:5": "192.0.2.1", "[2001:db8::1:2:3:4]:5": "2001:db8::/64", "[::ffff:192.0.2.1]:5": "192.0.2.1"} {
		a, err := net.ResolveTCPAddr("tcp", addr)
		require.NoError(t, err)
		assert.Equal(t, want, network(a))
	}
	assert.Empty(t, network(&net.UnixAddr{Name: "x"}))
}
