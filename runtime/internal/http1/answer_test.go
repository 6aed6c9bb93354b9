package http1

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAppendStatusLine(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		200: "HTTP/1.1 200 OK\r\n",
		101: "HTTP/1.1 101 Switching Protocols\r\n",
		431: "HTTP/1.1 431 Request Header Fields Too Large\r\n",
		299: "HTTP/1.1 299 \r\n",
		999: "HTTP/1.1 999 \r\n",
		99:  "HTTP/1.1 500 Internal Server Error\r\n",
		-1:  "HTTP/1.1 500 Internal Server Error\r\n",
		1e4: "HTTP/1.1 500 Internal Server Error\r\n",
	} {
		assert.Equal(t, want, string(AppendStatusLine(nil, status)))
	}
	assert.Equal(t, string(AppendStatusLine(nil, 100))+"\r\n", Continue)
}

func TestStatusText(t *testing.T) {
	t.Parallel()
	renamed := map[int]string{ // RFC 9110 against the older names of net/http
		413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content",
	}
	for status := -1; status < 1000; status++ {
		want := http.StatusText(status)
		if name, found := renamed[status]; found {
			want = name
		}
		assert.Equal(t, want, StatusText(status), status)
	}
}

// Row 46: what would split an answer is never emitted.
func TestAppendField(t *testing.T) {
	t.Parallel()
	b, err := AppendField([]byte("x"), "Content-Type", "text/plain; charset=\"utf-8\"\t\xff")
	require.NoError(t, err)
	assert.Equal(t, "xContent-Type: text/plain; charset=\"utf-8\"\t\xff\r\n", string(b))
	b, err = AppendField(nil, "Empty", "")
	require.NoError(t, err)
	assert.Equal(t, "Empty: \r\n", string(b))
	for c := range 256 {
		text := "a" + string([]byte{byte(c)}) + "b"
		valid := c == '\t' || c >= ' ' && c != 0x7f
		b, err = AppendField([]byte("x"), "Name", text)
		assert.Equal(t, valid, err == nil, "%q", text)
		assert.Equal(t, valid, ValidFieldValue(text))
		if !valid {
			assert.Equal(t, "x", string(b))
		}
		valid = c > ' ' && c < 0x7f && !strings.ContainsRune("\"(),/:;<=>?@[\\]{}", rune(c))
		b, err = AppendField([]byte("x"), text, "v")
		assert.Equal(t, valid, err == nil, "%q", text)
		if !valid {
			assert.Equal(t, "x", string(b))
		}
	}
	_, err = AppendField(nil, "", "v")
	var refused *FieldError
	require.True(t, errors.As(err, &refused))
	_, err = AppendField(nil, "X-A", "a\r\nSet-Cookie: b")
	require.EqualError(t, err, `header field "X-A": control character in value`)
}

func TestAppendConnection(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		head    Head
		closing bool
		want    string
	}{
		{Head{}, false, ""},
		{Head{}, true, "Connection: close\r\n"},
		{Head{Close: true}, false, "Connection: close\r\n"},
		{Head{KeepAliveAsked: true}, false, "Connection: keep-alive\r\n"},
		{Head{KeepAliveAsked: true}, true, "Connection: close\r\n"},
	} {
		assert.Equal(t, test.want, string(AppendConnection(nil, &test.head, test.closing)))
	}
}

// Row 49.
func TestBodyAllowed(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{100: false, 101: false, 200: true, 204: false, 205: true, 304: false, 404: true} {
		assert.Equal(t, want, BodyAllowed(status), status)
	}
}

func TestAppendBody(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Content-Length: 0\r\n", string(AppendContentLength(nil, 0)))
	for _, n := range []int64{9, 10, 99, 100, 109, 999, 1000, 1001} {
		assert.Equal(t, "Content-Length: "+strconv.FormatInt(n, 10)+"\r\n", string(AppendContentLength(nil, n)))
	}
	assert.Equal(t, "Content-Length: 9223372036854775807\r\n", string(AppendContentLength(nil, 1<<63-1)))
	assert.Equal(t, "3\r\nabc\r\n", string(AppendChunk(nil, []byte("abc"))))
	assert.Equal(t, "1f\r\n", string(AppendChunkSize(nil, 31)))
	assert.Empty(t, AppendChunk(nil, nil), "an empty chunk would end the body")
	assert.Equal(t, "0\r\n\r\n", string(AppendLastChunk(nil)))
	assert.Equal(t, "0\r\nA: b\r\nC: d\r\n\r\n", string(AppendLastChunk(nil, []byte("A: b\r\n"), []byte("C: d\r\n"))))
}

func TestAppendHTTPDate(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Sun, 06 Nov 1994 08:49:37 GMT", string(AppendHTTPDate(nil, time.Unix(784111777, 0))))
	at := time.Date(1999, 12, 31, 23, 59, 59, 999999999, time.FixedZone("", -3600))
	for range 1000 {
		assert.Equal(t, at.UTC().Format(http.TimeFormat), string(AppendHTTPDate(nil, at)))
		at = at.Add(1e6*time.Second + 777*time.Minute)
	}
}
