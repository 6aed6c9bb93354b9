package tornadotest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

// recorder is a test that notes that it fails.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failures []string // guarded by mu
	log      strings.Builder
	cleanups []func()
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.failures) > 0
}

func (r *recorder) Cleanup(fn func()) { r.cleanups = append(r.cleanups, fn) }
func (r *recorder) Output() io.Writer { return &r.log }

func (r *recorder) ended() (of string) {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
	return strings.Join(r.failures, "\n")
}

// each runs a test over both ways.
func each(t *testing.T, test func(t *testing.T, way ...tornadotest.Option)) {
	t.Run("socket", func(t *testing.T) { t.Parallel(); test(t) })
	t.Run("memory", func(t *testing.T) { t.Parallel(); test(t, tornadotest.WithMemory()) })
}

func newAPI() *tornado.API { return tornado.NewAPI(tornado.Info{Title: "Test", BasePath: "/v1"}) }

func hello(context.Context, []byte) (apitest.Answer, error) { return apitest.Text("hello"), nil }

func get(t *testing.T, s *tornadotest.Server, path string) (status int, body string) {
	t.Helper()
	res, err := s.HTTPClient().Get(s.URL + path)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(data)
}

func TestHandlersMiddlewareFiltersAndPages(t *testing.T) {
	each(t, func(t *testing.T, way ...tornadotest.Option) {
		seen := make(chan string, 9)
		api := tornado.NewAPI(tornado.Info{BasePath: "/v1"},
			tornado.WithFilter(func(*tornado.Transit) { seen <- "filter" }),
			tornado.WithMiddleware(func(next tornado.Handler) tornado.Handler {
				return func(ctx context.Context, call *tornado.Call) (any, error) {
					seen <- "middleware"
					return next(ctx, call)
				}
			}))
		apitest.Handle(api, "GET", "/hello", hello)
		page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("page")) })
		s := tornadotest.ServeServer(t, tornado.NewServer(tornado.WithMount("/page", page), tornado.WithHealth("/live", "/ready")).Handle(api), way...)
		status, body := get(t, s, "/v1/hello")
		assert.Equal(t, 200, status)
		assert.Equal(t, "hello", body)
		assert.Equal(t, "filter", <-seen)
		assert.Equal(t, "middleware", <-seen)
		_, body = get(t, s, "/page")
		assert.Equal(t, "page", body)
		status, _ = get(t, s, "/ready")
		assert.Equal(t, 200, status)
		c := tornadotest.NewClient(s, client.New, client.WithTimeout(time.Minute))
		res, err := c.Call(t.Context(), &tornado.Operation{ID: "x", Method: "GET", Path: "/hello"}).Do()
		require.NoError(t, err)
		assert.Equal(t, "hello", string(res.Body))
		s.Stop()
		_, err = s.HTTPClient().Get(s.URL + "/v1/hello")
		require.Error(t, err)
	})
}

func TestPanicsFail(t *testing.T) {
	each(t, func(t *testing.T, way ...tornadotest.Option) {
		for _, expected := range []bool{false, true} {
			r := &recorder{TB: t}
			api := newAPI()
			apitest.Handle(api, "GET", "/a", func(context.Context, []byte) (apitest.Answer, error) { panic("no pets left") })
			opts := way
			if expected {
				opts = append(opts, tornadotest.WithPanics())
			}
			s := tornadotest.Serve(r, api, opts...)
			status, _ := get(t, s, "/v1/a")
			assert.Equal(t, 500, status)
			failures := r.ended()
			assert.Contains(t, r.log.String(), "no pets left")
			if expected {
				assert.Empty(t, failures)
				continue
			}
			assert.Contains(t, failures, "handler panicked (operation GET /a): no pets left")
		}
	})
}

func TestOwnLoggersGoOn(t *testing.T) {
	var own strings.Builder
	api := tornado.NewAPI(tornado.Info{}, tornado.WithAPILogger(slog.New(slog.NewTextHandler(&own, nil))))
	apitest.Handle(api, "GET", "/a", func(context.Context, []byte) (apitest.Answer, error) { return apitest.Answer{}, errors.New("no disk") })
	r := &recorder{TB: t}
	get(t, tornadotest.Serve(r, api), "/a")
	assert.Empty(t, r.ended())
	assert.Contains(t, own.String(), "no disk")
	assert.Contains(t, r.log.String(), "no disk")
}

func TestForgottenReplyFails(t *testing.T) {
	each(t, func(t *testing.T, way ...tornadotest.Option) {
		for _, forget := range []bool{true, false} {
			r := &recorder{TB: t}
			asked := make(chan *tornado.Deferred, 1)
			api := newAPI()
			apitest.Poll(api, "/poll", func(_ context.Context, d *tornado.Deferred) { asked <- d })
			opts := way
			if forget {
				opts = append(opts, tornadotest.WithGrace(time.Millisecond))
			}
			s := tornadotest.Serve(r, api, opts...)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/v1/poll", nil)
				if res, err := s.HTTPClient().Do(req); err == nil {
					_, _ = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
			}()
			<-asked
			if !forget {
				cancel()
				<-answered
			}
			failures := r.ended()
			cancel()
			<-answered
			if forget {
				assert.Contains(t, failures, "deferred replies that nobody has completed, though the test is over:\n\tGET /v1/poll (GET /poll)")
				continue
			}
			assert.Empty(t, failures)
		}
	})
}

func TestLeakedGoroutineFails(t *testing.T) {
	each(t, func(t *testing.T, way ...tornadotest.Option) {
		for name, c := range map[string]struct {
			opts  []tornadotest.Option
			fails bool
		}{
			"leaked":  {[]tornadotest.Option{tornadotest.WithGrace(time.Millisecond)}, true},
			"allowed": {[]tornadotest.Option{tornadotest.WithGoroutines("tornadotest_test.waitFor")}, false},
		} {
			r := &recorder{TB: t}
			over := make(chan struct{})
			api := newAPI()
			apitest.Handle(api, "GET", "/a", func(context.Context, []byte) (apitest.Answer, error) {
				go waitFor(over)
				return apitest.Text("begun"), nil
			})
			get(t, tornadotest.Serve(r, api, append(c.opts, way...)...), "/v1/a")
			failures := r.ended()
			close(over)
			if c.fails {
				assert.Contains(t, failures, "tornadotest_test.waitFor", name)
				continue
			}
			assert.Empty(t, failures, name)
		}
	})
}

func waitFor(over chan struct{}) { <-over }

func TestRequestThatNeverEndsFails(t *testing.T) {
	each(t, func(t *testing.T, way ...tornadotest.Option) {
		r := &recorder{TB: t}
		begun, over := make(chan struct{}), make(chan struct{})
		api := newAPI()
		apitest.Handle(api, "GET", "/stuck", func(context.Context, []byte) (apitest.Answer, error) {
			close(begun)
			<-over
			return apitest.Text("late"), nil
		})
		s := tornadotest.Serve(r, api, append(way, tornadotest.WithGrace(time.Millisecond))...)
		client := make(chan struct{})
		go func() {
			defer close(client)
			if res, err := s.HTTPClient().Get(s.URL + "/v1/stuck?a=b"); err == nil {
				res.Body.Close()
			}
		}()
		<-begun
		assert.Contains(t, r.ended(), "these requests never ended:\n\tGET /v1/stuck?a=b (GET /stuck)")
		close(over)
		<-client
	})
}

// The clock of a bubble is that of timers, timeouts, polls and heartbeats.
func TestTimeOfABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := newAPI()
		apitest.Poll(api, "/poll", func(_ context.Context, d *tornado.Deferred) {
			d.After(4*time.Minute, func() bool { return d.Fail(&tornado.StatusError{Status: 410}) })
		})
		apitest.Events(api, "/events", func(ctx context.Context, out *tornado.EventStream[string]) error {
			for i := range 3 {
				time.Sleep(time.Hour)
				if err := out.Send(fmt.Sprint(i)); err != nil {
					return err
				}
			}
			return nil
		})
		s := tornadotest.Serve(t, api, tornadotest.WithMemory())
		begun := time.Now()
		ticks := 0
		ctx, cancel := context.WithCancel(t.Context())
		tornado.Every(ctx, time.Minute, func() { ticks++ })
		status, _ := get(t, s, "/v1/poll")
		assert.Equal(t, 410, status)
		assert.Equal(t, 4*time.Minute, time.Since(begun))
		_, body := get(t, s, "/v1/events")
		assert.Equal(t, 3, strings.Count(body, "\ndata:")+strings.Count(body[:5], "data:"), body)
		assert.Equal(t, 3*time.Hour+4*time.Minute, time.Since(begun))
		cancel()
		synctest.Wait()
		assert.InDelta(t, 184, ticks, 1)
	})
}

// A socket that nobody writes to for an hour lives by its pings, and ends with its server.
func TestSocketInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := newAPI()
		op := &tornado.Operation{ID: "clock", Name: "Clock", Method: http.MethodGet, Path: "/clock", Socket: &tornado.SocketOptions{}}
		send := tornado.SendJSON(func(v *string, b []byte) []byte { return tornado.AppendString(b, *v) })
		receive := tornado.ReceiveJSON(func(v *string, d *tornado.Decoder) { *v = d.String(nil) })
		tornado.RegisterSocket(api, op, func(*struct{}, *tornado.Input) {}, func(ctx context.Context, _ struct{}, ws *tornado.Socket[string, string]) error {
			if err := ws.Send("early"); err != nil {
				return err
			}
			tornado.After(time.Hour, func() { assert.NoError(t, ws.Send("late")) })
			for range ws.Messages() { // which sees the answers to pings
				t.Error("the client says something")
			}
			return nil
		}, send, receive)
		s := tornadotest.Serve(t, api, tornadotest.WithMemory())
		c := tornadotest.NewClient(s, client.New)
		ws, res, err := client.Dial(c.Call(t.Context(), op), send, receive)
		require.NoError(t, err)
		require.Nil(t, res)
		begun := time.Now()
		var said []string
		for text := range ws.Messages() {
			if said = append(said, text); text == "late" {
				assert.Equal(t, time.Hour, time.Since(begun))
				go s.Stop() // it closes the socket, and this loop ends
			}
		}
		assert.Equal(t, []string{"early", "late"}, said)
	})
}

// The end of a test waits for a Stop that goes on, and its time with it.
func TestStoppedBesideTheEndOfABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{TB: t}
		over := make(chan struct{})
		api := newAPI()
		apitest.Handle(api, "GET", "/a", func(context.Context, []byte) (apitest.Answer, error) {
			go waitFor(over)
			return apitest.Text("begun"), nil
		})
		s := tornadotest.Serve(r, api, tornadotest.WithMemory(), tornadotest.WithGrace(time.Second))
		get(t, s, "/v1/a")
		begun := time.Now()
		go s.Stop() // waits for the goroutine, for all of its grace
		synctest.Wait()
		assert.Contains(t, r.ended(), "tornadotest_test.waitFor")
		assert.InDelta(t, time.Second, time.Since(begun), float64(100*time.Millisecond))
		close(over)
	})
}

func TestServerServesOnce(t *testing.T) {
	server := tornado.NewServer().Handle(newAPI())
	tornadotest.ServeServer(t, server, tornadotest.WithMemory())
	assert.PanicsWithError(t, tornado.ErrServed.Error(), func() { server.HTTPHandler() })
}
