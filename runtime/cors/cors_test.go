package cors_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/cors"
	"github.com/tornadogen/tornadogen/runtime/internal/apitest"
)

func api(o cors.Options) *tornado.API {
	a := apitest.New(cors.New(o))
	ok := func(context.Context, []byte) (apitest.Answer, error) { return apitest.Text("ok"), nil }
	apitest.Handle(a, "GET", "/pets", ok)
	apitest.Handle(a, "PUT", "/pets", ok)
	apitest.Stream(a, "/file", "application/octet-stream", func(_ context.Context, out *tornado.ByteStream) error {
		_, err := out.Write(make([]byte, 5000))
		return err
	})
	return a
}

func TestPreflight(t *testing.T) {
	apitest.Each(t, api(cors.Options{Origins: []string{"https://shop.example"}, Credentials: true, MaxAge: time.Hour}), func(t *testing.T, c *apitest.Client) {
		res, _ := c.Ask("OPTIONS", "/pets", nil, "Origin", "https://shop.example", "Access-Control-Request-Method", "PUT",
			"Access-Control-Request-Headers", "content-type,x-token")
		assert.Equal(t, http.StatusNoContent, res.StatusCode)
		assert.Equal(t, "https://shop.example", res.Header.Get("Access-Control-Allow-Origin"))
		assert.Equal(t, "true", res.Header.Get("Access-Control-Allow-Credentials"))
		assert.Contains(t, res.Header.Get("Access-Control-Allow-Methods"), "PUT")
		assert.Equal(t, "content-type,x-token", res.Header.Get("Access-Control-Allow-Headers"))
		assert.Equal(t, "3600", res.Header.Get("Access-Control-Max-Age"))
		assert.Len(t, res.Header.Values("Vary"), 1)

		for name, fields := range map[string][]string{
			"another origin": {"Origin", "https://evil.example", "Access-Control-Request-Method", "PUT"},
			"another scheme": {"Origin", "http://shop.example", "Access-Control-Request-Method", "PUT"},
			"no page":        {},
		} {
			res, _ = c.Ask("OPTIONS", "/pets", nil, fields...)
			assert.Equal(t, http.StatusNoContent, res.StatusCode, name)
			assert.Empty(t, res.Header.Get("Access-Control-Allow-Origin"), name)
			assert.Equal(t, "Origin", res.Header.Get("Vary"), name)
		}
		res, _ = c.Ask("OPTIONS", "/pets", nil, "Origin", "https://shop.example", "Access-Control-Request-Method", "DELETE")
		assert.Empty(t, res.Header.Get("Access-Control-Allow-Methods"), "the path has no such method")
	})
}

// TestAnswersAreMarked: of every kind, also those that refuse.
func TestAnswersAreMarked(t *testing.T) {
	apitest.Each(t, api(cors.Options{Origins: []string{"https://*.shop.example"}, Exposed: []string{"ETag", "Link"}}), func(t *testing.T, c *apitest.Client) {
		for path, status := range map[string]int{"/pets": 200, "/nowhere": 404, "/file": 200} {
			res, _ := c.Get(path, "Origin", "https://a.shop.example")
			assert.Equal(t, status, res.StatusCode)
			assert.Equal(t, "https://a.shop.example", res.Header.Get("Access-Control-Allow-Origin"), path)
			assert.Equal(t, "ETag, Link", res.Header.Get("Access-Control-Expose-Headers"), path)
			assert.Equal(t, []string{"Origin"}, res.Header.Values("Vary"), path)
			for _, other := range []string{"https://shop.example", "https://evilshop.example", "null", ""} {
				res, _ = c.Get(path, "Origin", other)
				assert.Empty(t, res.Header.Get("Access-Control-Allow-Origin"), other)
			}
		}
	})
}

func TestAllOrigins(t *testing.T) {
	apitest.Each(t, api(cors.Options{Origins: []string{"*"}, Headers: []string{"X-Token"}, MaxAge: -1}), func(t *testing.T, c *apitest.Client) {
		res, _ := c.Get("/pets", "Origin", "https://anywhere.example")
		assert.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
		assert.Empty(t, res.Header.Get("Vary"))
		res, _ = c.Ask("OPTIONS", "/pets", nil, "Origin", "https://anywhere.example", "Access-Control-Request-Method", "GET")
		assert.Equal(t, "X-Token", res.Header.Get("Access-Control-Allow-Headers"))
		assert.Equal(t, "0", res.Header.Get("Access-Control-Max-Age"))
	})
}

func TestWrongOptions(t *testing.T) {
	for text, o := range map[string]cors.Options{
		`"shop.example" is no origin`:    {Origins: []string{"shop.example"}},
		`"https://a/b" is no origin`:     {Origins: []string{"https://a/b"}},
		`"https://*shop" is no origin`:   {Origins: []string{"https://*shop"}},
		"need origins that are named":    {Origins: []string{"*"}, Credentials: true},
		`"https://a?b=c" is no origin`:   {Origins: []string{"https://a?b=c"}},
		`"https://u:p@a/" is no origin;`: {Origins: []string{"https://u:p@a/"}},
	} {
		l, err := tornado.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		err = tornado.NewServer(tornado.WithLogger(apitest.Quiet)).Handle(api(o)).Serve(t.Context(), l)
		require.Error(t, err)
		assert.Contains(t, err.Error(), strings.TrimSuffix(text, ";"))
	}
}

// TestUnknownOperation: a rule for an operation that is not there would leave the one that was meant with the policy of all.
func TestUnknownOperation(t *testing.T) {
	a := apitest.New(cors.Rules(cors.Options{Origins: []string{"*"}}, cors.Rule{Operations: []string{"GET /pets", "PUT /pet"}}))
	ok := func(context.Context, []byte) (apitest.Answer, error) { return apitest.Text("ok"), nil }
	apitest.Handle(a, "GET", "/pets", ok)
	apitest.Handle(a, "PUT", "/pets", ok)
	assert.PanicsWithError(t, `tornado: an option names the operation "PUT /pet", which `+a.Info().Title+` does not have`, func() { a.HTTPHandler() })
}

// TestMethods: those that pages may not use are as of another origin, without a preflight, too.
func TestMethods(t *testing.T) {
	apitest.Each(t, api(cors.Options{Origins: []string{"*"}, Methods: []string{"GET", "PATCH"}}), func(t *testing.T, c *apitest.Client) {
		for wanted, methods := range map[string]string{"GET": "GET, HEAD, OPTIONS", "HEAD": "GET, HEAD, OPTIONS", "PUT": "", "PATCH": ""} {
			res, _ := c.Ask("OPTIONS", "/pets", nil, "Origin", "https://a.example", "Access-Control-Request-Method", wanted)
			assert.Equal(t, methods, res.Header.Get("Access-Control-Allow-Methods"), wanted)
		}
		for method, admitted := range map[string]string{"GET": "*", "PUT": ""} {
			res, _ := c.Ask(method, "/pets", nil, "Origin", "https://a.example")
			assert.Equal(t, admitted, res.Header.Get("Access-Control-Allow-Origin"), method)
		}
	})
}

// TestAllMethods: "*" is all that the path has, as it is all origins.
func TestAllMethods(t *testing.T) {
	apitest.Each(t, api(cors.Options{Origins: []string{"*"}, Methods: []string{"*"}}), func(t *testing.T, c *apitest.Client) {
		res, _ := c.Ask("OPTIONS", "/pets", nil, "Origin", "https://a.example", "Access-Control-Request-Method", "PUT")
		assert.Equal(t, "GET, HEAD, OPTIONS, PUT", res.Header.Get("Access-Control-Allow-Methods"))
		res, _ = c.Ask("PUT", "/pets", nil, "Origin", "https://a.example")
		assert.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
	})
}

// TestDefaultPort: an origin that names the port of its scheme is the one that browsers send without it.
func TestDefaultPort(t *testing.T) {
	origins := []string{"https://shop.example:443", "HTTP://*.lab.example:80", "https://a.example:80", "http://[::1]:80"}
	apitest.Each(t, api(cors.Options{Origins: origins}), func(t *testing.T, c *apitest.Client) {
		for origin, admitted := range map[string]bool{
			"https://shop.example": true, "https://shop.example:4430": false, "http://a.lab.example": true, "http://[::1]": true,
			"https://a.example": false, "https://a.example:80": true,
		} {
			res, _ := c.Ask("GET", "/pets", nil, "Origin", origin)
			assert.Equal(t, admitted, res.Header.Get("Access-Control-Allow-Origin") == origin, origin)
		}
	})
}
