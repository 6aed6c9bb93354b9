package client_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/client"
	"github.com/tornadogen/tornadogen/runtime/internal/operation"
	"github.com/tornadogen/tornadogen/runtime/internal/param"
	"github.com/tornadogen/tornadogen/runtime/internal/validate"
)

var listPets = operation.Operation{ID: "listPets", Method: "GET", Path: "/pets"}

// answer calls an operation that is answered with this.
func answer(t *testing.T, status int, header http.Header, body string, opts ...client.Option) *client.Response {
	t.Helper()
	opts = append(opts, client.WithMiddleware(func(client.Doer) client.Doer {
		return client.DoerFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1}, nil
		})
	}))
	res, err := newClient(t, "http://x", opts...).Call(t.Context(), &listPets).Do()
	require.NoError(t, err)
	return res
}

func TestJSONAnswer(t *testing.T) {
	t.Parallel()
	short := &validate.StringRule{MaxLength: 2}
	kinds := validate.NewEnum("cat", "dog")
	tests := []struct {
		body            string
		lenient, strict string // what is wrong
	}{
		{`["ab","dog","2024-01-01"]`, "", ""},
		{`["abc","cow","2024-01-01"]`, "", "body /0 must have at most 2 characters; body /1 must be one of cat, dog"},
		{`[1,"dog","2024-01-01"]`, "body /0 expected string, got number", "body /0 expected string, got number"},
		{`["ab","dog","yesterday"]`, "body /2 must be a valid date, as 2006-01-02", "body /2 must be a valid date, as 2006-01-02"},
		{`["ab",`, "the body is not valid JSON, offset 6: unexpected end of the text", "the body is not valid JSON, offset 6: unexpected end of the text"},
		{`["ab","dog","2024-01-01"] x`, "the body is not valid JSON, offset 26: text after the value", "the body is not valid JSON, offset 26: text after the value"},
		{`{}`, "body expected array, got object", "body expected array, got object"},
	}
	for _, tt := range tests {
		for want, opts := range map[*string][]client.Option{&tt.lenient: nil, &tt.strict: {client.WithResponseChecks()}} {
			res := answer(t, 200, http.Header{"Content-Type": {"Application/JSON; charset=utf-8"}}, tt.body, opts...)
			assert.Equal(t, "application/json", res.ContentType())
			d := res.JSON()
			var texts []string
			i := 0
			for more := d.Array(); more; more = d.NextItem() {
				switch i {
				case 0:
					texts = append(texts, d.String(short))
				case 1:
					texts = append(texts, d.Enum(kinds))
				default:
					texts = append(texts, d.Date().String())
				}
				i++
			}
			err := res.EndJSON()
			if *want == "" {
				require.NoError(t, err)
				assert.Equal(t, tt.body, `["`+strings.Join(texts, `","`)+`"]`)
				continue
			}
			assert.EqualError(t, err, "listPets: GET /pets: invalid answer with status 200 OK: "+*want)
			var invalid *client.InvalidResponse
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, 200, invalid.StatusCode)
		}
	}
}

func TestManyViolations(t *testing.T) {
	t.Parallel()
	res := answer(t, 299, nil, `[1,2,3,4,5]`)
	d := res.JSON()
	for more := d.Array(); more; more = d.NextItem() {
		d.Bool()
	}
	assert.EqualError(t, res.EndJSON(), "listPets: GET /pets: invalid answer with status 299: body /0 expected boolean, got number; "+
		"body /1 expected boolean, got number; body /2 expected boolean, got number; and 2 more")
}

func TestAnswerHeaders(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Count": {"12"}, "X-Tags": {"a, b", "c"}, "X-Bad": {"x"}, "X-Kind": {"cow"}, "X-Bytes": {"\xff"}, "X-Short": {"abc"}}
	res := answer(t, 200, header, "text")
	assert.Equal(t, int64(12), res.Param("x-count", param.Simple).Int64(nil))
	var tags []string
	for item := range res.Param("X-Tags", param.Simple).Items() {
		tags = append(tags, item.String(nil))
	}
	assert.Equal(t, []string{"a", "b", "c"}, tags)
	assert.False(t, res.Param("X-None", param.Simple).Present())
	assert.Equal(t, "cow", res.Param("X-Kind", param.Simple).Enum(validate.NewEnum("cat")))
	assert.Equal(t, "abc", res.Param("X-Short", param.Simple).String(&validate.StringRule{MaxLength: 2}))
	assert.False(t, res.Param("X-None", param.Simple).Required())
	require.NoError(t, res.End(), "what is only not as it should be is let through")
	res.Param("X-Bad", param.Simple).Int64(nil)
	assert.EqualError(t, res.End(), "listPets: GET /pets: invalid answer with status 200 OK: header X-Bad must be an integer")
	res.Param("X-Bytes", param.Simple).String(nil)
	res.JSON().Skip()
	assert.ErrorContains(t, res.EndJSON(), `header parameter "X-Bytes": not valid UTF-8; header X-Bad must be an integer`)

	res = answer(t, 200, header, "text", client.WithResponseChecks())
	res.Param("X-None", param.Simple).Required()
	assert.EqualError(t, res.End(), "listPets: GET /pets: invalid answer with status 200 OK: header X-None is required")
}

func TestJSONInHeaders(t *testing.T) {
	t.Parallel()
	res := answer(t, 200, http.Header{"X-Good": {"12"}, "X-Type": {`"a"`}, "X-Syntax": {"{"}}, "")
	read := func(name string) int64 {
		p := res.Param(name, param.Simple)
		n := res.JSONParam(p).Int64(nil)
		res.EndJSONParam(p)
		return n
	}
	assert.Equal(t, int64(12), read("X-Good"))
	require.NoError(t, res.End())
	assert.Zero(t, read("X-Type"))
	assert.ErrorContains(t, res.End(), "header X-Type expected integer, got string")
	read("X-Syntax")
	assert.ErrorContains(t, res.End(), `header parameter "X-Syntax": not valid JSON, offset 1: unexpected end of the text`)
}

func TestBytesAndBlob(t *testing.T) {
	t.Parallel()
	res := answer(t, 200, http.Header{"Content-Type": {"image/PNG; x=y"}}, "png")
	assert.Equal(t, "png", string(res.Bytes()))
	assert.Equal(t, "image/PNG; x=y", res.Blob().ContentType)
	assert.Equal(t, "image/png", res.ContentType())
	assert.NoError(t, res.End())
	assert.Empty(t, answer(t, 200, nil, "").ContentType())
}

func TestUnexpected(t *testing.T) {
	t.Parallel()
	text := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	long := strings.Repeat("é", 300)
	for _, tt := range []struct {
		status int
		header http.Header
		body   string
		want   string
	}{
		{418, text, "<p>\n I am\ta teapot", "418 I'm a teapot, text/html; charset=utf-8: <p> I am a teapot"},
		{599, nil, "", "599"},
		{200, text, "\x00\x01", "200 OK, text/html; charset=utf-8"},
		{200, nil, "a\xffb", "200 OK"},
		{200, nil, "x" + long, "200 OK: x" + strings.Repeat("é", 99) + " …"},
		{200, nil, long, "200 OK: " + strings.Repeat("é", 100) + " …"},
	} {
		err := answer(t, tt.status, tt.header, tt.body).Unexpected()
		assert.EqualError(t, err, "listPets: GET /pets: unexpected status "+tt.want)
		var unexpected *client.UnexpectedResponse
		require.ErrorAs(t, err, &unexpected)
		assert.Equal(t, tt.body, string(unexpected.Body))
		assert.Equal(t, tt.status, unexpected.StatusCode)
	}
}
