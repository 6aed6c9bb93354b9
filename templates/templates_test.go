package templates

import (
	"go/format"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func shop() Service {
	imports := []Import{{"tornado", "github.com/tornadogen/tornadogen/runtime"}, {"", "context"}, {"", "time"}, {"", "shop/petapi"}}
	get := Method{
		Doc: "// GetPet: Get one.\n//\n// GET /pets/{petId}", Name: "GetPet", Params: "(ctx context.Context, req petapi.GetPetRequest)",
		Results: "(*petapi.Pet, error)", Value: "*petapi.Pet", Nilable: true, Error: "tornado.Unimplemented(ctx)",
	}
	del := Method{Doc: "// DeletePet.", Name: "DeletePet", Params: "(ctx context.Context, req petapi.DeletePetRequest)", Results: "error", Error: "tornado.Unimplemented(ctx)"}
	now := Method{
		Doc: "// Now.", Name: "Now", Params: "(ctx context.Context, req petapi.NowRequest)", Results: "(time.Time, error)", Value: "time.Time", Error: "tornado.Unimplemented(ctx)",
	}
	return Service{
		Name: "shop", Module: "shop", GoVersion: "1.26.0", Document: "openapi.yaml", Package: "petapi", Alias: "petapi", New: "New",
		Client: "Client", NewClient: "NewClient",
		Calls:    []Call{{"ListPets", "petapi.ListPetsRequest", true}, {"Ping", "petapi.PingRequest", false}},
		Runtime:  Module{Path: "github.com/tornadogen/tornadogen", Version: "v1.2.3"},
		DocsPath: "/docs", DocumentPath: "/openapi.yaml", LivePath: "/healthz", ReadyPath: "/readyz",
		Handlers: []Handler{{File: "pets.go", Type: "petsHandler", Doc: "// petsHandler answers.", Contract: "petapi.PetsHandler", Imports: imports, Methods: []Method{get, del, now}}},
		Auth: []Method{{
			Doc: "// Key checks.", Name: "Key", Params: "(ctx context.Context, key tornado.APIKey)", Results: "(context.Context, error)", Value: "context.Context", Nilable: true, Error: "tornado.NotImplemented(key.Operation)",
		}},
		AuthType: "petapi.UnimplementedAuthenticator", AuthContract: "petapi.Authenticator",
		AuthImports: imports[:2],
	}
}

func rendered(t *testing.T, s Service) map[string]string {
	t.Helper()
	files, err := s.Render()
	require.NoError(t, err)
	all := map[string]string{}
	for _, f := range files {
		all[f.Name] = string(f.Data)
		if !strings.HasSuffix(f.Name, ".go") {
			continue
		}
		_, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.AllErrors)
		require.NoError(t, err)
		again, err := format.Source(f.Data)
		require.NoError(t, err)
		require.Equal(t, string(again), string(f.Data), "%s is formatted", f.Name)
	}
	return all
}

func TestRender(t *testing.T) {
	all := rendered(t, shop())
	require.Len(t, all, 14)
	require.Equal(t, `module shop

go 1.26.0

tool github.com/tornadogen/tornadogen/cmd/tornadogen

require github.com/tornadogen/tornadogen v1.2.3
`, all["go.mod"])
	require.Equal(t, `package main

import (
	"context"
	"time"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"shop/petapi"
)

// petsHandler answers.
type petsHandler struct{}

var _ petapi.PetsHandler = (*petsHandler)(nil)

// GetPet: Get one.
//
// GET /pets/{petId}
func (h *petsHandler) GetPet(ctx context.Context, req petapi.GetPetRequest) (*petapi.Pet, error) {
	return nil, tornado.Unimplemented(ctx)
}

// DeletePet.
func (h *petsHandler) DeletePet(ctx context.Context, req petapi.DeletePetRequest) error {
	return tornado.Unimplemented(ctx)
}

// Now.
func (h *petsHandler) Now(ctx context.Context, req petapi.NowRequest) (time.Time, error) {
	var zero time.Time
	return zero, tornado.Unimplemented(ctx)
}
`, all["pets.go"])
	require.Contains(t, all["main.go"], "return petapi.New(&service{}, auth{})")
	require.Contains(t, all["main.go"], ").Handle(newAPI())")
	require.Contains(t, all["main_test.go"], `return tornadotest.NewClient(tornadotest.Serve(t, newAPI()), petapi.NewClient)`)
	require.Contains(t, all["main_test.go"], `func(ctx context.Context, c *petapi.Client) error { return c.Ping(ctx, petapi.PingRequest{}) }`)
	require.Contains(t, all["main_test.go"], "	contract.Test(t, newAPI())")
	require.Contains(t, all["main_test.go"], "credentials by contract.WithCredential.")
	require.Contains(t, all["main_test.go"], "leaves when you write auth.go")
	require.Contains(t, all["tornadogen.yaml"], "\n# strict: true #")
	require.Contains(t, all["auth.go"], "return nil, tornado.NotImplemented(key.Operation)")
}

func TestRenderWithoutSecurityAndOperations(t *testing.T) {
	s := shop()
	s.Auth, s.Handlers, s.Alias = nil, nil, "fmtapi"
	s.Package, s.Calls, s.Strict = "fmt", nil, true
	all := rendered(t, s)
	require.NotContains(t, all, "auth.go")
	require.Contains(t, all["main.go"], "return fmtapi.New(&service{})")
	require.Contains(t, all["main_test.go"], "newAPI()), fmtapi.NewClient)")
	require.Contains(t, all["main_test.go"], "func TestNewClient(")
	require.NotContains(t, all["main_test.go"], "unwritten")
	require.Contains(t, all["tornadogen.yaml"], "\nstrict: true #")
	require.Contains(t, all["main.go"], `fmtapi "shop/fmt"`)
}

// Where every operation needs input, the first of them is called without it.
func TestRenderWithoutCalls(t *testing.T) {
	s := shop()
	s.Calls, s.First = nil, &Call{"GetPet", "petapi.GetPetRequest", true}
	require.Contains(t, rendered(t, s)["main_test.go"], "if _, err := c.GetPet(t.Context(), petapi.GetPetRequest{}); err == nil {")
}

// The path of a folder is quoted where go.mod would misread it.
func TestReplace(t *testing.T) {
	for path, want := range map[string]string{
		"/src/tornadogen":      "/src/tornadogen",
		"/my src/tornadogen":   `"/my src/tornadogen"`,
		`/a"b\c`:               `"/a\"b\\c"`,
		"/a//b":                `"/a//b"`,
		"/a(b":                 `"/a(b"`,
		"/ä/tornadogen@v1.0.0": "/ä/tornadogen@v1.0.0",
	} {
		s := shop()
		s.Runtime.Replace = path
		require.Contains(t, rendered(t, s)["go.mod"], "\nreplace github.com/tornadogen/tornadogen => "+want+"\n")
	}
}

func TestRenderReportsWhatIsNoGo(t *testing.T) {
	s := shop()
	s.Handlers[0].Doc = "this is no comment"
	_, err := s.Render()
	require.ErrorContains(t, err, "write pets.go")
}

// What stops a service leaves it the time that its end takes by main.go.
func TestGracePeriods(t *testing.T) {
	all := rendered(t, shop())
	require.Contains(t, all["main.go"], "const drain = 30 * time.Second\n")
	require.Contains(t, all["main.go"], "tornado.Timeouts{Unready: unready, Drain: drain}")
	for file, texts := range map[string][]string{
		"deploy/kubernetes.yaml": {"sleep: {seconds: 5}", `"-unready=5s"`, "terminationGracePeriodSeconds: 45\n", "{path: /healthz, port: http}", "{path: /readyz, port: http}"},
		"deploy/shop.service":    {"TimeoutStopSec=35\n", "Type=notify\n", "-addr=:8080\n"},
		"deploy/shop.socket":     {"ListenStream=8080\n"},
		"Dockerfile":             {"--stop-timeout 35 ", "golang:1.26 AS"},
	} {
		for _, text := range texts {
			require.Contains(t, all[file], text, file)
		}
	}
	require.NotContains(t, all["Dockerfile"], "go mod vendor")
	require.NotContains(t, all[".github/workflows/ci.yml"], "go mod vendor")
}

// Kubernetes takes fewer names than a command may have.
func TestLabel(t *testing.T) {
	for name, want := range map[string]string{
		"shop": "shop", "pet.shop_2": "pet-shop-2", "2nd": "service-2nd", "...": "service", "-shop-": "shop",
		strings.Repeat("long-", 20): "long-long-long-long-long-long-long-long-long",
	} {
		require.Equal(t, want, Service{Name: name}.Label())
	}
}
