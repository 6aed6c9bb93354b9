package docs_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/docs"
)

// open serves an API with its page until the test ends, and returns a function that gets a path.
func open(t *testing.T, document string) func(path string) (res *http.Response, body string) {
	t.Helper()
	api := tornado.NewAPI(tornado.Info{
		Title: "<Shop>", BasePath: "/v1", Document: []byte(document), DocumentName: "openapi.yaml",
	}, tornado.WithBasePath("/shop"))
	l, err := tornado.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := tornado.NewServer(docs.At("/docs/")).Handle(api)
	served := make(chan error, 1)
	go func() { served <- s.Serve(context.Background(), l) }()
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		s.Shutdown()
		require.NoError(t, <-served)
	})
	return func(path string) (*http.Response, string) {
		res, err := client.Get("http://" + l.Addr().String() + path)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res, string(body)
	}
}

func TestPage(t *testing.T) {
	get := open(t, "openapi: 3.1.0\n")
	for path, below := range map[string]string{"/docs": "docs/", "/docs/": ""} {
		res, body := get(path)
		assert.Equal(t, http.StatusOK, res.StatusCode)
		assert.Contains(t, res.Header.Get("Content-Type"), "text/html")
		assert.Contains(t, body, `<title>&lt;Shop&gt;</title>`)
		assert.Contains(t, body, `<script src="`+below+`page.js">`, "beside the page, wherever a proxy serves it")
		assert.Contains(t, body, `data-document="document.yaml" data-documented="/v1" data-actual="/shop"`, "trials go to this server")
		assert.NotRegexp(t, `(src|href)="(https?:)?//`, body, "nothing is loaded from elsewhere")
		assert.NotRegexp(t, `<script>|<style>| on[a-z]+=`, body, "nothing runs that is not a file")
	}

	res, body := get("/docs/document.yaml")
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Equal(t, "application/yaml", res.Header.Get("Content-Type"))
	assert.Equal(t, "openapi: 3.1.0\n", body)

	for _, file := range []string{"page.css", "page.js", "openapi32.js", "oauth2-redirect.html", "oauth2-redirect.js", "swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"} {
		res, body := get("/docs/" + file)
		assert.Equal(t, http.StatusOK, res.StatusCode, file)
		assert.NotEmpty(t, body, file)
		assert.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"), file)
	}
	res, _ = get("/docs/page.html")
	assert.Equal(t, http.StatusNotFound, res.StatusCode, "that is a template")
}

// TestPolicy holds the page to this server, and to those that give tokens.
func TestPolicy(t *testing.T) {
	for document, connect := range map[string]string{
		"openapi: 3.1.0\n": "connect-src 'self';",
		"flows:\n  clientCredentials:\n    tokenUrl: https://login.example/token\n    refreshUrl: 'https://login.example/again'\n": "connect-src 'self' https://login.example;",
		`{"tokenUrl": "https:\/\/a.example:8443\/t", "openIdConnectUrl" : "http://[::1]:90/x"}`:                                    "connect-src 'self' https://a.example:8443 http://[::1]:90;",
		"tokenUrl: /token\ndescription: https://elsewhere.example\n":                                                               "connect-src 'self';",
		"tokenUrl: https://evil.example;script-src *\n":                                                                            "connect-src 'self' https://evil.example;",
	} {
		res, _ := open(t, document)("/docs")
		policy := res.Header.Get("Content-Security-Policy")
		assert.Contains(t, policy, connect, document)
		assert.Contains(t, policy, "default-src 'none'; script-src 'self';")
		assert.NotContains(t, policy, "script-src *")
	}
}

// TestHandler is the page on a net/http server.
func TestHandler(t *testing.T) {
	api := tornado.NewAPI(tornado.Info{Title: "Shop", Document: []byte("{}"), DocumentName: "openapi.json"})
	mux := http.NewServeMux()
	mux.Handle("/docs/", docs.Handler("/docs", api))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	for path, contains := range map[string]string{"/docs/": "Shop", "/docs/document.json": "{}", "/docs/page.js": "SwaggerUIBundle"} {
		res, err := s.Client().Get(s.URL + path)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, http.StatusOK, res.StatusCode, path)
		assert.Contains(t, string(body), contains)
	}
}

// TestFilesAreReadOnce: to look for a file costs nothing that grows with what is embedded, which anybody may ask for.
func TestFilesAreReadOnce(t *testing.T) {
	page := docs.Handler("/docs", tornado.NewAPI(tornado.Info{Title: "Shop", Document: []byte("{}"), DocumentName: "openapi.json"}))
	for path, status := range map[string]int{"/docs/nothing": http.StatusNotFound, "/docs/swagger-ui.css": http.StatusOK} {
		allocs := testing.AllocsPerRun(10, func() {
			w := httptest.NewRecorder()
			page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodHead, path, nil))
			assert.Equal(t, status, w.Code, path)
		})
		assert.Less(t, allocs, 50.0, path) // the names alone are as many again
	}
}

// TestSeveralAPIs: each has a page and a document, and the page leads to all of them.
func TestSeveralAPIs(t *testing.T) {
	page := docs.Handler("/docs",
		tornado.NewAPI(tornado.Info{Title: "Shop", Version: "1", BasePath: "/v1", Document: []byte("openapi: 3.1.0\n"), DocumentName: "openapi.yaml"}),
		tornado.NewAPI(tornado.Info{
			Title: "<Ledger>", Version: "2", BasePath: "/ledger", Document: []byte(`{"tokenUrl": "https://login.example/t"}`), DocumentName: "openapi.json",
		}),
	)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w
	}
	first, second := `data-document="document.yaml" data-documented="/v1" data-actual="/v1"`, `data-document="document-2.json" data-documented="/ledger" data-actual="/ledger"`
	for path, c := range map[string]struct{ title, data, current, connect string }{
		"/docs":        {"Shop", first, `<a href="?api=1" aria-current="page">Shop <small>1</small></a>`, "connect-src 'self';"},
		"/docs/?api=1": {"Shop", first, `<a href="?api=2">&lt;Ledger&gt; <small>2</small></a>`, "connect-src 'self';"},
		"/docs?api=2":  {"&lt;Ledger&gt;", second, `<a href="?api=2" aria-current="page">&lt;Ledger&gt;`, "connect-src 'self' https://login.example;"},
	} {
		w := get(path)
		assert.Contains(t, w.Body.String(), "<title>"+c.title+"</title>", path)
		assert.Contains(t, w.Body.String(), c.data, path)
		assert.Contains(t, w.Body.String(), c.current, path)
		assert.Contains(t, w.Header().Get("Content-Security-Policy"), c.connect, path)
	}
	for _, number := range []string{"0", "3", "-1", "two", "02"} {
		assert.Equal(t, http.StatusNotFound, get("/docs?api="+number).Code, number)
	}
	assert.Equal(t, "openapi: 3.1.0\n", get("/docs/document.yaml").Body.String())
	w := get("/docs/document-2.json")
	assert.JSONEq(t, `{"tokenUrl": "https://login.example/t"}`, w.Body.String())
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
}

// TestOneAPI has nothing to choose from.
func TestOneAPI(t *testing.T) {
	_, body := open(t, "openapi: 3.1.0\n")("/docs")
	assert.NotContains(t, body, "<nav")
}
