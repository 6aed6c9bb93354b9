package object_fields_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/object_fields/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct{ got api.PutBookRequest }

func (h *handler) PutBook(_ context.Context, req api.PutBookRequest) (*api.Book, error) {
	h.got = req
	return &req.Body, nil
}

func TestObject(t *testing.T) {
	h := &handler{}
	url := drive.Serve(t, api.New(h))
	for name, c := range map[string]struct {
		send, want string
		not        []string
	}{
		"all members": {send: `{"title":"A","author":{"name":"B","born":1900},"pages":[{"number":1,"lines":["x","y"]},{"number":2,"lines":[]}],"available":true,"rating":0.5,"empty":{}}`},
		"any order":   {send: `{"pages":[],"author":{"name":"B"},"title":"A"}`, want: `{"title":"A","author":{"name":"B"},"pages":[]}`},
		"unknown members are ignored": {
			send: `{"more":[1,{"a":null}],"title":"A","author":{"name":"B","x":1},"pages":[],"empty":{"y":2}}`,
			want: `{"title":"A","author":{"name":"B"},"pages":[],"empty":{"y":2}}`,
		},
		"the last duplicate wins": {send: `{"title":"A","title":"C","author":{"name":"B"},"pages":[]}`, want: `{"title":"C","author":{"name":"B"},"pages":[]}`},
		"required members":        {send: `{}`, not: []string{"body /title required", "body /author required", "body /pages required"}},
		"inside of arrays":        {send: `{"title":"A","author":{"name":"B"},"pages":[{"number":1,"lines":[]},{"lines":[1]}]}`, not: []string{"body /pages/1/lines/0 type", "body /pages/1/number required"}},
		"wrong types":             {send: `{"title":1,"author":"B","pages":{}}`, not: []string{"body /title type", "body /author type", "body /pages type"}},
		"null is no string":       {send: `{"title":null,"author":{"name":"B"},"pages":[]}`, not: []string{"body /title type"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := drive.Do(t, http.MethodPut, url+"/books/a%2Fb", c.send)
			if c.not != nil {
				assert.Equal(t, http.StatusUnprocessableEntity, got.Status)
				assert.Equal(t, c.not, got.Violations(t))
				return
			}
			if c.want == "" {
				c.want = c.send
			}
			assert.Equal(t, http.StatusOK, got.Status)
			assert.Equal(t, "application/json", got.Header.Get("Content-Type"))
			assert.Equal(t, c.want, got.Body)
			assert.Equal(t, "a/b", h.got.ID)
		})
	}
}

func TestNoJSON(t *testing.T) {
	url := drive.Serve(t, api.New(&handler{})) + "/books/1"
	for _, body := range []string{`{`, `{"title":}`, `{} x`, `{"title":"\x"}`, "\xff"} {
		assert.Equal(t, http.StatusBadRequest, drive.Do(t, http.MethodPut, url, body).Status, body)
	}
	assert.Equal(t, http.StatusUnsupportedMediaType, drive.Do(t, http.MethodPut, url, `{}`, "Content-Type", "text/plain").Status)
}

// TestClient sends what the handler then gets.
func TestClient(t *testing.T) {
	h := &handler{}
	client, err := api.NewClient(drive.Serve(t, api.New(h)))
	assert.NoError(t, err)
	book := api.Book{Title: "A", Author: api.BookAuthor{Name: "B", Born: tornado.Some[int64](1900)}, Pages: []api.BookPagesItem{{Number: 1, Lines: []string{"x"}}}}
	got, err := client.PutBook(t.Context(), api.PutBookRequest{ID: "ä/ö?#%", Body: book})
	assert.NoError(t, err)
	assert.Equal(t, &book, got)
	assert.Equal(t, "ä/ö?#%", h.got.ID)
}
