// Package drive serves an API on a loopback socket and talks to it over HTTP. The behaviour tests of the golden cases use it.
package drive

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// Serve serves api until the test ends and returns its URL, base path included.
func Serve(t *testing.T, api *tornado.API) string {
	t.Helper()
	listener, err := tornado.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return "http://" + serve(t, api, listener)
}

// ServeTLS is Serve with TLS.
func ServeTLS(t *testing.T, api *tornado.API, config *tls.Config) string {
	t.Helper()
	listener, err := tornado.ListenTLS("tcp", "127.0.0.1:0", tornado.TLS{Config: config})
	require.NoError(t, err)
	return "https://" + serve(t, api, listener)
}

func serve(t *testing.T, api *tornado.API, listener *tornado.Listener) string {
	t.Helper()
	server := tornado.NewServer().Handle(api)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(context.Background(), listener) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		server.Shutdown()
		assert.NoError(t, <-ended)
	})
	return listener.Addr().String() + api.BasePath()
}

// Both runs a test on the server of the runtime and on that of net/http, each with an API of its own.
func Both(t *testing.T, make func(t *testing.T) *tornado.API, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("loops", func(t *testing.T) { test(t, Serve(t, make(t))) })
	t.Run("net/http", func(t *testing.T) {
		api := make(t)
		server := httptest.NewServer(api.HTTPHandler())
		t.Cleanup(server.Close)
		test(t, server.URL+api.BasePath())
	})
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Violations lists what a problem names, as "in pointer keyword".
func (a Answer) Violations(t *testing.T) []string {
	t.Helper()
	var problem struct {
		Errors []struct{ In, Pointer, Keyword string }
	}
	require.NoError(t, json.Unmarshal([]byte(a.Body), &problem), a.Body)
	var out []string
	for _, e := range problem.Errors {
		out = append(out, strings.Join([]string{e.In, e.Pointer, e.Keyword}, " "))
	}
	return out
}

// Do sends a request. A body that is not "" is JSON, unless headers, which are names and values in turn, say otherwise.
func Do(t *testing.T, method, url, body string, headers ...string) Answer {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, reader)
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	require.NoError(t, err)
	defer func() { assert.NoError(t, res.Body.Close()) }()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return Answer{res.StatusCode, res.Header, string(data)}
}

// Exchange is one body that is sent and what comes back: a body, or violations as "pointer keyword".
type Exchange struct {
	Send string
	Want string // "": the same as Send
	Not  []string
}

// Echo posts each body to url, which gives back what it was sent.
func Echo(t *testing.T, url string, exchanges map[string]Exchange) {
	t.Helper()
	for name, e := range exchanges {
		t.Run(name, func(t *testing.T) {
			got := Do(t, http.MethodPost, url, e.Send)
			if e.Not != nil {
				require.Equal(t, http.StatusUnprocessableEntity, got.Status, got.Body)
				var want []string
				for _, v := range e.Not {
					want = append(want, "body "+v)
				}
				require.Equal(t, want, got.Violations(t), got.Body)
				return
			}
			require.Equal(t, http.StatusOK, got.Status, got.Body)
			want := e.Want
			if want == "" {
				want = e.Send
			}
			assert.Equal(t, want, got.Body)
		})
	}
}
