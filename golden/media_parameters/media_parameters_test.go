package media_parameters_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/golden/internal/drive"
	api "github.com/tornadogen/tornadogen/golden/media_parameters/expected"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

type handler struct{ image tornado.Upload }

// PostOrder answers in the version that the client likes best, or else in the one of the order.
func (h *handler) PostOrder(ctx context.Context, req api.PostOrderRequest) (api.PostOrderResponse, error) {
	order, newer := req.Body.Get()
	old, _ := req.BodyJSONVersion1.Get()
	switch best := tornado.Accepts(ctx, "application/json; version=2", "application/json; version=1"); {
	case newer && best == "application/json; version=1":
		return api.PostOrderOKJSONVersion1{Body: api.OldOrder{Amount: "new"}}, nil
	case newer:
		return api.PostOrderOK{Body: order}, nil
	}
	return api.PostOrderOKJSONVersion1{Body: old}, nil
}

func (h *handler) PostName(_ context.Context, req api.PostNameRequest) (*api.Name, error) {
	return &req.Body, nil
}

func (h *handler) PutFile(_ context.Context, req api.PutFileRequest) error {
	upload, ok := req.Raw.Get()
	if !ok {
		return errors.New("no image")
	}
	data, err := io.ReadAll(upload)
	h.image = tornado.Upload{ContentType: upload.ContentType + " " + string(data)}
	return err
}

func (h *handler) GetLevel(context.Context, api.GetLevelRequest) (*api.Name, error) {
	return &api.Name{Name: "a"}, nil
}

// TestContentType: parameters tell bodies apart.
func TestContentType(t *testing.T) {
	h := new(handler)
	url := drive.Serve(t, api.New(h))
	for _, c := range []struct {
		contentType, body string
		status            int
		answer            string
	}{
		{"application/json; version=2", `{"count":2}`, 200, `{"count":2}`},
		{"application/json;version=1", `{"amount":"a"}`, 200, `{"amount":"a"}`},
		{`Application/JSON ; VERSION="1"; charset=utf-8`, `{"amount":"a"}`, 200, `{"amount":"a"}`},
		{"application/json", `{"count":2}`, 200, `{"count":2}`}, // the first
		{"application/json; other=1", `{"count":2}`, 200, `{"count":2}`},
		{"application/json; version=3", `{"count":2}`, 415, "the body is application/json; version=3; this operation reads application/json; version=2, application/json; version=1"},
		{"application/json; version=1", `{"count":2}`, 422, "amount"},
		{"text/plain", `{"count":2}`, 415, "text/plain"},
	} {
		got := drive.Do(t, http.MethodPost, url+"/orders", c.body, "Content-Type", c.contentType)
		assert.Equal(t, c.status, got.Status, c.contentType)
		assert.Contains(t, got.Body, c.answer, c.contentType)
	}
	for contentType, status := range map[string]int{
		`application/vnd.name+xml; level="a;b"`: 200, `application/vnd.name+xml`: 200, `application/vnd.name+xml; level=a`: 415,
	} {
		got := drive.Do(t, http.MethodPost, url+"/names", `<Name><name>a</name></Name>`, "Content-Type", contentType)
		assert.Equal(t, status, got.Status, contentType)
	}
	got := drive.Do(t, http.MethodPut, url+"/files", "png", "Content-Type", "image/png; profile=small")
	assert.Equal(t, http.StatusNoContent, got.Status, got.Body)
	assert.Equal(t, "image/png; profile=small png", h.image.ContentType, "it was read as it came")
	got = drive.Do(t, http.MethodPut, url+"/files", "png", "Content-Type", "image/png; profile=large")
	assert.Equal(t, http.StatusUnsupportedMediaType, got.Status)
}

// TestAccept: answers are sent as the document says, and parameters of Accept choose among them.
func TestAccept(t *testing.T) {
	url := drive.Serve(t, api.New(new(handler)))
	for _, c := range []struct{ path, body, accept, contentType string }{
		{"/orders", `{"count":2}`, "", "application/json; version=2"},
		{"/orders", `{"count":2}`, "application/json", "application/json; version=2"},
		{"/orders", `{"count":2}`, "application/json;version=1", "application/json; version=1"},
		{"/orders", `{"count":2}`, "application/json; version=2; q=0.1, application/json;version=1", "application/json; version=1"},
		{"/orders", `{"count":2}`, "application/json;version=3", ""},
		{"/names", `{"name":"a"}`, "*/*", "application/json; charset=utf-8"},
		{"/names", `{"name":"a"}`, "application/json; charset=iso-8859-1", ""},
		{"/names", `{"name":"a"}`, "application/vnd.name+xml", `application/vnd.name+xml; level="a;b"`},
		{"/names", `{"name":"a"}`, "application/vnd.name+xml;level=c", "application/vnd.name+xml; level=c"},
		{"/names", `{"name":"a"}`, `application/json;q=0.5, application/vnd.name+xml; level="a;b"`, `application/vnd.name+xml; level="a;b"`},
		{"/names", `{"name":"a"}`, "application/vnd.name+xml;level=d", ""},
	} {
		var fields []string
		if c.accept != "" {
			fields = []string{"Accept", c.accept}
		}
		got := drive.Do(t, http.MethodPost, url+c.path, c.body, append(fields, "Content-Type", "application/json")...)
		if c.contentType == "" {
			assert.Equal(t, http.StatusNotAcceptable, got.Status, c.accept)
			continue
		}
		assert.Equal(t, http.StatusOK, got.Status, "%s: %s", c.accept, got.Body)
		assert.Equal(t, c.contentType, got.Header.Get("Content-Type"), c.accept)
	}
}

// TestOneValue: the parameters of Accept choose among media types of one value, too.
func TestOneValue(t *testing.T) {
	url := drive.Serve(t, api.New(new(handler)))
	for accept, contentType := range map[string]string{
		"application/json": "application/json; odata=minimal", "application/json;odata=full": "application/json; odata=full",
		"application/json;odata=none, */*;q=0.1": "application/json; odata=minimal",
	} {
		got := drive.Do(t, http.MethodGet, url+"/levels", "", "Accept", accept)
		assert.Equal(t, contentType, got.Header.Get("Content-Type"), accept)
		assert.Equal(t, "Accept", got.Header.Get("Vary"))
	}
}

// TestClient sends the parameters, and reads each answer by them.
func TestClient(t *testing.T) {
	c, err := api.NewClient(drive.Serve(t, api.New(new(handler))))
	require.NoError(t, err)
	got, err := c.PostOrder(t.Context(), api.PostOrderRequest{Body: tornado.Some(api.Order{Count: 3})})
	require.NoError(t, err)
	assert.Equal(t, api.PostOrderOK{Body: api.Order{Count: 3}}, got)
	got, err = c.PostOrder(t.Context(), api.PostOrderRequest{BodyJSONVersion1: tornado.Some(api.OldOrder{Amount: "a"})})
	require.NoError(t, err)
	assert.Equal(t, api.PostOrderOKJSONVersion1{Body: api.OldOrder{Amount: "a"}}, got)
	name, err := c.PostName(t.Context(), api.PostNameRequest{Body: api.Name{Name: "a"}})
	require.NoError(t, err)
	assert.Equal(t, "a", name.Name)

	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; version=3")
		_, _ = io.WriteString(w, `{"count":3}`)
	}))
	defer other.Close()
	c, err = api.NewClient(other.URL)
	require.NoError(t, err)
	_, err = c.PostOrder(t.Context(), api.PostOrderRequest{Body: tornado.Some(api.Order{Count: 3})})
	var unexpected *client.UnexpectedResponse
	require.ErrorAs(t, err, &unexpected)
}
