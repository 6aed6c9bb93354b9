package tornado

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBegunAnswerHasItsStatus: an answer whose head the client has seen is in the log and the measures with its status and what was sent of it,
// whoever ends it, and whether its handler still runs.
func TestBegunAnswerHasItsStatus(t *testing.T) {
	begunAnswers(t, func(t *testing.T, running bool, check begunCheck) {
		for mode, on := range modes {
			if running && strings.HasSuffix(mode, "onloop") {
				continue // a handler that waits has the loop, which sees nobody leave
			}
			t.Run(mode, func(t *testing.T) {
				check(t, func(api *API, opts []Option) (*Server, *http.Client, string) {
					r := start(t, api, append(opts, on...)...)
					client, url := r.client(t)
					return r.Server, client, url
				})
			})
		}
		t.Run("net/http", func(t *testing.T) {
			check(t, func(api *API, opts []Option) (*Server, *http.Client, string) {
				s := NewServer(append(opts, WithLogger(quiet))...).Handle(api)
				outside := httptest.NewServer(s.HTTPHandler())
				t.Cleanup(outside.Close)
				return s, outside.Client(), outside.URL
			})
		})
	})
}

// TestHTTP2BegunAnswerHasItsStatus is the same over HTTP/2.
func TestHTTP2BegunAnswerHasItsStatus(t *testing.T) {
	begunAnswers(t, func(t *testing.T, _ bool, check begunCheck) {
		check(t, func(api *API, opts []Option) (*Server, *http.Client, string) {
			r := start(t, api, append(opts, WithH2C())...)
			client, url := http2Client(t, r, "h2c")
			return r.Server, client, url
		})
	})
}

// begunCheck begins an answer of the server that serve starts, ends it, and looks at what was noted.
type begunCheck func(t *testing.T, serve func(api *API, opts []Option) (*Server, *http.Client, string))

// begunAnswers calls on for each kind of answer and of end.
func begunAnswers(t *testing.T, on func(t *testing.T, running bool, check begunCheck)) {
	three := func(out *EventStream[string]) error {
		for range 3 {
			if err := out.Send("one"); err != nil {
				return err
			}
		}
		return nil
	}
	handlers := map[string]struct {
		watch func(ctx context.Context, out *EventStream[string]) error
		body  string
	}{
		"kept":        {func(_ context.Context, out *EventStream[string]) error { out.Keep(); return three(out) }, "data: one\n\ndata: one\n\ndata: one\n\n"},
		"kept opened": {func(_ context.Context, out *EventStream[string]) error { out.Keep(); return out.Open() }, ""},
		"kept alone":  {func(_ context.Context, out *EventStream[string]) error { out.Keep(); return nil }, ""},
		"running": {func(ctx context.Context, out *EventStream[string]) error {
			if err := three(out); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		}, "data: one\n\ndata: one\n\ndata: one\n\n"},
	}
	endings := map[string]struct {
		end  func(r *Server, leave func(), out *EventStream[string])
		told string
	}{
		"leaves": {func(_ *Server, leave func(), _ *EventStream[string]) { leave() }, `ended="client gone"`},
		"drains": {func(s *Server, _ func(), _ *EventStream[string]) { s.Shutdown() }, "ended=cut"},
		"aborts": {func(_ *Server, _ func(), out *EventStream[string]) { out.Abort(nil) }, "ended=cut"},
	}
	for name, h := range handlers {
		for why, e := range endings {
			check := func(t *testing.T, serve func(api *API, opts []Option) (*Server, *http.Client, string)) {
				t.Helper()
				var access journal
				streams := make(chan *EventStream[string], 1)
				api := watching(nil, func(ctx context.Context, out *EventStream[string]) error {
					streams <- out
					return h.watch(ctx, out)
				}, WithAPILogger(quiet), WithFilter(func(t *Transit) { t.Log(slog.Bool("filtered", true)) }))
				s, client, url := serve(api, []Option{WithAccessLog(access.logger()), WithTimeouts(Timeouts{HalfClose: time.Millisecond})})
				s.Measure()
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/watch", http.NoBody)
				require.NoError(t, err)
				res, err := client.Do(req)
				require.NoError(t, err)
				defer res.Body.Close()
				require.Equal(t, http.StatusOK, res.StatusCode)
				_, err = io.ReadFull(res.Body, make([]byte, len(h.body)))
				require.NoError(t, err)
				out := <-streams
				if name != "running" {
					require.Eventually(t, func() bool { return operationOf(t, s.Stats().Operations, "watch").Waiting == 1 }, patience, time.Millisecond)
				}
				e.end(s, leave, out)
				require.Eventually(t, func() bool { return strings.Contains(access.String(), "ended=") }, patience, time.Millisecond)
				assert.Contains(t, access.String(), " status=200 ")
				assert.Regexp(t, ` bytes=`+map[bool]string{true: "0", false: "33"}[h.body == ""]+` `, access.String())
				assert.Contains(t, access.String(), e.told)
				assert.Contains(t, access.String(), "filtered=true")
				o := operationOf(t, s.Stats().Operations, "watch")
				assert.Equal(t, map[int]uint64{http.StatusOK: 1}, o.Answered)
				assert.EqualValues(t, len(h.body), o.Bytes)
				assert.EqualValues(t, 1, o.Gone+o.Cut)
			}
			t.Run(name+"/"+why, func(t *testing.T) { on(t, name == "running", check) })
		}
	}
}
