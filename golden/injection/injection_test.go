package injection_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/injection/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct {
	got  api.GetFuncInitPanic2FuncXRequest
	give api.GetFuncInitPanic2FuncXOK
}

func (h *handler) GetFuncInitPanic2FuncX(_ context.Context, req api.GetFuncInitPanic2FuncXRequest) (*api.GetFuncInitPanic2FuncXOK, error) {
	h.got = req
	return &h.give, nil
}

type auth struct{}

func (auth) K1(ctx context.Context, _ tornado.APIKey) (context.Context, error) { return ctx, nil }

// TestTextsAreData sends and receives every odd name and value.
func TestTextsAreData(t *testing.T) {
	give := api.T{AB: tornado.Some("1"), CD: tornado.Some("2"), EF: tornado.Some("3"), GH: tornado.Some("4"), IJSONJ: tornado.Some("5"), Kind: tornado.Some(api.TKindC)}
	h := &handler{give: api.GetFuncInitPanic2FuncXOK{Body: give}}
	url := drive.Serve(t, api.New(h, auth{}))
	got := drive.Do(t, http.MethodGet, url+"/a/%60%22%5C/%60%22%5C", "", "X-`'*", "key")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	assert.Equal(t, "{\"a`b\":\"1\",\"c\\\"d\\\\\":\"2\",\"e\\nf\":\"3\",\"g\\u0000h\":\"4\",\"i\\\" json:\\\"j\":\"5\",\"kind\":\"c\\n\"}", got.Body)
	assert.Equal(t, api.GetFuncInitPanic2FuncXRequest{P: "`\"\\", QPanic3: tornado.Some("`+panic(4)+`")}, h.got)

	client, err := api.NewClient(url, api.WithK1("key"))
	require.NoError(t, err)
	req := api.GetFuncInitPanic2FuncXRequest{P: "`\"\\", QPanic3: tornado.Some("x")}
	answer, err := client.GetFuncInitPanic2FuncX(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, &h.give, answer)
	assert.Equal(t, req, h.got)

	h.give.XOdd = tornado.Some("a\r\nX-Evil: 1")
	assert.Equal(t, http.StatusInternalServerError, drive.Do(t, http.MethodGet, url+"/a/%60%22%5C/%60%22%5C", "", "X-`'*", "key").Status)
}

// TestNoCode finds in the package what the generator writes, and nothing more.
func TestNoCode(t *testing.T) {
	files, err := filepath.Glob("expected/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		src, err := os.ReadFile(name)
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok {
				assert.NotEqual(t, "init", f.Name.Name)
			}
			if c, ok := n.(*ast.CallExpr); ok {
				name, _ := c.Fun.(*ast.Ident)
				assert.False(t, name != nil && name.Name == "panic")
			}
			return true
		})
		for _, group := range file.Comments {
			for _, c := range group.List {
				assert.Regexp(t, "^//( |\t|$|go:embed openapi.yaml$)", c.Text)
			}
		}
	}
}
