package debugpage_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/debugpage"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

// open serves the page until the test ends, or stop is called, and returns the address of the administration.
func open(t *testing.T) (admin string, stop func()) {
	t.Helper()
	l, err := tornado.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := tornado.NewServer(tornado.WithAdmin("127.0.0.1:0"), debugpage.At("/debug/tornado/")).Handle(tornado.NewAPI(tornado.Info{Title: "<Shop>"}))
	assert.Nil(t, s.AdminAddr())
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	<-s.Bound()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			s.Shutdown()
			require.NoError(t, <-served)
		}
	}
	t.Cleanup(stop)
	return "http://" + s.AdminAddr().String(), stop
}

func ask(t *testing.T, method, url, host string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	req.Host = host
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

func TestPage(t *testing.T) {
	admin, _ := open(t)
	for path, below := range map[string]string{"/debug/tornado": "tornado/", "/debug/tornado/": ""} {
		res, body := ask(t, http.MethodGet, admin+path, "")
		assert.Equal(t, http.StatusOK, res.StatusCode)
		assert.Contains(t, body, "<h1>&lt;Shop&gt;</h1>")
		assert.Contains(t, body, `src="`+below+`page.js"`, "beside the page, wherever a proxy serves it")
		assert.NotRegexp(t, `(src|href)="(https?:)?//`, body)
		assert.NotRegexp(t, `<script>|<style>| style=| on[a-z]+=`, body, "the policy forbids what is inside of the page")
	}
	for path, media := range map[string]string{
		"": "text/html", "/page.css": "text/css", "/page.js": "text/javascript", "/chart.js": "text/javascript",
	} {
		res, _ := ask(t, http.MethodGet, admin+"/debug/tornado"+path, "")
		assert.Equal(t, http.StatusOK, res.StatusCode, path)
		assert.Contains(t, res.Header.Get("Content-Type"), media)
		assert.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self';")
		assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	}
	for _, c := range []struct {
		method, path, host string
		status             int
	}{
		{http.MethodPost, "", "", http.StatusMethodNotAllowed},
		{http.MethodPost, "/events", "", http.StatusMethodNotAllowed},
		{http.MethodGet, "/page.html", "", http.StatusNotFound},
		{http.MethodGet, "/nothing", "", http.StatusNotFound},
		{http.MethodHead, "/events", "", http.StatusOK},
		{http.MethodGet, "", "localhost:9090", http.StatusOK},
		{http.MethodGet, "", "shop.localhost", http.StatusOK},
		{http.MethodGet, "", "[::1]:9090", http.StatusOK},
		{http.MethodGet, "", "evil.example:9090", http.StatusForbidden}, // a name that was made to point to this machine
		{http.MethodHead, "/events", "evil.example", http.StatusForbidden},
	} {
		res, _ := ask(t, c.method, admin+"/debug/tornado"+c.path, c.host)
		assert.Equal(t, c.status, res.StatusCode, "%v", c)
	}
}

// TestEvents: samples come, and their stream ends with the server, which does not wait for those who look.
func TestEvents(t *testing.T) {
	admin, stop := open(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, admin+"/debug/tornado/events", nil)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	next := func(name string, into any) {
		t.Helper()
		require.True(t, lines.Scan())
		require.Equal(t, "event: "+name, lines.Text())
		require.True(t, lines.Scan())
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		require.True(t, ok)
		require.NoError(t, json.Unmarshal([]byte(data), into))
		require.True(t, lines.Scan())
	}
	var hello struct{ Began, Every int64 }
	next("hello", &hello)
	assert.Equal(t, int64(1000), hello.Every)
	assert.WithinDuration(t, time.Now(), time.UnixMilli(hello.Began), time.Minute)
	var sample struct {
		At    int64
		Loops []struct{ Requests *float64 }
	}
	next("sample", &sample)
	require.NotEmpty(t, sample.Loops)
	assert.Nil(t, sample.Loops[0].Requests)
	first := sample.At
	next("sample", &sample)
	assert.Greater(t, sample.At, first)
	assert.NotNil(t, sample.Loops[0].Requests)
	stop()
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err, "the end of the stream is a proper one")
}

// TestHandler: the page of APIs that net/http serves has their operations, and no loops.
func TestHandler(t *testing.T) {
	api := apitest.New()
	apitest.Handle(api, http.MethodGet, "/greeting", func(context.Context, []byte) (apitest.Answer, error) { return apitest.Text("good day"), nil })
	mux := http.NewServeMux()
	mux.Handle("/", api.HTTPHandler())
	mux.Handle("/debug/tornado/", debugpage.Handler("/debug/tornado", api))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	res, err := s.Client().Get(s.URL + "/debug/tornado/events") // from now on requests are measured
	require.NoError(t, err)
	lines := bufio.NewScanner(res.Body)
	t.Cleanup(func() { _ = res.Body.Close() })
	for lines.Scan() {
		data, is := strings.CutPrefix(lines.Text(), "data: ")
		if !is {
			continue
		}
		var sample struct {
			Loops      []struct{}
			Operations []struct {
				ID    string
				Total int
			}
		}
		require.NoError(t, json.Unmarshal([]byte(data), &sample))
		assert.Empty(t, sample.Loops)
		if len(sample.Operations) > 0 && sample.Operations[0].ID == "GET /greeting" {
			return
		}
		_, _ = ask(t, http.MethodGet, s.URL+"/greeting", "")
	}
	t.Fatal("the operation is not there")
}

// TestHandlerEnds: who looks does not hold up the end of what serves the page.
func TestHandlerEnds(t *testing.T) {
	look := func(t *testing.T, at string) {
		t.Helper()
		res, err := http.Get(at + "/debug/tornado/events")
		require.NoError(t, err)
		t.Cleanup(func() { _ = res.Body.Close() })
		require.Equal(t, http.StatusOK, res.StatusCode)
	}
	t.Run("a mount", func(t *testing.T) {
		api := apitest.New()
		l, err := tornado.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		s := tornado.NewServer(tornado.WithMount("/debug/tornado", debugpage.Handler("/debug/tornado", api))).Handle(api)
		served := make(chan error, 1)
		go func() { served <- s.Serve(context.Background(), l) }()
		look(t, "http://"+l.Addr().String())
		s.Shutdown()
		require.NoError(t, <-served, "nothing was cut")
	})
	t.Run("net/http", func(t *testing.T) {
		base, end := context.WithCancel(context.Background())
		defer end()
		s := httptest.NewUnstartedServer(debugpage.Handler("/debug/tornado", apitest.New()))
		s.Config.BaseContext = func(net.Listener) context.Context { return base }
		s.Config.RegisterOnShutdown(end)
		s.Start()
		look(t, s.URL)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.NoError(t, s.Config.Shutdown(ctx))
	})
}
