package mounts

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/conformance/internal/targetapi"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

// handler answers what TestInside asks for.
type handler struct {
	targetapi.UnimplementedDefaultHandler
}

func (handler) Ping(_ context.Context, req targetapi.PingRequest) (*targetapi.Nonce, error) {
	return &targetapi.Nonce{Nonce: req.Nonce}, nil
}

func (handler) Later(_ context.Context, req targetapi.LaterRequest, reply targetapi.LaterReply) {
	go reply.OK(&targetapi.Nonce{Nonce: req.Nonce})
}

func (handler) Lines(_ context.Context, req targetapi.LinesRequest, out *tornado.ItemStream[targetapi.Line]) error {
	for range req.Count {
		if err := out.Send(targetapi.Line{Nonce: req.Nonce}); err != nil {
			return err
		}
	}
	return nil
}

// around puts an API into a router of each kind, all paths of it.
func around(t *testing.T, api http.Handler) map[string]http.Handler {
	t.Helper()
	overChi := chi.NewRouter()
	overChi.Mount("/", api)
	gin.SetMode(gin.ReleaseMode)
	overGin := gin.New()
	overGin.Any("/*path", gin.WrapH(api))
	overEcho := echo.New()
	overEcho.Any("/*", echo.WrapHandler(api))
	gateway := runtime.NewServeMux()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		require.NoError(t, gateway.HandlePath(method, "/**", func(w http.ResponseWriter, r *http.Request, _ map[string]string) { api.ServeHTTP(w, r) }))
	}
	plain := http.NewServeMux()
	plain.Handle("/", api)
	return map[string]http.Handler{"chi": overChi, "gin": overGin, "echo": overEcho, "grpc-gateway": gateway, "net/http": plain}
}

// TestInside: an API inside of the router of another program answers as on the loops: at once, later, in parts, and refusing.
func TestInside(t *testing.T) {
	for name, router := range around(t, targetapi.New(handler{}).HTTPHandler()) {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(router)
			defer server.Close()
			for path, want := range map[string]struct {
				status int
				body   string
			}{
				"/ping?nonce=a":            {200, `{"nonce":"a"}`},
				"/later?nonce=b&ms=0":      {200, `{"nonce":"b"}`},
				"/lines?nonce=c&count=2":   {200, `{"nonce":"c"}` + "\n" + `{"nonce":"c"}`},
				"/ping":                    {422, "nonce"},
				"/fail?nonce=d":            {501, "fail"},
				"/json":                    {405, ""},
				"/nothing/that/there/is/x": {404, ""},
			} {
				res, err := http.Get(server.URL + path)
				require.NoError(t, err)
				body, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				require.Equal(t, want.status, res.StatusCode, "%s: %s", path, body)
				require.Contains(t, string(body), want.body, path)
			}
			res, err := http.Post(server.URL+"/json", "application/json", strings.NewReader(`{"a": 1}`))
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Equal(t, 501, res.StatusCode)
		})
	}
}
