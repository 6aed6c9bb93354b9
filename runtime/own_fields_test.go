package tornado

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestOwnFieldsAreOnEveryAnswer: what the handler has set through Raw, and a filter with AddHeader, is on the answer, whatever went wrong
// since; nothing else is that what failed had begun to say.
func TestOwnFieldsAreOnEveryAnswer(t *testing.T) {
	failing := &Operation{ID: "fails", Method: "GET", Path: "/fails", Produces: []string{"a/b"}}
	plain := func(handle func(ctx context.Context) error, write func(*Reply)) func(opts ...APIOption) *API {
		return func(opts ...APIOption) *API {
			api := newTestAPI(testHandlers{}, opts...)
			Register(api, failing, (*noRequest).decode, func(ctx context.Context, _ *noRequest) ([]byte, error) { return nil, handle(ctx) },
				func(w *Reply, _ []byte) {
					w.Header("X-Wrong", "yes")
					write(w)
				})
			return api
		}
	}
	events := func(opts ...APIOption) *API {
		api := newTestAPI(testHandlers{}, opts...)
		op := &Operation{ID: "fails", Method: "GET", Path: "/fails", Produces: []string{"text/event-stream"}, Kind: KindStream}
		RegisterEvents(api, op, (*noRequest).decode, func(ctx context.Context, _ noRequest, out *EventStream[string]) error {
			_ = Raw(ctx).SetHeader("X-Own", "yes")
			return out.Send("one")
		}, http.StatusOK, &textCodec)
		return api
	}
	own := func(ctx context.Context) error { return Raw(ctx).SetHeader("X-Own", "yes") }
	ok := func(w *Reply) { w.Bytes(http.StatusOK, "a/b", nil) }
	for name, c := range map[string]struct {
		api     func(opts ...APIOption) *API
		filter  func(t *Transit)
		outside bool // net/http does the same
	}{
		"an error":                  {plain(func(ctx context.Context) error { return errors.Join(own(ctx), errors.New("one")) }, ok), nil, true},
		"panic":                     {plain(func(ctx context.Context) error { _ = own(ctx); panic("one") }, ok), nil, true},
		"goroutine":                 {plain(func(ctx context.Context) error { _ = own(ctx); runtime.Goexit(); return nil }, ok), nil, false},
		"encoding":                  {plain(own, func(*Reply) { panic("one") }), nil, true},
		"not sendable":              {plain(own, func(w *Reply) { w.Header("X-Bad", "\n"); ok(w) }), nil, true},
		"filter panics":             {plain(own, ok), func(t *Transit) { t.OnAnswer(func(*Reply) { panic("one") }) }, true},
		"filter faults":             {plain(own, ok), func(t *Transit) { t.OnAnswer(func(w *Reply) { w.Fault(errors.New("one")) }) }, true},
		"filter of a stream panics": {events, func(t *Transit) { t.OnStream(func(*Reply) Coder { panic("one") }) }, true},
		"filter of a stream faults": {events, func(t *Transit) { t.OnStream(func(w *Reply) Coder { w.Fault(errors.New("one")); return nil }) }, true},
	} {
		ask := func(t *testing.T, dial dialer, mark string) {
			conn := dial(t)
			_, err := io.WriteString(conn, "GET /fails HTTP/1.1\r\nHost: h\r\n\r\n")
			require.NoError(t, err)
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			assert.Equal(t, http.StatusInternalServerError, answer.StatusCode)
			assert.Equal(t, []string{"yes"}, answer.Header["X-Own"])
			assert.Equal(t, mark, answer.Header.Get("X-Mark"))
			assert.Len(t, answer.Header["X-Mark"], len(mark)/3)
			assert.Empty(t, answer.Header["X-Wrong"])
		}
		t.Run(name, func(t *testing.T) {
			marked := c.api(WithAPILogger(quiet), WithFilter(func(t *Transit) {
				_ = t.AddHeader("X-Mark", "yes")
				if c.filter != nil {
					c.filter(t)
				}
			}))
			if c.outside {
				everyServer(t, marked, func(t *testing.T, dial dialer) { ask(t, dial, "yes") })
			} else {
				ask(t, start(t, marked).dialer(), "yes")
			}
			if c.filter == nil {
				ask(t, start(t, c.api(WithAPILogger(quiet))).dialer(), "")
			}
		})
	}
}

// TestOwnFieldsOfARefusedBody: what was set before the body came is on the answer that refuses it.
func TestOwnFieldsOfARefusedBody(t *testing.T) {
	api := newTestAPI(testHandlers{}, WithFilter(func(t *Transit) {
		t.OnAdmitted(func() { _ = Raw(t.Context()).SetHeader("X-Own", "yes") })
	}))
	const head = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\n"
	for request, status := range map[string]int{
		head + "Transfer-Encoding: chunked\r\n\r\nno chunk": http.StatusBadRequest,
		head + "Content-Length: 5\r\n\r\nfour":              http.StatusRequestTimeout,
	} {
		c := start(t, api, WithTimeouts(Timeouts{Body: 10 * time.Millisecond})).dial(t)
		c.send(request)
		answer, _ := c.answer("POST")
		assert.Equal(t, status, answer.StatusCode)
		assert.Equal(t, []string{"yes"}, answer.Header["X-Own"], status)
	}
}
