package differential_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	api "github.com/tornadogen/tornadogen/golden/differential/expected"
)

type handler struct{}

func (handler) PostOrder(context.Context, api.PostOrderRequest) error { return nil }

// judges are the generated code, by the status that it answers, and another implementation of JSON Schema.
type judges struct {
	api    http.Handler
	schema *jsonschema.Schema
}

func newJudges(tb testing.TB) judges {
	tb.Helper()
	text, err := os.ReadFile("openapi.yaml")
	require.NoError(tb, err)
	var document any
	require.NoError(tb, yaml.Unmarshal(text, &document))
	c := jsonschema.NewCompiler()
	require.NoError(tb, c.AddResource("mem:///openapi.json", document))
	schema, err := c.Compile("mem:///openapi.json#/components/schemas/Order")
	require.NoError(tb, err)
	return judges{api.New(handler{}).HTTPHandler(), schema}
}

// stricter are the reasons for which a body is no JSON to the runtime, but is to encoding/json.
var stricter = []string{"UTF-8", "surrogate", "nested too deeply"}

// compare holds the judges against one another, and returns the status.
func (j judges) compare(t *testing.T, body []byte) int {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/orders", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	j.api.ServeHTTP(w, req)
	if !json.Valid(body) || len(body) == 0 {
		assert.Equal(t, http.StatusBadRequest, w.Code, "%q", body)
		return w.Code
	}
	if w.Code == http.StatusBadRequest {
		assert.True(t, slices.ContainsFunc(stricter, func(s string) bool { return strings.Contains(w.Body.String(), s) }), "%q: %s", body, w.Body)
		return w.Code
	}
	if twice(json.NewDecoder(bytes.NewReader(body))) {
		return w.Code // of which one counts is the reader's choice (RFC 8259 section 4)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	require.NoError(t, err)
	fault := j.schema.Validate(instance)
	want := http.StatusNoContent
	if fault != nil {
		want = http.StatusUnprocessableEntity
	}
	assert.Equal(t, want, w.Code, "%q: the other says %v, generated code %s", body, fault, w.Body)
	return w.Code
}

// twice reports whether an object of the next value has a name twice.
func twice(d *json.Decoder) bool {
	token, err := d.Token()
	delim, open := token.(json.Delim)
	if err != nil || !open {
		return false
	}
	seen := map[string]bool{}
	found := false
	for d.More() {
		if delim == '{' {
			name, err := d.Token()
			if err != nil {
				return false
			}
			found = found || seen[name.(string)]
			seen[name.(string)] = true
		}
		found = twice(d) || found
	}
	_, _ = d.Token() // the end, as the text is valid
	return found
}

var bodies = []string{
	`{"id":1,"lines":[{"sku":"ab","count":3}]}`,
	`{"id":1.0,"note":null,"code":"AB12","price":0.75,"paid":true,"state":"été","kind":"order","lines":[{"sku":"ab","count":3},{"sku":"abcd","count":9}],` +
		`"tags":["a","b"],"labels":{"a":-5,"b":4},"marks":{"x-a":true,"y":"b"},"pay":{"type":"card","number":"12"},"size":"S","range":[1,"a"],` +
		`"parent":{"id":2,"lines":[{"sku":"ab","count":6}]},"whole":{"sku":"ab","count":3,"left":false}}`,
	`{"id":1000000,"lines":[{"sku":"ab","count":3}],"pay":{"type":"cash","rounded":false},"size":7,"state":null,"note":"äöüßé","range":[]}`,
	`{"id":0,"lines":[],"note":"","code":"ab","price":0.1,"state":"old","kind":"x","tags":["a","a"],"labels":{"a":5},"marks":{"x-a":"b"},"size":-1}`,
	`[]`, `null`, `"a"`, `{}`,
}

// FuzzValidation holds what generated code says of any body against another implementation.
func FuzzValidation(f *testing.F) {
	j := newJudges(f)
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { j.compare(t, body) })
}

// TestAgreement changes good bodies a little.
func TestAgreement(t *testing.T) {
	t.Parallel()
	j := newJudges(t)
	r := rand.New(rand.NewPCG(1, 2))
	pieces := []string{
		"0", "1", "-1", "3.0", "1e2", "0.5", "1e-7", "9007199254740993", "1e400", `"a"`, `""`, `"AB"`, `"x-a"`, "null", "true", "[]", "{}", `{"a":1}`, `[1,"a"]`, `"a","a"`,
		`"id":2`, `"note":"a"`, `"card"`, `"cash"`, `"\u00e9t\u00e9"`, `"\ud83d\ude00"`, "]", "}", ",", ":", " ",
	}
	statuses := map[int]int{}
	for _, body := range bodies {
		statuses[j.compare(t, []byte(body))]++
	}
	assert.Equal(t, map[int]int{http.StatusNoContent: 3, http.StatusUnprocessableEntity: 5}, statuses)
	for range 30_000 {
		tokens := tokenize(bodies[r.IntN(3)])
		for range 1 + r.IntN(2) {
			at := r.IntN(len(tokens))
			for strings.Contains("[]{},:", tokens[at]) && r.IntN(10) > 0 { // values seldom change the syntax
				at = r.IntN(len(tokens))
			}
			tokens[at] = pieces[r.IntN(len(pieces))]
		}
		statuses[j.compare(t, []byte(strings.Join(tokens, "")))]++
	}
	assert.Greater(t, statuses[http.StatusNoContent], 500)
	assert.Greater(t, statuses[http.StatusUnprocessableEntity], 5000)
}

// tokenize cuts a JSON text into its tokens.
func tokenize(text string) (tokens []string) {
	for len(text) > 0 {
		n := 1
		switch c := text[0]; {
		case c == '"':
			n = 2 + strings.IndexByte(text[1:], '"')
		case strings.IndexByte("[]{},:", c) < 0:
			if n = strings.IndexAny(text, "[]{},:"); n < 0 {
				n = len(text)
			}
		}
		tokens, text = append(tokens, text[:n]), text[n:]
	}
	return tokens
}
