package servers_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/servers/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

// TestAddresses gives the address of each server of the document.
func TestAddresses(t *testing.T) {
	assert.Equal(t, "https://eu.example.com:443/v1/", api.ServerProduction(api.ServerProductionVariables{}))
	assert.Equal(t, "https://us.example.com:8443/v2/", api.ServerProduction(api.ServerProductionVariables{
		Region: api.ServerProductionRegionUs, Port: "8443", Base: "v2",
	}))
	assert.Equal(t, "https://test.example.com/v1", api.Server2())
	assert.Equal(t, "http://localhost:8080/v1", api.ServerHere("http://localhost:8080/"))
	assert.Equal(t, "https://example.com/v1", api.ServerOdd())
	_, err := api.NewClient(api.ServerProduction(api.ServerProductionVariables{}))
	require.NoError(t, err)
}

// TestOwnServers calls operations that have servers of their own.
func TestOwnServers(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.String())
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	sent := func(next client.Doer) client.Doer {
		return client.DoerFunc(func(req *http.Request) (*http.Response, error) {
			if req.URL.Host == "127.0.0.1:1" { // the server of the document, which is not there
				req.URL.Host = strings.TrimPrefix(server.URL, "http://")
			}
			return next.Do(req)
		})
	}
	call := func(opts ...client.Option) []string {
		asked = nil
		c, err := api.NewClient(server.URL+"/base/", opts...)
		require.NoError(t, err)
		require.NoError(t, c.ListPets(t.Context(), api.ListPetsRequest{}))
		require.NoError(t, c.ListFiles(t.Context(), api.ListFilesRequest{Q: tornado.Some("a")}))
		require.NoError(t, c.AddFile(t.Context(), api.AddFileRequest{}))
		return asked
	}
	assert.Equal(t, []string{"GET /base/pets", "GET /files/files?q=a", "POST /upload/files"}, call(client.WithMiddleware(sent)))
	assert.Equal(t, []string{"GET /base/pets", "GET /base/files?q=a", "POST /base/files"}, call(client.WithOneServer()))
}

// handler answers one operation.
type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) ListPets(context.Context, api.ListPetsRequest) error { return nil }

// TestBasePath serves below the path of the first server, or that of an option.
func TestBasePath(t *testing.T) {
	assert.Equal(t, "/v1", api.New(handler{}).BasePath())
	url := drive.Serve(t, api.New(handler{}, tornado.WithBasePath("/elsewhere")))
	assert.True(t, strings.HasSuffix(url, "/elsewhere"))
	assert.Equal(t, http.StatusNoContent, drive.Do(t, http.MethodGet, url+"/pets", "").Status)
}
