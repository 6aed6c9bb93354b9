package client_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/shape"
	"github.com/tornadogen/tornadogen/runtime/internal/value"
)

var (
	getPet  = operation.Operation{ID: "getPet", Method: "GET", Path: "/pets/{petId}", Produces: []string{"application/json", "text/csv"}}
	postPet = operation.Operation{ID: "createPet", Method: "POST", Path: "/pets", BodyRequired: true, Consumes: []string{"application/json"}}
)

// received is a request as the server saw it.
type received struct {
	method, uri, body string
	header            http.Header
}

// server answers every request with 200 and keeps it.
func server(t *testing.T) (url string, last *received) {
	t.Helper()
	last = new(received)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*last = received{r.Method, r.RequestURI, string(body), r.Header}
	}))
	t.Cleanup(s.Close)
	return s.URL, last
}

func newClient(t *testing.T, url string, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(url, opts...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestRequest(t *testing.T) {
	t.Parallel()
	url, last := server(t)
	c := newClient(t, url+"/api%2Fv1/", client.WithHeader("X-Static", "1"), client.WithHeader("Accept-Language", "de"))
	call := c.Call(t.Context(), &getPet)
	call.Path("petId", param.Simple).String("a/b c")
	call.Query("limit", param.FormExplode).Int64(10)
	call.Query("none", param.FormExplode).Items(0, nil)
	call.Query("tags", param.FormExplode).Items(2, func(i int, w param.Writer) { w.String([]string{"x&y", "z"}[i]) })
	call.Query("filter", param.DeepObject).As(shape.NewShapes(), "{size}", []byte(`{"size":"big"}`))
	call.Query("url", param.Form|param.AllowReserved).String("http://x/?a=b&c")
	call.Header("X-Ids", param.Simple).Items(2, func(i int, w param.Writer) { w.Int64(int64(i)) })
	call.Header("Accept-Language", param.Simple).String("en")
	call.Cookie("session", param.FormExplode).String("a;b")
	call.Cookie("theme", param.Form).String("dark")
	res, err := call.Do()
	require.NoError(t, err)
	assert.Equal(t, 200, res.StatusCode)
	assert.Equal(t, "GET", last.method)
	assert.Equal(t, "/api%2Fv1/pets/a%2Fb%20c?limit=10&tags=x%26y&tags=z&filter%5Bsize%5D=big&url=http://x/?a=b%26c", last.uri)
	assert.Equal(t, "0,1", last.header.Get("X-Ids"))
	assert.Equal(t, "1", last.header.Get("X-Static"))
	assert.Equal(t, []string{"en"}, last.header["Accept-Language"])
	assert.Equal(t, []string{"session=a%3Bb; theme=dark"}, last.header["Cookie"])
	assert.Equal(t, "application/json, text/csv, */*;q=0.1", last.header.Get("Accept"))
	assert.Empty(t, last.header.Get("Content-Type"))
}

func TestBodies(t *testing.T) {
	t.Parallel()
	url, last := server(t)
	c := newClient(t, url)
	tests := []struct {
		set         func(call *client.Call)
		contentType string
		body        string
	}{
		{func(call *client.Call) {
			call.JSON("application/json", func(b []byte) []byte { return append(b, `{"a":1}`...) })
		}, "application/json", `{"a":1}`},
		{func(call *client.Call) { call.Bytes("image/png", []byte("png")) }, "image/png", "png"},
		{func(call *client.Call) { call.Blob(value.Blob{ContentType: "a/b; c=d", Data: []byte("x")}) }, "a/b; c=d", "x"},
		{func(call *client.Call) { call.Blob(value.Blob{Data: []byte("x")}) }, "application/octet-stream", "x"},
		{func(call *client.Call) { call.Bytes("a/b", nil) }, "a/b", ""},
	}
	for _, tt := range tests {
		call := c.Call(t.Context(), &postPet)
		tt.set(call)
		_, err := call.Do()
		require.NoError(t, err)
		assert.Equal(t, tt.contentType, last.header.Get("Content-Type"))
		assert.Equal(t, tt.body, last.body)
		assert.Equal(t, "POST /pets", last.method+" "+last.uri)
		assert.Empty(t, last.header.Get("Accept"))
	}
	_, err := c.Call(t.Context(), &postPet).Do()
	assert.EqualError(t, err, "createPet: POST /pets: the operation needs a body")
}

func TestBadCalls(t *testing.T) {
	t.Parallel()
	c := newClient(t, "http://localhost:1")
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		ctx  context.Context
		fill func(call *client.Call)
		want string
	}{
		{t.Context(), func(*client.Call) {}, `path parameter "petId" is not given`},
		{t.Context(), func(call *client.Call) { call.Path("petId", param.Simple).String("") }, `path parameter "petId" is empty, which a path parameter cannot be`},
		{t.Context(), func(call *client.Call) { call.Path("petId", param.Simple).String("..") }, `path parameter "petId" would make a path segment "." or ".."`},
		{t.Context(), func(call *client.Call) {
			call.Path("petId", param.Simple).String("1")
			call.Header("X-A", param.Simple).String("a\nb")
			call.Header("X-B", param.Simple).String("a\nb")
		}, `header parameter "X-A": the value cannot be sent here, as it holds characters that have no encoding in this place`},
		{canceled, func(call *client.Call) { call.Path("petId", param.Simple).String("1") }, "context canceled"},
	}
	for _, tt := range tests {
		call := c.Call(tt.ctx, &getPet)
		tt.fill(call)
		res, err := call.Do()
		assert.Nil(t, res)
		assert.EqualError(t, err, "getPet: GET /pets/{petId}: "+tt.want)
		var e *client.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, &getPet, e.Operation)
		assert.Zero(t, e.Attempts)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"":                          `client: base URL "" does not begin with http:// or https://`,
		"localhost:8080":            `client: base URL "localhost:8080" does not begin with http:// or https://`,
		"127.0.0.1:8080":            `client: base URL does not begin with http:// or https://`,
		"[::1]:8080":                `client: base URL does not begin with http:// or https://`,
		"HTTP://x:y":                `client: base URL cannot be read: invalid port ":y" after host`,
		"ftp://x":                   `client: base URL "ftp://x" does not begin with http:// or https://`,
		"http://":                   `client: base URL "http:" has no host`,
		"https:///v1":               `client: base URL "https:///v1" has no host`,
		"http://user:secret@x/?a=b": `client: base URL "http://user:xxxxx@x/?a=b" has a query or a fragment`,
		"http://x/#a":               `client: base URL "http://x/#a" has a query or a fragment`,
		"http://x?":                 `client: base URL "http://x?" has a query or a fragment`,
		"http://user:secret@x:y/":   `client: base URL cannot be read: invalid port ":y" after host`,
	} {
		_, err := client.New(base)
		if base == "http://" {
			require.ErrorContains(t, err, "has no host")
			continue
		}
		assert.EqualError(t, err, want, base)
	}
	for base, want := range map[string]string{"": "/pets/1", "/": "/pets/1", "/v1": "/v1/pets/1", "/v1//": "/v1/pets/1", "/a b": "/a%20b/pets/1"} {
		url, last := server(t)
		call := newClient(t, url+base).Call(t.Context(), &getPet)
		call.Path("petId", param.Simple).Int64(1)
		_, err := call.Do()
		require.NoError(t, err)
		assert.Equal(t, want, last.uri)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	uses := func(schemes ...string) (r operation.Requirement) {
		for _, s := range schemes {
			r.Uses = append(r.Uses, operation.SchemeUse{Scheme: s})
		}
		return r
	}
	fail := client.CredentialFunc(func(*http.Request) error { return io.ErrUnexpectedEOF })
	all := []client.Option{
		client.WithCredential("header", client.APIKey(param.InHeader, "X-Key", "h&1")),
		client.WithCredential("query", client.APIKey(param.InQuery, "api key", "q&1")),
		client.WithCredential("cookie", client.APIKey(param.InCookie, "key", "c;1")),
		client.WithCredential("bearer", client.Bearer("token")),
		client.WithCredential("basic", client.Basic("user", "päss")),
		client.WithCredential("other", client.Authorization("Digest", "x=y")),
		client.WithCredential("broken", fail),
		client.WithCredential("path", client.APIKey(param.InPath, "x", "y")),
	}
	tests := []struct {
		security []operation.Requirement
		want     string
	}{
		{nil, "?a=1 || b=2"},
		{[]operation.Requirement{uses("header")}, "?a=1 |h&1| b=2"},
		{[]operation.Requirement{uses("query")}, "?a=1&api%20key=q%261 || b=2"},
		{[]operation.Requirement{uses("cookie")}, "?a=1 || b=2; key=c%3B1"},
		{[]operation.Requirement{uses("bearer")}, "Bearer token?a=1 || b=2"},
		{[]operation.Requirement{uses("basic")}, "Basic dXNlcjpww6Rzcw==?a=1 || b=2"},
		{[]operation.Requirement{uses("other")}, "Digest x=y?a=1 || b=2"},
		{[]operation.Requirement{uses("unknown"), uses("header", "bearer"), uses("basic")}, "Bearer token?a=1 |h&1| b=2"},
		{[]operation.Requirement{uses("header", "unknown")}, "?a=1 || b=2"},
		{[]operation.Requirement{uses(), uses("header")}, "?a=1 |h&1| b=2"},
		{[]operation.Requirement{uses()}, "?a=1 || b=2"},
		{[]operation.Requirement{uses("broken")}, `credential for "broken": unexpected EOF`},
		{[]operation.Requirement{uses("path")}, `credential for "path": an API key is sent in a header field, in the query or in a cookie`},
	}
	url, last := server(t)
	c := newClient(t, url, all...)
	for _, tt := range tests {
		op := operation.Operation{ID: "x", Method: "GET", Path: "/", Security: tt.security}
		call := c.Call(t.Context(), &op)
		call.Query("a", param.Form).Int64(1)
		call.Cookie("b", param.Form).Int64(2)
		if _, err := call.Do(); err != nil {
			assert.ErrorContains(t, err, tt.want)
			continue
		}
		h := last.header
		got := h.Get("Authorization") + strings.TrimPrefix(last.uri, "/") + " |" + h.Get("X-Key") + "| " + h.Get("Cookie")
		assert.Equal(t, tt.want, got)
	}
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	url, last := server(t)
	var order []string
	middleware := func(name string) func(next client.Doer) client.Doer {
		return func(next client.Doer) client.Doer {
			return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
				order = append(order, name+" "+client.OperationOf(req.Context()).ID)
				req.Header.Set("X-"+name, "1")
				return next.Do(req)
			})
		}
	}
	c := newClient(t, url, client.WithMiddleware(middleware("A"), middleware("B")), client.WithMiddleware(middleware("C")))
	call := c.Call(t.Context(), &getPet)
	call.Path("petId", param.Simple).Int64(1)
	_, err := call.Do()
	require.NoError(t, err)
	assert.Equal(t, []string{"A getPet", "B getPet", "C getPet"}, order)
	assert.Equal(t, "1", last.header.Get("X-C"))
	assert.Nil(t, client.OperationOf(t.Context()))
}

func TestNoRedirectByDefault(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound))
	defer s.Close()
	op := operation.Operation{ID: "x", Method: "GET", Path: "/"}
	res, err := newClient(t, s.URL).Call(t.Context(), &op).Do()
	require.NoError(t, err)
	assert.Equal(t, http.StatusFound, res.StatusCode)
	assert.Equal(t, "http://127.0.0.1:1/", res.Header.Get("Location"))
	_, err = newClient(t, s.URL, client.WithHTTPClient(new(http.Client)), client.WithRetry(0)).Call(t.Context(), &op).Do()
	assert.Error(t, err, "a client of the user has its own ways")
}

func TestConcurrentCalls(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.Path+r.Header.Get("Authorization"))
	}))
	defer s.Close()
	op := getPet
	op.Security = []operation.Requirement{{Uses: []operation.SchemeUse{{Scheme: "b"}}}}
	c := newClient(t, s.URL, client.WithCredential("b", client.Bearer("t")), client.WithHeader("X-A", "1"))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			call := c.Call(t.Context(), &op)
			call.Path("petId", param.Simple).Int64(int64(i))
			res, err := call.Do()
			if assert.NoError(t, err) {
				assert.Equal(t, fmt.Sprintf("/pets/%dBearer t", i), string(res.Body))
			}
		})
	}
	wg.Wait()
}
