package cors_test

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/cors/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/cors"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) ListPets(context.Context, api.ListPetsRequest) error { return nil }
func (handler) DropPets(context.Context, api.DropPetsRequest) error { return nil }

func served(opts ...tornado.APIOption) func(*testing.T) *tornado.API {
	return func(*testing.T) *tornado.API { return api.New(handler{}, opts...) }
}

// ask sends a request of a page.
func ask(t *testing.T, root, method, path, origin, wanted string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, root+path, nil)
	require.NoError(t, err)
	req.Header.Set("Origin", origin)
	if wanted != "" {
		req.Header.Set("Access-Control-Request-Method", wanted)
		req.Header.Set("Access-Control-Request-Headers", "x-token")
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res
}

// TestPreflights: each is answered by what its path, and its operation, say.
func TestPreflights(t *testing.T) {
	drive.Both(t, served(), func(t *testing.T, root string) {
		for name, c := range map[string]struct {
			path, origin, wanted             string
			admitted, methods, headers, memo string
		}{
			"as the document":        {"/pets", "https://shop.example", "GET", "https://shop.example", "GET", "x-token", "3600"},
			"below a domain":         {"/pets", "https://a.shop.example", "GET", "https://a.shop.example", "GET", "x-token", "3600"},
			"another origin":         {"/pets", "https://evil.example", "GET", "", "", "", ""},
			"of the operation":       {"/pets", "https://admin.example", "PUT", "https://admin.example", "PUT", "Content-Type", "600"},
			"not that of the others": {"/pets", "https://shop.example", "PUT", "", "", "", ""},
			"nobody":                 {"/pets", "https://shop.example", "DELETE", "", "", "", ""},
			"of the path":            {"/public", "https://any.example", "GET", "*", "GET", "x-token", "0"},
			"not that method":        {"/public", "https://any.example", "POST", "", "", "", ""},
			"a method that it lacks": {"/public", "https://any.example", "PATCH", "", "", "", ""},
			"a path that is not":     {"/nowhere", "https://evil.example", "GET", "", "", "", ""},
			"one that is as another": {"/both", "https://any.example", "GET", "*", "GET", "x-token", "0"},
		} {
			res := ask(t, root, "OPTIONS", c.path, c.origin, c.wanted)
			assert.Equal(t, c.admitted, res.Header.Get("Access-Control-Allow-Origin"), name)
			assert.Equal(t, c.methods, res.Header.Get("Access-Control-Allow-Methods"), name)
			assert.Equal(t, c.headers, res.Header.Get("Access-Control-Allow-Headers"), name)
			assert.Equal(t, c.memo, res.Header.Get("Access-Control-Max-Age"), name)
		}
	})
}

// TestAnswers: pages read those that they may, refusals as well.
func TestAnswers(t *testing.T) {
	drive.Both(t, served(), func(t *testing.T, root string) {
		res := ask(t, root, "GET", "/pets", "https://shop.example", "")
		assert.Equal(t, 204, res.StatusCode)
		assert.Equal(t, "https://shop.example", res.Header.Get("Access-Control-Allow-Origin"))
		assert.Equal(t, "true", res.Header.Get("Access-Control-Allow-Credentials"))
		assert.Equal(t, "ETag", res.Header.Get("Access-Control-Expose-Headers"))
		assert.Equal(t, "Origin", res.Header.Get("Vary"))
		res = ask(t, root, "GET", "/nowhere", "https://shop.example", "")
		assert.Equal(t, 404, res.StatusCode)
		assert.Equal(t, "https://shop.example", res.Header.Get("Access-Control-Allow-Origin"))
		res = ask(t, root, "DELETE", "/pets", "https://shop.example", "")
		assert.Equal(t, 204, res.StatusCode, "it is the browser that keeps the answer from the page")
		assert.Empty(t, res.Header.Get("Access-Control-Allow-Origin"))
		res = ask(t, root, "GET", "/public", "https://any.example", "")
		assert.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
		assert.Empty(t, res.Header.Get("Vary"))
		res = ask(t, root, "POST", "/public", "https://any.example", "")
		assert.Empty(t, res.Header.Get("Access-Control-Allow-Origin"), "a POST needs no preflight, and its answer is not for pages either")
	})
}

// TestReplaced: what main says counts, and nothing of the document.
func TestReplaced(t *testing.T) {
	drive.Both(t, served(cors.New(cors.Options{Origins: []string{"https://stage.example"}})), func(t *testing.T, root string) {
		for origin, admitted := range map[string]string{"https://stage.example": "https://stage.example", "https://shop.example": ""} {
			for _, path := range []string{"/pets", "/public"} {
				res := ask(t, root, "GET", path, origin, "")
				assert.Equal(t, admitted, res.Header.Get("Access-Control-Allow-Origin"))
				assert.Len(t, res.Header.Values("Vary"), 1)
			}
		}
	})
}
