package multi_file_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/multi_file/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{}

func (handler) GetBook(_ context.Context, req api.GetBookRequest) (*api.Book, error) {
	return &api.Book{Title: req.ID, Author: tornado.Some(api.Author{Name: "A", Books: []api.Book{{Title: "B"}}})}, nil
}

func (handler) ListAuthors(context.Context, api.ListAuthorsRequest) ([]api.Author, error) {
	return []api.Author{{Name: "A"}}, nil
}

// TestFiles has one type for each schema, whichever file names it.
func TestFiles(t *testing.T) {
	url := drive.Serve(t, api.New(handler{}))
	assert.Equal(t, `{"title":"x","author":{"name":"A","books":[{"title":"B"}]}}`, drive.Do(t, http.MethodGet, url+"/books/x", "").Body)
	assert.Equal(t, `[{"name":"A"}]`, drive.Do(t, http.MethodGet, url+"/authors", "").Body)
}

// TestDocument stands alone: what other files hold is in it.
func TestDocument(t *testing.T) {
	var document struct {
		OpenAPI string                     `json:"openapi"`
		Paths   map[string]json.RawMessage `json:"paths"`
	}
	require.NoError(t, json.Unmarshal(api.Document(), &document))
	assert.Equal(t, "3.1.0", document.OpenAPI)
	assert.Len(t, document.Paths, 2)
	assert.NotContains(t, string(api.Document()), ".yaml")
	assert.NotContains(t, string(api.Document()), `book.json"`)
}
