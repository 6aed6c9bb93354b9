package docs_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/docs"
)

// open serves an API with its page until the test ends, and returns a function that gets a path.
func open(t *testing.T) func(path string) (status int, media, body string) {
	t.Helper()
	api := tornado.NewAPI(tornado.Info{
		Title: "Shop", BasePath: "/v1", Document: []byte("openapi: 3.1.0\n"), DocumentName: "openapi.yaml",
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
	return func(path string) (int, string, string) {
		res, err := client.Get("http://" + l.Addr().String() + path)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, res.Header.Get("Content-Type"), string(body)
	}
}

func TestPage(t *testing.T) {
	get := open(t)
	status, media, body := get("/docs")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, media, "text/html")
	assert.Contains(t, body, "/docs/document.yaml")
	assert.Contains(t, body, `documented = "/v1", actual = "/shop"`, "trials go to this server")
	assert.NotRegexp(t, `(src|href)="(https?:)?//`, body, "nothing is loaded from elsewhere")

	status, media, body = get("/docs/document.yaml")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "application/yaml", media)
	assert.Equal(t, "openapi: 3.1.0\n", body)

	status, _, _ = get("/docs/swagger-ui.css")
	assert.Equal(t, http.StatusOK, status)
}
