package router_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/router/expected"
)

// handler says which operation was called with what.
type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) Root(context.Context, api.RootRequest) (string, error)     { return "root", nil }
func (handler) Verb(_ context.Context, r api.VerbRequest) (string, error) { return "verb " + r.ID, nil }

func (handler) Plain(_ context.Context, r api.PlainRequest) (string, error) {
	return "plain " + r.ID, nil
}

func (handler) Fixed(context.Context, api.FixedRequest) (string, error) { return "fixed", nil }

func (handler) AsJSON(_ context.Context, r api.AsJSONRequest) (string, error) {
	return "json " + r.Name, nil
}

func (handler) AsFile(_ context.Context, r api.AsFileRequest) (string, error) {
	return "file " + r.Name, nil
}

func (handler) Version(_ context.Context, r api.VersionRequest) (string, error) {
	return "version " + r.N, nil
}

func (handler) VersionOne(context.Context, api.VersionOneRequest) (string, error) { return "one", nil }

func (handler) Left(_ context.Context, r api.LeftRequest) (string, error) { return "left " + r.X, nil }

func (handler) Right(_ context.Context, r api.RightRequest) (string, error) {
	return "right " + r.Y, nil
}

func (handler) Slash(context.Context, api.SlashRequest) (string, error) { return "slash", nil }

func (handler) NoSlash(context.Context, api.NoSlashRequest) (string, error) { return "no slash", nil }

func (handler) Umlaut(_ context.Context, r api.UmlautRequest) (string, error) {
	return "umlaut " + r.X, nil
}

func (handler) Space(context.Context, api.SpaceRequest) (string, error) { return "space", nil }

func (handler) ReadM(_ context.Context, r api.ReadMRequest) (string, error) {
	return "read " + r.First, nil
}

func (handler) WriteM(_ context.Context, r api.WriteMRequest) (string, error) {
	return "write " + r.Second, nil
}

func (handler) AsOther(_ context.Context, r api.AsOtherRequest) (string, error) {
	return "other " + r.Name + " " + r.Ext, nil
}

func (handler) Span(_ context.Context, r api.SpanRequest) (string, error) {
	return "span " + r.From + " " + r.To, nil
}

func (handler) Deep(_ context.Context, r api.DeepRequest) (string, error) {
	return "deep " + r.One + " " + r.Two, nil
}

func TestRoutes(t *testing.T) {
	url := drive.Serve(t, api.New(handler{}))
	for path, want := range map[string]string{
		"/":                 "root",
		"/a/7":              "plain 7",
		"/a/7:verb":         "verb 7",
		"/a/7:other":        "plain 7:other",
		"/a/a:b:verb":       "verb a:b",
		"/a/fixed":          "fixed",
		"/a/fixe%64":        "fixed",
		"/a/b%2Fc":          "plain b/c",
		"/a/b%2fc:verb":     "verb b/c",
		"/a/%3Averb":        "plain :verb",
		"/f/x.json":         "json x",
		"/f/x.y.json":       "json x.y",
		"/f/x.txt":          "other x txt",
		"/f/x":              "file x",
		"/v1/b":             "one",
		"/v2/b":             "version 2",
		"/o/x/c":            "left x",
		"/o/b/y":            "right y",
		"/o/b/c":            "right c",
		"/t":                "no slash",
		"/t/":               "slash",
		"/q/1...2":          "span 1 2",
		"/p/a/q/b":          "deep a b",
		"/p/%2F/q/%25":      "deep / %",
		"/%C3%BC/%C3%A4":    "umlaut ä",
		"/s/a%20b":          "space",
		"/m/1":              "read 1",
		"/a/7?x=/b":         "plain 7",
		"/f/x.json?y.txt=1": "json x",
	} {
		got := drive.Do(t, http.MethodGet, url+path, "")
		require.Equal(t, http.StatusOK, got.Status, path+": "+got.Body)
		assert.Equal(t, `"`+want+`"`, got.Body, path)
	}
	assert.Equal(t, `"write 2"`, drive.Do(t, http.MethodPut, url+"/m/2", "").Body, "templates of one shape are merged")
}

func TestNoRoute(t *testing.T) {
	url := drive.Serve(t, api.New(handler{}))
	for _, path := range []string{"/x", "/a", "/a/b/c", "/a/", "/p/a/q", "/q/12", "/s/a+b", "/p//q/b"} {
		assert.Equal(t, http.StatusNotFound, drive.Do(t, http.MethodGet, url+path, "").Status, path)
	}
	got := drive.Do(t, http.MethodPost, url+"/m/1", "")
	assert.Equal(t, http.StatusMethodNotAllowed, got.Status)
	assert.ElementsMatch(t, []string{"GET, HEAD, OPTIONS, PUT"}, got.Header["Allow"])
}

// TestClient expands every template the other way round.
func TestClient(t *testing.T) {
	c, err := api.NewClient(drive.Serve(t, api.New(handler{})))
	require.NoError(t, err)
	got, err := c.Verb(t.Context(), api.VerbRequest{ID: "a/b:c"})
	require.NoError(t, err)
	assert.Equal(t, "verb a/b:c", got)
	got, err = c.AsOther(t.Context(), api.AsOtherRequest{Name: "x y", Ext: "ö"})
	require.NoError(t, err)
	assert.Equal(t, "other x y ö", got)
	got, err = c.Umlaut(t.Context(), api.UmlautRequest{X: "%"})
	require.NoError(t, err)
	assert.Equal(t, "umlaut %", got)
	got, err = c.Space(t.Context(), api.SpaceRequest{})
	require.NoError(t, err)
	assert.Equal(t, "space", got)
}

// TestDocument is the document as it stands in the folder of the case.
func TestDocument(t *testing.T) {
	assert.Contains(t, string(api.Document()), "title: Templates")
	var paths []string
	for _, op := range api.Operations() {
		paths = append(paths, op.Path)
	}
	assert.Equal(t, []string{"/", "/a/{id}:verb", "/a/{id}"}, paths[:3])
}
