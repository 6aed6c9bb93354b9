// Package mounts holds routers and frameworks of net/http against the loops: what is mounted works as on net/http's own server.
package mounts

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

func overChi() http.Handler {
	r := chi.NewRouter()
	r.Post("/app/echo/{name}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, chi.URLParam(r, "name")+" "+string(body))
	})
	return r
}

func overGin() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.POST("/app/echo/:name", func(c *gin.Context) {
		body, _ := io.ReadAll(c.Request.Body)
		c.String(http.StatusOK, "%s %s", c.Param("name"), body)
	})
	return r
}

func overEcho() http.Handler {
	e := echo.New()
	e.POST("/app/echo/:name", func(c echo.Context) error {
		body, _ := io.ReadAll(c.Request().Body)
		return c.String(http.StatusOK, c.Param("name")+" "+string(body))
	})
	return e
}

func overGateway() http.Handler {
	mux := runtime.NewServeMux()
	err := mux.HandlePath(http.MethodPost, "/app/echo/{name}", func(w http.ResponseWriter, r *http.Request, at map[string]string) {
		body, _ := io.ReadAll(r.Body)
		_, _ = io.WriteString(w, at["name"]+" "+string(body))
	})
	if err != nil {
		panic(err)
	}
	return mux
}

func TestMounts(t *testing.T) {
	for name, app := range map[string]http.Handler{"chi": overChi(), "gin": overGin(), "echo": overEcho(), "grpc-gateway": overGateway()} {
		t.Run(name, func(t *testing.T) {
			l, err := tornado.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			s := tornado.NewServer(tornado.WithLogger(slog.New(slog.DiscardHandler))).Mount("/app", app)
			served := make(chan error, 1)
			go func() { served <- s.Serve(context.Background(), l) }()
			defer func() {
				s.Shutdown()
				require.NoError(t, <-served)
			}()
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			large := strings.Repeat("0123456789abcdef", 1<<16)
			for path, status := range map[string]int{"/app/echo/ann": 200, "/app/nothing": 404, "/elsewhere": 404} {
				bodies := []io.Reader{strings.NewReader("hello")}
				if status == 200 { // what nobody reads may be cut off
					bodies = append(bodies, bytes.NewBufferString(large), io.MultiReader(strings.NewReader(large)))
				}
				for _, body := range bodies {
					res, err := client.Post("http://"+l.Addr().String()+path, "text/plain", body)
					require.NoError(t, err)
					got, err := io.ReadAll(res.Body)
					require.NoError(t, err)
					require.NoError(t, res.Body.Close())
					require.Equal(t, status, res.StatusCode, path)
					if status == 200 {
						require.Contains(t, []string{"ann hello", "ann " + large}, string(got))
					}
				}
			}
		})
	}
}
