package body_text_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/body_text/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/client"
)

type handler struct {
	api.UnimplementedDefaultHandler
}

func (handler) PutName(_ context.Context, req api.PutNameRequest) (string, error) {
	return req.Body, nil
}

func (handler) PutLevel(_ context.Context, req api.PutLevelRequest) (int64, error) {
	return req.Body.Or(-1), nil
}

func (handler) PutColor(_ context.Context, req api.PutColorRequest) (api.Color, error) {
	return req.Body, nil
}

func (handler) PutNote(_ context.Context, req api.PutNoteRequest) (*api.Note, error) {
	if text, ok := req.BodyCSV.Get(); ok {
		return &api.Note{Text: text}, nil
	}
	note := req.Body.Value()
	return &note, nil
}

func start(t *testing.T) (string, *api.Client) {
	t.Helper()
	url := drive.Serve(t, api.New(handler{}))
	c, err := api.NewClient(url)
	require.NoError(t, err)
	return url, c
}

func TestText(t *testing.T) {
	url, c := start(t)
	name, err := c.PutName(t.Context(), api.PutNameRequest{Body: "zoë"})
	require.Error(t, err, name)
	name, err = c.PutName(t.Context(), api.PutNameRequest{Body: "bär"})
	require.NoError(t, err)
	assert.Equal(t, "bär", name)
	level, err := c.PutLevel(t.Context(), api.PutLevelRequest{Body: tornado.Some[int64](7)})
	require.NoError(t, err)
	assert.Equal(t, int64(7), level)
	level, err = c.PutLevel(t.Context(), api.PutLevelRequest{})
	require.NoError(t, err)
	assert.Equal(t, int64(-1), level)
	color, err := c.PutColor(t.Context(), api.PutColorRequest{Body: api.ColorRed})
	require.NoError(t, err)
	assert.Equal(t, api.ColorRed, color)
	note, err := c.PutNote(t.Context(), api.PutNoteRequest{BodyCSV: tornado.Some("a,b")})
	require.NoError(t, err)
	assert.Equal(t, "a,b", note.Text)

	for _, x := range []struct {
		path, media, body string
		status            int
		want              string // a body, or a violation
	}{
		{"/name", "text/plain", "b\xe4r", 400, "UTF-8"},
		{"/name", "text/plain; charset=iso-8859-1", "b\xe4r", 200, "bär"},
		{"/name", "text/plain; charset=utf-16", "xx", 415, "utf-16"},
		{"/name", "text/plain", "X1", 422, "pattern"},
		{"/name", "text/plain", "", 400, "needs a body"},
		{"/name", "text/html", "ab", 415, "text/plain"},
		{"/level", "text/plain", "10", 422, "maximum"},
		{"/level", "text/plain", "ten", 422, "type"},
		{"/color", "text/plain", "blue", 422, "enum"},
		{"/color", "text/plain", "red", 200, `"red"`},
		{"/note", "text/plain", `{"text":"x"}`, 200, `{"text":"x"}`},
		{"/note", "text/plain", `{"text":`, 400, `"the body is not valid JSON, offset 8: unexpected end of the text"`},
	} {
		got := drive.Do(t, http.MethodPut, url+x.path, x.body, "Content-Type", x.media)
		assert.Equal(t, x.status, got.Status, x)
		assert.Contains(t, got.Body, x.want, x)
	}
}

// TestAccept lets the client choose the media type of one value.
func TestAccept(t *testing.T) {
	url, _ := start(t)
	for accept, want := range map[string][2]string{
		"":                                  {"application/json", `"red"`},
		"text/plain":                        {"text/plain; charset=utf-8", "red"},
		"text/*":                            {"text/plain; charset=utf-8", "red"},
		"text/html, application/json;q=0.9": {"text/html; charset=utf-8", "red"},
	} {
		got := drive.Do(t, http.MethodPut, url+"/color", "red", "Content-Type", "text/plain", "Accept", accept)
		assert.Equal(t, want, [2]string{got.Header.Get("Content-Type"), got.Body}, accept)
	}
	assert.Equal(t, http.StatusNotAcceptable, drive.Do(t, http.MethodPut, url+"/color", "red", "Content-Type", "text/plain", "Accept", "image/png").Status)
	note := drive.Do(t, http.MethodPut, url+"/note", `{"text":"x"}`)
	assert.Equal(t, "application/json", note.Header.Get("Content-Type"), "JSON goes before a text that holds it")

	c, err := api.NewClient(url, client.WithHeader("Accept", "text/plain"))
	require.NoError(t, err)
	color, err := c.PutColor(t.Context(), api.PutColorRequest{Body: api.ColorGreen})
	require.NoError(t, err)
	assert.Equal(t, api.ColorGreen, color)
	_, err = c.PutNote(t.Context(), api.PutNoteRequest{Body: tornado.Some(api.Note{Text: "x"})})
	require.NoError(t, err)
}
