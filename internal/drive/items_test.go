package drive

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func assertJSON(t *testing.T, want string, v any) {
	t.Helper()
	have, err := json.Marshal(v)
	require.NoError(t, err)
	assert.JSONEq(t, want, string(have))
}

// TestItems: of a body that has not ended, those items count that are there as a whole.
func TestItems(t *testing.T) {
	for _, c := range []struct{ media, body, open, ended string }{
		{"application/jsonl", "1\n\n {} \n2", `["1","{}"]`, `["1","{}","2"]`},
		{"application/json-seq", "\x1e1\n\x1e\x1e2\n\x1e3\n", `["1","2","3"]`, `["1","2","3"]`},
		{"application/json-seq", "\x1e1\n\x1e2", `["1"]`, ``},
		{"application/json-seq", "1\n", ``, ``},
		{"application/json-seq", "", `[]`, `[]`},
		{"text/event-stream", "data: 1\n\ndata: 2\n", `["1"]`, `["1"]`},
		{"text/event-stream", "\ufeffdata:1\r\rid: 3\r\n\r\n:x\ndata\ndata: \ndata:  b\n\n", `["1","\n\n b"]`, `["1","\n\n b"]`},
		{"text/event-stream", "event: none\n\n", `[]`, `[]`},
	} {
		for whole, want := range map[bool]string{false: c.open, true: c.ended} {
			items, fault := Items(c.media, []byte(c.body), whole)
			assert.Equal(t, want == "", fault != "", "%q %t: %s", c.body, whole, fault)
			if want == "" {
				continue
			}
			texts := []string{}
			for _, item := range items {
				text := item.Text
				if item.fields != nil {
					text, _ = item.fields["data"].(string)
				}
				texts = append(texts, text)
			}
			assertJSON(t, want, texts)
		}
	}
	assertJSON(t, `{"data":"1","event":"a","id":"7","retry":5}`, events("id: 7\nretry: x\nretry: 5\nevent: a\ndata: 1\nother: x\n\n")[0].fields)
}

// TestWritesItems writes what Items reads.
func TestWritesItems(t *testing.T) {
	for _, media := range []string{"application/jsonl", "application/json-seq", "application/geo+json-seq; x=y"} {
		body, err := writeItems(media, []any{json.Number("1"), map[string]any{"a": nil}})
		require.NoError(t, err)
		bare := map[bool]string{true: "application/geo+json-seq", false: media}[media[len(media)-1] == 'y']
		items, fault := Items(bare, body, true)
		require.Empty(t, fault)
		assert.Equal(t, []Item{{Text: "1"}, {Text: `{"a":null}`}}, items)
	}
	_, err := writeItems("application/jsonl", []any{})
	assert.ErrorIs(t, err, errNoWay)
}

func TestContentRanges(t *testing.T) {
	for field, fine := range map[string]bool{
		"bytes 0-3/9": true, "bytes 0-3/*": true, "bytes 5-8/9": true, "": false, "bytes 0-4/9": false, "bytes 6-9/9": false, "bytes */9": false, "items 0-3/9": false,
		"bytes 3-0/9": false, "bytes 0-99999999999999999999/*": false,
	} {
		a := &Answer{Status: http.StatusPartialContent, Header: http.Header{"Content-Range": {field}}, Body: []byte("four"), Whole: true}
		assert.Equal(t, fine, judgePart(a, false) == "", field)
	}
	for field, fine := range map[string]bool{"bytes */9": true, "": true, "bytes 0-3/9": false, "9": false} {
		a := &Answer{Status: http.StatusRequestedRangeNotSatisfiable, Header: http.Header{"Content-Range": {field}}, Whole: true}
		assert.Equal(t, fine, judgePart(a, false) == "", field)
	}
	a := &Answer{Status: http.StatusPartialContent, Header: http.Header{"Content-Type": {"multipart/byteranges; boundary=x"}}, Whole: true}
	assert.Empty(t, judgePart(a, false), "each part has its own")
}

// TestConcrete: a range stands for a media type that no document names.
func TestConcrete(t *testing.T) {
	for media, want := range map[string]string{
		"image/*": "image/x-any", "*/*": "application/x-any", "application/*+json": "application/x-any+json", "text/*; charset=utf-8": "text/x-any; charset=utf-8", "a/b": "a/b",
	} {
		assert.Equal(t, want, concrete(media))
	}
}
