package docs_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/docs/internal/page"
	api "github.com/tornadogen/tornadogen/golden/contract/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/tornadotest"
)

// likeFastAPI gives all answers that are problem details the bodies that FastAPI gives errors.
func likeFastAPI(t *tornado.Transit) {
	t.OnAnswer(func(w *tornado.Reply) {
		var p tornado.Problem
		if w.ContentType() != tornado.ProblemType || json.Unmarshal(w.Body(), &p) != nil {
			return
		}
		var detail any = p.Detail
		switch {
		case len(p.Errors) > 0:
			var all []map[string]any
			for _, v := range p.Errors {
				all = append(all, map[string]any{"loc": location(v), "msg": v.Message, "type": v.Keyword})
			}
			detail = all
		case p.Detail == "", p.Status == http.StatusNotFound && t.Operation() == nil, p.Status == http.StatusMethodNotAllowed:
			detail = p.Title // "Not Found", "Method Not Allowed"
		}
		body, err := json.Marshal(map[string]any{"detail": detail})
		if err != nil {
			w.Fault(err)
			return
		}
		w.Bytes(w.Status(), "application/json", body)
	})
}

// location is where a violation is: "body", "tags", 0, "name" for the pointer /tags/0/name.
func location(v tornado.Violation) []any {
	loc := []any{v.In}
	if v.Pointer == "" { // the body as a whole
		return loc
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(v.Pointer, "/"), "/") {
		if i, err := strconv.Atoi(part); err == nil {
			loc = append(loc, i)
		} else {
			loc = append(loc, strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
	}
	return loc
}

// TestFastAPIShown: the page for those who come from FastAPI shows the filter that is tested here.
func TestFastAPIShown(t *testing.T) {
	own, err := os.ReadFile("fastapi_test.go")
	require.NoError(t, err)
	p, err := page.Read("..", "docs/guide/from-fastapi.md")
	require.NoError(t, err)
	shown := false
	for _, b := range p.Blocks {
		if strings.Contains(b.Text, "likeFastAPI") {
			shown = true
			require.Contains(t, string(own), strings.TrimSpace(b.Text), "docs/guide/from-fastapi.md:%d", b.Line)
		}
	}
	require.True(t, shown)
}

// notes refuses in its own words.
type notes struct {
	api.UnimplementedDefaultHandler
}

func (notes) GetNote(ctx context.Context, req api.GetNoteRequest) (*api.Note, error) {
	if req.ID == 404 {
		return nil, &tornado.StatusError{Status: http.StatusNotFound, Detail: "no such note"}
	}
	return nil, errors.New("the disk is full")
}

// anyone lets in who has a token.
type anyone struct{}

func (anyone) Token(ctx context.Context, _ tornado.Bearer) (context.Context, error) { return ctx, nil }

// TestFastAPIErrors: what FastAPI's clients read of refusals, wherever the violation is.
func TestFastAPIErrors(t *testing.T) {
	server := tornadotest.Serve(t, api.New(notes{}, anyone{}, tornado.WithFilter(likeFastAPI)), tornadotest.WithMemory())
	for _, c := range []struct {
		call, field, body string // "GET /path", "Name: value"
		status            int
		want              string
	}{
		{
			"POST /v1/notes", "Content-Type: application/json", `{"text": "", "stars": "5"}`, 422,
			`[{"loc": ["body", "text"], "msg": "must have at least 1 character", "type": "minLength"},
			{"loc": ["body", "stars"], "msg": "expected integer, got string", "type": "type"},
			{"loc": ["body", "secret"], "msg": "is required", "type": "required"}]`,
		},
		{
			"POST /v1/notes", "Content-Type: application/json", `[]`, 422,
			`[{"loc": ["body"], "msg": "expected object, got array", "type": "type"}]`,
		},
		{"POST /v1/notes", "Content-Type: application/json", `{"text"`, 400, `"the body is not valid JSON, offset 7: unexpected end of the text"`},
		{
			"POST /v1/search", "Content-Type: application/x-www-form-urlencoded", "text=ab&limit=0", 422,
			`[{"loc": ["body", "limit"], "msg": "must be at least 1", "type": "minimum"}]`,
		},
		{
			"GET /v1/notes?tag=ab&tag=x1", "", "", 422,
			`[{"loc": ["query", "tag", 1], "msg": "must match ^[a-z]{2,5}$", "type": "pattern"}]`,
		},
		{
			"GET /v1/notes", "X-Page: 0", "", 422,
			`[{"loc": ["header", "X-Page"], "msg": "must be at least 1", "type": "minimum"}]`,
		},
		{
			"GET /v1/notes", "Cookie: theme=red", "", 422,
			`[{"loc": ["cookie", "theme"], "msg": "must be one of dark, light", "type": "enum"}]`,
		},
		{
			"GET /v1/notes/x", "", "", 422,
			`[{"loc": ["path", "id"], "msg": "must be an integer", "type": "type"}]`,
		},
		{"GET /v1/notes/404", "", "", 404, `"no such note"`},
		{"GET /v1/notes/5", "", "", 500, `"Internal Server Error"`},
		{"GET /v1/nowhere", "", "", 404, `"Not Found"`},
		{"PATCH /v1/notes", "", "", 405, `"Method Not Allowed"`},
	} {
		t.Run(c.call, func(t *testing.T) {
			method, path, _ := strings.Cut(c.call, " ")
			req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(c.body))
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer any")
			if name, value, ok := strings.Cut(c.field, ": "); ok {
				req.Header.Set(name, value)
			}
			res, err := server.HTTPClient().Do(req)
			require.NoError(t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			require.Equal(t, c.status, res.StatusCode, "%s", body)
			require.Equal(t, "application/json", res.Header.Get("Content-Type"))
			require.JSONEq(t, `{"detail": `+c.want+`}`, string(body))
		})
	}
}

// TestFastAPILocation: pointers into bodies and parameters.
func TestFastAPILocation(t *testing.T) {
	for _, c := range []struct {
		in, pointer string
		want        []any
	}{
		{"body", "", []any{"body"}},
		{"body", "/tags/0/name", []any{"body", "tags", 0, "name"}},
		{"body", "/a~1b/c~0d/~01", []any{"body", "a/b", "c~d", "~1"}},
		{"body", "/", []any{"body", ""}},
		{"query", "limit", []any{"query", "limit"}},
		{"query", "tags/2", []any{"query", "tags", 2}},
	} {
		require.Equal(t, c.want, location(tornado.Violation{In: c.in, Pointer: c.pointer}), c.pointer)
	}
}
