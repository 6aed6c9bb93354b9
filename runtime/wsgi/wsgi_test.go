//go:build unix

package wsgi_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	petapi "github.com/tornadogen/tornadogen/golden/petshop/expected"
	"github.com/tornadogen/tornadogen/internal/freeport"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
	"github.com/tornadogen/tornadogen/runtime/wsgi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// python is an interpreter that has a module, the system's if the first one has not. In CI there must be one.
func python(t *testing.T, module string) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import "+module).Run() == nil {
			return name
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("there is no python3 with " + module)
	}
	t.Skip("there is no python3 with " + module)
	return ""
}

// open serves an application until the test ends.
func open(t *testing.T, c wsgi.Config, opts ...tornado.Option) (*wsgi.App, *apitest.Client) {
	t.Helper()
	c.Dir = "testdata"
	if c.Python == "" {
		c.Python = python(t, "json")
	}
	if c.Logger == nil {
		c.Logger = apitest.Quiet
	}
	c.Env = append(c.Env, "PYTHONDONTWRITEBYTECODE=1")
	app, err := wsgi.Start(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, app.Close()) })
	return app, apitest.NewClient(t, apitest.Serve(t, nil, append(opts, app.At())...))
}

// runners are the two ways to run workers.
func runners(t *testing.T, c wsgi.Config, test func(t *testing.T, c *apitest.Client)) {
	t.Run("own", func(t *testing.T) {
		_, client := open(t, c)
		test(t, client)
	})
	t.Run("gunicorn", func(t *testing.T) {
		c.Gunicorn, c.Python = true, python(t, "gunicorn")
		_, client := open(t, c)
		test(t, client)
	})
}

func TestEnviron(t *testing.T) {
	runners(t, wsgi.Config{App: "plain", Prefix: "/old"}, func(t *testing.T, c *apitest.Client) {
		_, body := c.Get("/old/environ?a=b%20c", "Host", "shop.example:8080", "X-Forwarded-For", "192.0.2.1", "X-Forwarded-Proto", "https", "X-Two", "1", "X-Two", "2", "X_Two", "3")
		var env map[string]any
		require.NoError(t, json.Unmarshal([]byte(body), &env), body)
		for name, want := range map[string]any{
			"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/old", "PATH_INFO": "/environ", "QUERY_STRING": "a=b%20c", "HTTP_HOST": "shop.example:8080",
			"wsgi.url_scheme": "http", "HTTP_X_TWO": "1,2", "HTTP_X_FORWARDED_FOR": "127.0.0.1", "HTTP_X_FORWARDED_HOST": "shop.example:8080",
		} {
			assert.Equal(t, want, env[name], name)
		}
	})
	_, c := open(t, wsgi.Config{App: "plain:make()"})
	res, body := c.Get("/nichts%2F%C3%A9")
	assert.Equal(t, 404, res.StatusCode)
	assert.Equal(t, "nothing here", body)
}

// TestBehindAProxy: the application is told what the client has asked for, as a proxy that is believed tells.
func TestBehindAProxy(t *testing.T) {
	trusted := tornado.WithXForwarded(netip.MustParsePrefix("127.0.0.1/32"))
	for name, c := range map[string]wsgi.Config{"own": {App: "plain"}, "gunicorn": {App: "plain", Gunicorn: true, Python: python(t, "gunicorn")}} {
		_, client := open(t, c, trusted)
		_, body := client.Get("/environ", "X-Forwarded-For", "198.51.100.7, 192.0.2.1", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "shop.example")
		var env map[string]any
		require.NoError(t, json.Unmarshal([]byte(body), &env), body)
		for member, want := range map[string]any{
			"wsgi.url_scheme": "https", "HTTP_HOST": "shop.example", "HTTP_X_FORWARDED_HOST": "shop.example", "HTTP_X_FORWARDED_PROTO": "https",
			"HTTP_X_FORWARDED_FOR": "192.0.2.1",
		} {
			assert.Equal(t, want, env[member], "%s %s", name, member)
		}
	}
}

// The API has its paths, and an application without a prefix all others.
func TestBesideAnAPI(t *testing.T) {
	app, err := wsgi.Start(wsgi.Config{App: "plain:make()", Dir: "testdata", Python: python(t, "json"), Logger: apitest.Quiet, Env: []string{"PYTHONDONTWRITEBYTECODE=1"}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, app.Close()) })
	c := apitest.NewClient(t, apitest.Serve(t, petapi.New(shop{}), app.At()))
	res, body := c.Get("/pets")
	assert.Equal(t, 501, res.StatusCode, body)
	res, body = c.Get("/pets/mia/owner")
	assert.Equal(t, 404, res.StatusCode)
	assert.Equal(t, "nothing here", body)
}

// TestExample runs what the example shows.
func TestExample(t *testing.T) {
	address, err := freeport.Address()
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	config := wsgi.Config{App: "plain:make()", Dir: "testdata", Workers: 2, Python: python(t, "json"), Logger: apitest.Quiet, Env: []string{"PYTHONDONTWRITEBYTECODE=1"}}
	go func() { served <- serve(ctx, address, config) }()
	transport := &http.Transport{}
	c := &http.Client{Transport: transport}
	for path, want := range map[string]int{"/pets": http.StatusNotImplemented, "/old": http.StatusNotFound} { // of the API, and of the application
		res := apitest.Await(t, c, "http://"+address+path, served)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode, path)
	}
	transport.CloseIdleConnections()
	stop()
	require.NoError(t, <-served)
}

func TestBodies(t *testing.T) {
	_, c := open(t, wsgi.Config{App: "plain", MaxBody: 3 << 20})
	large := bytes.Repeat([]byte("0123456789abcdef"), 128<<10)
	for name, body := range map[string]io.Reader{"length": bytes.NewReader(large), "chunked": io.MultiReader(bytes.NewReader(large)), "empty": http.NoBody} {
		res, got := c.Ask("POST", "/echo", body)
		assert.Equal(t, 200, res.StatusCode, name)
		if name != "empty" {
			assert.Equal(t, string(large), got, name)
		}
		assert.Equal(t, []string{"a=1", "b=2"}, res.Header.Values("Set-Cookie"))
	}
	_, body := c.Ask("POST", "/lines", strings.NewReader("a\nb\nc"))
	assert.Equal(t, "0:a\n1:b\n2:c", body)
	for range 3 { // what is not read upsets nobody
		res, body := c.Ask("POST", "/early", bytes.NewReader(large))
		assert.Equal(t, 403, res.StatusCode)
		assert.Equal(t, "no", body)
	}
	tooLong := append(bytes.Clone(large), large[:1<<20+1]...)
	for name, body := range map[string]io.Reader{"length": bytes.NewReader(tooLong), "chunked": io.MultiReader(bytes.NewReader(tooLong))} {
		res, _ := c.Ask("POST", "/echo", body, "Expect", "100-continue")
		assert.Equal(t, 413, res.StatusCode, name)
	}
}

func TestAnswers(t *testing.T) {
	_, c := open(t, wsgi.Config{App: "plain", Workers: 1})
	_, body := c.Get("/write")
	assert.Equal(t, "by write", body)
	res, _ := c.Get("/nothing")
	assert.Equal(t, 204, res.StatusCode)
	for _, path := range []string{"/fail", "/split"} {
		res, body = c.Get(path)
		assert.Equal(t, 500, res.StatusCode, path)
		assert.NotContains(t, body, "purpose")
		assert.Empty(t, res.Header.Get("Set-Cookie"))
	}
	res, body = c.Ask("HEAD", "/environ", nil)
	assert.Equal(t, 200, res.StatusCode)
	assert.Empty(t, body)
	cut, err := c.Client.Get(c.URL + "/fail-late")
	require.NoError(t, err)
	_, err = io.ReadAll(cut.Body)
	require.NoError(t, cut.Body.Close())
	require.Error(t, err, "the client sees that the answer is not complete")
	res, _ = c.Get("/environ")
	assert.Equal(t, 200, res.StatusCode)
}

// TestBothWays: the application answers a line while the next one is not sent yet.
func TestBothWays(t *testing.T) {
	_, c := open(t, wsgi.Config{App: "plain"})
	in, out := io.Pipe()
	req, err := http.NewRequest(http.MethodPost, c.URL+"/stream", in)
	require.NoError(t, err)
	go func() { _, _ = io.WriteString(out, "one\n") }()
	res, err := c.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	for _, next := range []string{"two\n", "three\n", ""} {
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		require.NotEmpty(t, line)
		if next == "" {
			require.NoError(t, out.Close())
			break
		}
		_, err = io.WriteString(out, next)
		require.NoError(t, err)
	}
}

// TestWorkersAreReplaced: one that dies, and one that hangs. Connections are kept meanwhile.
func TestWorkersAreReplaced(t *testing.T) {
	app, c := open(t, wsgi.Config{App: "plain", Workers: 1, Threads: 2, Answer: 300 * time.Millisecond, Drain: 100 * time.Millisecond})
	pid := func() string {
		res, _ := c.Get("/environ")
		require.Equal(t, 200, res.StatusCode)
		return res.Header.Get("X-Pid")
	}
	first := pid()
	for range 5 {
		require.Equal(t, first, pid())
	}
	replaced := func() {
		require.Eventually(t, func() bool {
			res, _ := c.Get("/environ")
			return res.StatusCode == 200 && res.Header.Get("X-Pid") != first
		}, 20*time.Second, 10*time.Millisecond)
		first = pid()
		require.NoError(t, app.Ready(t.Context()))
	}
	res, _ := c.Get("/die")
	assert.Equal(t, 502, res.StatusCode)
	replaced()
	res, _ = c.Get("/hang")
	assert.Equal(t, 504, res.StatusCode)
	replaced()
}

// TestDrain: what has begun is finished when the server ends, and the workers with it.
func TestDrain(t *testing.T) {
	app, err := wsgi.Start(wsgi.Config{App: "plain", Dir: "testdata", Python: python(t, "json"), Logger: apitest.Quiet})
	require.NoError(t, err)
	l, err := tornado.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := tornado.NewServer(tornado.WithLogger(apitest.Quiet), app.At())
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	c := apitest.NewClient(t, "http://"+l.Addr().String())
	res, err := c.Client.Get(c.URL + "/slow")
	require.NoError(t, err)
	s.Shutdown()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, "begun done", string(body))
	require.NoError(t, <-served)
	require.NoError(t, app.Close())
	require.NoError(t, app.Close())
	require.Error(t, app.Ready(t.Context()))
}

func TestWhatCannotBeStarted(t *testing.T) {
	py := python(t, "json")
	for text, c := range map[string]wsgi.Config{
		"No module named 'nothing'": {App: "nothing", Python: py},
		"no attribute 'missing'":    {App: "plain:missing", Python: py},
		"executable file not found": {App: "plain", Python: "no-such-python"},
		"name the application":      {},
	} {
		c.Dir, c.Logger = "testdata", apitest.Quiet
		_, err := wsgi.Start(c)
		require.ErrorContains(t, err, text)
	}
}

func TestLogs(t *testing.T) {
	var mu sync.Mutex
	var log bytes.Buffer
	l := slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(p)
	}), nil))
	t.Run("serve", func(t *testing.T) {
		_, c := open(t, wsgi.Config{App: "plain:make()", Logger: l}, tornado.WithAccessLog(l))
		c.Get("/fail?x=1")
	})
	mu.Lock()
	defer mu.Unlock()
	for _, text := range []string{"made by a factory", "RuntimeError: failed on purpose", "target=\"/fail?x=1\"", "status=500"} {
		assert.Contains(t, log.String(), text)
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func numbers() string {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

func TestFlask(t *testing.T) {
	py := python(t, "flask")
	runners(t, wsgi.Config{App: "flaskapp:app", Prefix: "/flask", Python: py}, func(t *testing.T, c *apitest.Client) {
		res, body := c.Get("/flask/hello/ann", "Host", "shop.example")
		assert.JSONEq(t, `{"name":"ann","seen":1,"url":"http://shop.example/flask/hello/ann","remote":"127.0.0.1"}`, strings.ReplaceAll(body, `"remote":""`, `"remote":"127.0.0.1"`))
		cookie, _, _ := strings.Cut(res.Header.Get("Set-Cookie"), ";")
		_, body = c.Get("/flask/hello/ann", "Cookie", cookie)
		assert.Contains(t, body, `"seen":2`)
		res, _ = c.Get("/flask/away")
		assert.Equal(t, 302, res.StatusCode)
		assert.Equal(t, "/flask/hello/you", res.Header.Get("Location"))
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		require.NoError(t, w.WriteField("word", "café"))
		part, err := w.CreateFormFile("file", "a.txt")
		require.NoError(t, err)
		_, err = io.WriteString(part, "content")
		require.NoError(t, err)
		require.NoError(t, w.Close())
		_, body = c.Ask("POST", "/flask/form", &form, "Content-Type", w.FormDataContentType())
		assert.JSONEq(t, `{"word":"café","file":"content"}`, body)
		_, body = c.Get("/flask/stream")
		assert.Equal(t, numbers(), body)
		res, _ = c.Get("/flask/nothing")
		assert.Equal(t, 404, res.StatusCode)
	})
}

func TestDjango(t *testing.T) {
	py := python(t, "django")
	runners(t, wsgi.Config{App: "djangoapp", Prefix: "/django", Python: py}, func(t *testing.T, c *apitest.Client) {
		_, body := c.Get("/django/hello/a%20b", "Host", "shop.example")
		assert.JSONEq(t, `{"name":"a b","uri":"http://shop.example/django/hello/a%20b","again":"/django/hello/b"}`, body)
		large := strings.Repeat("x", 1<<20)
		res, body := c.Ask("POST", "/django/echo", strings.NewReader(large))
		assert.Equal(t, 200, res.StatusCode)
		assert.Equal(t, large, body)
		_, body = c.Get("/django/stream")
		assert.Equal(t, numbers(), body)
	})
}
