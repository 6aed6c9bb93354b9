package path_templates_test

import (
	"context"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/path_templates/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// seen is the latest call that the server got.
type seen struct {
	request any
	path    string // as it was sent
}

func serve(t *testing.T) (*seen, string, *api.Client) {
	t.Helper()
	s := new(seen)
	record := func(tornado.Handler) tornado.Handler {
		return func(ctx context.Context, call *tornado.Call) (any, error) {
			s.request, s.path = call.Request, tornado.Raw(ctx).Path()
			return "", nil
		}
	}
	at := drive.Serve(t, api.New(api.UnimplementedDefaultHandler{}, tornado.WithMiddleware(record)))
	c, err := api.NewClient(at)
	require.NoError(t, err)
	return s, at, c
}

// send calls the method of the client that has requests of the type of req.
func send(ctx context.Context, c *api.Client, req any) error {
	name := strings.TrimSuffix(reflect.TypeOf(req).Name(), "Request")
	out := reflect.ValueOf(c).MethodByName(name).Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(req)})
	err, _ := out[len(out)-1].Interface().(error)
	return err
}

// TestTemplates sends a path as it would be sent to the router whose notation it is, and what the client makes of the same values.
func TestTemplates(t *testing.T) {
	got, at, c := serve(t)
	for path, want := range map[string]any{
		"/aws/a":                       api.AWSRequest{Proxy: "a"},
		"/aws/a/b%20c/":                api.AWSRequest{Proxy: "a/b c/"},
		"/aws//a":                      api.AWSRequest{Proxy: "/a"},
		"/marked/a/b":                  api.AWSMarkedRequest{Proxy: "a/b"},
		"/number/12":                   api.NumberRequest{ID: 12},
		"/code/ab/x":                   api.CodeRequest{ID: "ab"},
		"/segment/a%2Fb/x":             api.SegmentRequest{ID: "a/b"},
		"/fastapi/a/b/raw":             api.FastAPIRequest{Path: "a/b"},
		"/fastapi/a/b/rare":            api.FastAPIAllRequest{Path: "a/b/rare"},
		"/hapi/a/b":                    api.HapiRequest{Path: "a/b"},
		"/list/a,b":                    api.ExplodedListRequest{IDs: []string{"a", "b"}},
		"/goes/a/b":                    api.GoesRequest{Rest: "a/b"},
		"/aspnet/a/b":                  api.AspNetRequest{Rest: "a/b"},
		"/reserved/jobs/5:cancel":      api.ReservedRequest{Name: "jobs/5"},
		"/grpc/projects/p/things/t":    api.GrpcRequest{Name: "projects/p/things/t"},
		"/jaxrs/a/b":                   api.JaxRSRequest{Path: "a/b"},
		"/symfony/12":                  api.SymfonyRequest{ID: "12"},
		"/count/12":                    api.CountRequest{ID: 12},
		"/maybe/a":                     api.MaybeRequest{ID: "a"},
		"/rails/a/parts":               api.RailsRequest{ID: "a"},
		"/literal/:id":                 api.LiteralRequest{},
		"/flask/a/b":                   api.FlaskRequest{Rest: "a/b"},
		"/spaces/a":                    api.SpacesRequest{ID: "a"},
		"/twice/a/x/a":                 api.TwiceRequest{ID: "a"},
		"/nameless/a":                  api.NamelessRequest{ID: "a"},
		"/open/a":                      api.OpenRequest{ID: "a"},
		"/close/a":                     api.CloseRequest{ID: "a"},
		"/stray/%7Bid":                 api.StrayRequest{},
		"/double//slash":               api.DoubleRequest{},
		"/mustache/a":                  api.MustacheRequest{ID: "a"},
		"/segments/a":                  api.SegmentsRequest{ID: "a"},
		"/label/x.a":                   api.LabelRequest{Ext: "a"},
		"/matrix/x;v=a":                api.MatrixRequest{V: "a"},
		"/divided/a":                   api.DividedRequest{AB: "a"},
		"/end":                         api.EndRequest{},
		"/end/":                        api.EndSlashRequest{},
		"/query?tags=a&tags=b&after=c": api.QueryRequest{Tags: []string{"a", "b"}, After: "c"},
		"/fragment":                    api.FragmentRequest{},
	} {
		*got = seen{}
		answer := drive.Do(t, http.MethodGet, at+path, "")
		require.Equal(t, http.StatusOK, answer.Status, path+": "+answer.Body)
		require.Equal(t, want, got.request, path)
		sent := got.path
		*got = seen{}
		require.NoError(t, send(t.Context(), c, want), path)
		require.Equal(t, want, got.request, "what the client sends")
		assert.Equal(t, sent, got.path, "what the client sends")
	}
}

func TestRefused(t *testing.T) {
	_, at, c := serve(t)
	for path, want := range map[string]int{
		"/aws/": http.StatusNotFound, "/aws": http.StatusNotFound, "/fastapi/": http.StatusNotFound, "/literal/a": http.StatusNotFound,
		"/number/-1": http.StatusUnprocessableEntity, "/number/a": http.StatusUnprocessableEntity,
		"/code/abcd/x": http.StatusUnprocessableEntity, "/symfony/a": http.StatusUnprocessableEntity,
		"/grpc/projects/p": http.StatusUnprocessableEntity, "/grpc/a": http.StatusUnprocessableEntity, "/count/a": http.StatusUnprocessableEntity,
	} {
		assert.Equal(t, want, drive.Do(t, http.MethodGet, at+path, "").Status, path)
	}
	for _, path := range []string{"..", "a/../b", "a/.", "./a", ""} {
		require.Error(t, send(t.Context(), c, api.AWSRequest{Proxy: path}), path)
	}
}

// TestSeveralSegments: whatever a variable of several segments holds, the server gets it, or the client refuses it.
func TestSeveralSegments(t *testing.T) {
	got, _, c := serve(t)
	rapid.Check(t, func(r *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab/.%2F? #{}:;,ä\\"))).Draw(r, "text")
		*got = seen{}
		err := send(t.Context(), c, api.ReservedRequest{Name: text})
		segments := strings.Split(text, "/")
		if text == "" || hasDots(segments[:len(segments)-1]) {
			require.Error(r, err)
			return
		}
		require.NoError(r, err, url.PathEscape(text))
		require.Equal(r, api.ReservedRequest{Name: text}, got.request)
	})
}

func hasDots(segments []string) bool {
	for _, s := range segments {
		if s == "." || s == ".." {
			return true
		}
	}
	return false
}

// TestMovedPath: a variable of several segments may be moved like any other.
func TestMovedPath(t *testing.T) {
	h := api.UnimplementedDefaultHandler{}
	at := drive.Serve(t, api.New(h, tornado.WithOperationPath("aws", "/other/{proxy...}/end")))
	assert.Equal(t, http.StatusNotImplemented, drive.Do(t, http.MethodGet, at+"/other/a/b/end", "").Status)
	assert.Equal(t, http.StatusNotFound, drive.Do(t, http.MethodGet, at+"/aws/a/b", "").Status)
}
