package tornado

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hiding is a ResponseWriter of middleware that has the three methods alone.
type hiding struct{ w http.ResponseWriter }

func (h hiding) Header() http.Header         { return h.w.Header() }
func (h hiding) Write(p []byte) (int, error) { return h.w.Write(p) }
func (h hiding) WriteHeader(status int)      { h.w.WriteHeader(status) }

// TestBehindMiddlewareThatHides: what such a ResponseWriter cannot do is not silently left out: a stream comes when net/http sends it, a
// WebSocket is a 500, and the log says why.
func TestBehindMiddlewareThatHides(t *testing.T) {
	var logged bytes.Buffer
	logger := WithAPILogger(slog.New(slog.NewTextHandler(&logged, nil)))
	serve := func(a *API, prepare func(r *http.Request)) *httptest.ResponseRecorder {
		logged.Reset()
		logger(a)
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/watch", nil)
		prepare(r)
		a.HTTPHandler().ServeHTTP(hiding{w}, r)
		return w
	}
	w := serve(watching(nil, func(_ context.Context, out *EventStream[string]) error {
		for range 3 {
			if err := out.Send("a"); err != nil {
				return err
			}
		}
		return nil
	}), func(*http.Request) {})
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, "data: a\n\ndata: a\n\ndata: a\n\n", w.Body.String())
	assert.Equal(t, 1, bytes.Count(logged.Bytes(), []byte("Unwrap")), logged.String())

	w = serve(chatAPI(SocketOptions{}, func(_ context.Context, s *chatSocket) error {
		for range s.Messages() {
			require.Fail(t, "there is no socket")
		}
		return nil
	}), func(r *http.Request) {
		r.URL.Path, r.RequestURI = "/chat", "/chat"
		for name, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} {
			r.Header.Set(name, value)
		}
	})
	assert.Equal(t, 500, w.Code)
	assert.Contains(t, logged.String(), "Unwrap")
}
