package tornado

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mountedSuite is a net/http application that uses what handlers use.
func mountedSuite() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /app/hello", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "hello %s", r.URL.Query().Get("name")) })
	mux.HandleFunc("POST /app/sum", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprintln(w, n, err)
	})
	mux.HandleFunc("POST /app/ignore", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	mux.HandleFunc("GET /app/large", func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			_, _ = w.Write(bytes.Repeat([]byte("x"), 1000))
		}
	})
	mux.HandleFunc("GET /app/panic", func(http.ResponseWriter, *http.Request) { panic("oops") })
	mux.HandleFunc("GET /app/none", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /app/ticks", func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		for i := range 3 {
			fmt.Fprintf(w, "tick %d\n", i)
			if c.Flush() != nil {
				return
			}
			select {
			case <-ticks:
			case <-r.Context().Done():
				return
			}
		}
	})
	mux.HandleFunc("GET /app/hijack", func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		line, _ := rw.ReadString('\n')
		_, _ = rw.WriteString("you said " + line)
		_ = rw.Flush()
	})
	return mux
}

var ticks = make(chan struct{})

func TestMountedHandler(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithMount("/app", mountedSuite()))
	client, url := r.client(t)
	get := func(path string) (*http.Response, string) {
		res, err := client.Get(url + path)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res, string(body)
	}

	res, body := get("/app/hello?name=you")
	assert.Equal(t, "hello you", body)
	assert.EqualValues(t, 9, res.ContentLength)
	assert.Equal(t, "text/plain; charset=utf-8", res.Header.Get("Content-Type"))

	_, body = get("/app/large")
	assert.Len(t, body, 100_000)

	res, body = get("/app/panic")
	assert.Equal(t, http.StatusInternalServerError, res.StatusCode, body)

	res, _ = get("/app/none")
	assert.Equal(t, http.StatusNoContent, res.StatusCode)

	_, body = get("/items/1")
	assert.Equal(t, `{"id":1}`, body, "the API beside the mount")

	for _, upload := range []io.Reader{strings.NewReader(strings.Repeat("y", 300_000)), io.MultiReader(strings.NewReader(strings.Repeat("y", 300_000)))} {
		res, err := client.Post(url+"/app/sum", "text/plain", upload)
		require.NoError(t, err)
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, "300000 <nil>\n", string(text))
	}
}

func TestMountedHandlerStreams(t *testing.T) {
	r := start(t, nil, WithMount("/", mountedSuite()))
	c := r.dial(t)
	c.send("GET /app/ticks HTTP/1.1\r\nHost: x\r\n\r\n")
	res, err := http.ReadResponse(c.r, nil)
	require.NoError(t, err)
	line := make([]byte, len("tick 0\n"))
	for i := range 3 {
		_, err := io.ReadFull(res.Body, line)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("tick %d\n", i), string(line))
		ticks <- struct{}{}
	}
	rest, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Empty(t, rest)
	c.send("GET /app/hello HTTP/1.1\r\nHost: x\r\n\r\n")
	_, body := c.answer("GET")
	assert.Equal(t, "hello ", body)
}

func TestMountedBodyThatNobodyReads(t *testing.T) {
	r := start(t, nil, WithMount("/", mountedSuite()))
	c := r.dial(t)
	c.send("POST /app/ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789GET /app/hello HTTP/1.1\r\nHost: x\r\n\r\n")
	res, _ := c.answer("POST")
	assert.Equal(t, http.StatusAccepted, res.StatusCode)
	_, body := c.answer("GET")
	assert.Equal(t, "hello ", body)
}

func TestHijack(t *testing.T) {
	r := start(t, nil, WithMount("/", mountedSuite()))
	c := r.dial(t)
	c.send("GET /app/hijack HTTP/1.1\r\nHost: x\r\n\r\nearly\n")
	line, err := c.r.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "you said early\n", line)
	c.ended()
}

// TestMountedAtRoot: what is mounted at "/" has the paths that no API has, and no others.
func TestMountedAtRoot(t *testing.T) {
	old := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "old ", r.Method, " ", r.URL.Path) })
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "page") })
	other := func() *API {
		a := NewAPI(Info{}, WithBasePath("/v2"))
		Register(a, &opGetItem, (*itemRequest).decode, func(context.Context, *itemRequest) ([]byte, error) { return []byte("2"), nil },
			func(w *Reply, b []byte) { w.Bytes(http.StatusOK, "application/json", b) })
		return a
	}
	mounts := []Option{WithMount("/", old), WithMount("/page", page), WithLogger(quiet)}
	outside := httptest.NewServer(NewServer(mounts...).Handle(newTestAPI(testHandlers{})).Handle(other()).HTTPHandler())
	defer outside.Close()
	r := start(t, newTestAPI(testHandlers{}), append(mounts, func(s *Server) { s.Handle(other()) })...)
	loops, loopsURL := r.client(t)
	for on, client := range map[string]*http.Client{loopsURL: loops, outside.URL: outside.Client()} {
		for _, c := range []struct {
			method, path string
			status       int
			body         string
		}{
			{"GET", "/items/1", 200, `{"id":1}`},
			{"HEAD", "/items/1", 200, ""},
			{"PUT", "/items/1", 405, "this path allows"},
			{"OPTIONS", "/items/1", 204, ""},
			{"PROPFIND", "/items/1", 501, "no operation has the method PROPFIND"},
			{"GET", "/items/0", 422, "itemId"},
			{"GET", "/v2/items/1", 200, "2"},
			{"GET", "/v2/items", 200, "old GET /v2/items"},
			{"GET", "/items/1/owner", 200, "old GET /items/1/owner"},
			{"PROPFIND", "/dav", 200, "old PROPFIND /dav"},
			{"OPTIONS", "/dav", 200, "old OPTIONS /dav"},
			{"GET", "/", 200, "old GET /"},
			{"GET", "/page/1", 200, "page"},
		} {
			req, err := http.NewRequest(c.method, on+c.path, http.NoBody)
			require.NoError(t, err)
			res, err := client.Do(req)
			require.NoError(t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			res.Body.Close()
			assert.Equal(t, c.status, res.StatusCode, "%s %s: %s", c.method, c.path, body)
			assert.Contains(t, string(body), c.body, "%s %s", c.method, c.path)
		}
	}
}

// TestHTTPHandlerGivesTheSameAnswers runs the same requests on net/http and on the loops.
func TestHTTPHandlerGivesTheSameAnswers(t *testing.T) {
	api := newTestAPI(testHandlers{item: func(ctx context.Context, req itemRequest) ([]byte, error) {
		switch req.ID {
		case 2:
			return nil, itemGone{"sold"}
		case 3:
			panic("oops")
		case 4:
			return nil, &StatusError{Status: http.StatusTeapot, Detail: "short and stout"}
		case 5:
			return nil, context.DeadlineExceeded
		}
		if err := Raw(ctx).SetHeader("X-Seen", Raw(ctx).Header("X-Ask")); err != nil {
			return nil, err
		}
		return []byte("{}"), nil
	}})
	other := httptest.NewServer(api.HTTPHandler())
	defer other.Close()
	r := start(t, api)
	loops, loopsURL := r.client(t)
	type server struct {
		client *http.Client
		url    string
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"GET", "/items/1", "", 200, "{}"},
		{"HEAD", "/items/1", "", 200, ""},
		{"GET", "/items/2", "", 410, "sold"},
		{"GET", "/items/3", "", 500, `"status":500`},
		{"GET", "/items/4", "", 418, "short and stout"},
		{"GET", "/items/5", "", 500, `"title":"Internal Server Error"`},
		{"GET", "/items/0?mode=toolong", "", 422, `"errors":[{"in":"path","pointer":"itemId","keyword":"minimum"`},
		{"GET", "/items/%zz", "", 400, "400"},
		{"GET", "/nothing", "", 404, `"status":404`},
		{"PUT", "/items/1", "", 405, `"status":405`},
		{"OPTIONS", "/items/1", "", 204, ""},
		{"POST", "/echo", "hello", 200, "hello"},
		{"POST", "/echo", "", 400, "needs a body"},
		{"DELETE", "/items/1", "", 204, ""},
	} {
		for name, on := range map[string]server{"loops": {loops, loopsURL}, "net/http": {other.Client(), other.URL}} {
			if c.status == 400 && strings.Contains(c.path, "%zz") {
				continue // net/http's client refuses to send it
			}
			req, err := http.NewRequest(c.method, on.url+c.path, strings.NewReader(c.body))
			require.NoError(t, err)
			req.Header.Set("X-Ask", "me")
			req.Header.Set("Content-Type", "text/plain")
			res, err := on.client.Do(req)
			require.NoError(t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			res.Body.Close()
			assert.Equal(t, c.status, res.StatusCode, "%s %s %s: %s", name, c.method, c.path, body)
			assert.Contains(t, string(body), c.contains, "%s %s %s", name, c.method, c.path)
			if c.status == 200 && c.path == "/items/1" {
				assert.Equal(t, "me", res.Header.Get("X-Seen"), name)
			}
			if c.status == 405 || c.status == 204 && c.method == "OPTIONS" {
				assert.Equal(t, "DELETE, GET, HEAD, OPTIONS", res.Header.Get("Allow"), name)
			}
		}
	}
}

// TestMountedConnect has a proxy, which gets the host that it is asked to connect to, as on net/http.
func TestMountedConnect(t *testing.T) {
	r := start(t, newTestAPI(testHandlers{}), WithMount("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s to %s|%s|%s", r.Method, r.URL.Host, r.URL.Path, r.RequestURI)
	})))
	c := r.dial(t)
	c.send("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
	status, err := c.r.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 200 OK\r\n", status)
	require.NoError(t, c.CloseWrite())
	rest, err := io.ReadAll(c.r)
	require.NoError(t, err)
	assert.Contains(t, string(rest), "CONNECT to example.com:443||example.com:443")
}

// TestMountNothing: who forgets a handler learns it when the server is made, not by its first request.
func TestMountNothing(t *testing.T) {
	const said = `tornado: the handler to mount at "/pages" is nil; give one, or leave the mount out`
	assert.PanicsWithValue(t, said, func() { NewServer(WithMount("/pages", nil)) })
	assert.PanicsWithValue(t, said, func() { NewServer(WithAdminMount("/pages", http.HandlerFunc(nil))) })
}
