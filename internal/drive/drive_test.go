package drive

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTextOfPattern(t *testing.T) {
	m := &maker{choices: rand.New(rand.NewPCG(1, 2))}
	for range 20 {
		v, ok := m.make(map[string]any{"type": "string", "pattern": "^[a-f]{2}(x|yz)+$"})
		require.True(t, ok)
		assert.Regexp(t, regexp.MustCompile("^[a-f]{2}(x|yz)+$"), v)
	}
}

func TestModernise(t *testing.T) {
	var v, want any
	require.NoError(t, json.Unmarshal([]byte(`{"a":{"type":"integer","minimum":1,"exclusiveMinimum":true,"maximum":9,"exclusiveMaximum":false,"nullable":true,"enum":[2]},
		"b":{"$ref":"#/a","nullable":true},"parameter":{"in":"query","type":"x"},"example":{"type":"string","nullable":true}}`), &v))
	require.NoError(t, json.Unmarshal([]byte(`{"a":{"type":["integer","null"],"exclusiveMinimum":1,"maximum":9,"enum":[2,null]},
		"b":{"$ref":"#/a"},"parameter":{"in":"query","type":"x"},"example":{"type":"string","nullable":true}}`), &want))
	modernise(v)
	assert.Equal(t, want, v)
}

// TestModerniseNames: what a document names is rewritten, whatever its name; what is a value is left, whatever it looks like.
func TestModerniseNames(t *testing.T) {
	const old, modern = `{"type":"string","nullable":true}`, `{"type":["string","null"]}`
	const text = `{"paths":{"/a":{"parameters":[{"in":"header","name":"x-a","schema":OLD}],"get":{
		"responses":{"default":{"headers":{"x-rate":{"schema":OLD}},"content":{"application/json":{"schema":OLD,"example":VALUE}}}},
		"callbacks":{"example":{"{$url}":{"post":{"requestBody":{"content":{"x-a/b":{"schema":OLD}}}}}}}}}},
		"components":{"responses":{"x-none":{"content":{"text/plain":{"schema":OLD}}}},"examples":{"a":{"value":VALUE}},
		"schemas":{"default":OLD,"enum":OLD,"properties":{"properties":{
			"default":OLD,"example":OLD,"examples":OLD,"enum":OLD,"x-a":OLD,"properties":OLD,"$ref":OLD,"type":OLD},
			"default":{"default":VALUE},"x-a":VALUE,"additionalProperties":OLD,"allOf":[OLD],"patternProperties":{"x-.":OLD}}}}}`
	var v, want any
	value := strings.ReplaceAll(text, "VALUE", old)
	require.NoError(t, json.Unmarshal([]byte(strings.ReplaceAll(value, "OLD", old)), &v))
	require.NoError(t, json.Unmarshal([]byte(strings.ReplaceAll(value, "OLD", modern)), &want))
	modernise(v)
	assert.Equal(t, want, v)
}

const document = `
openapi: 3.0.3
info: { title: t, version: "1" }
paths:
  /a/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }]
    post:
      operationId: a
      parameters:
        - { name: c, in: cookie, required: true, schema: { type: string, minLength: 3 } }
        - { name: j, in: query, content: { application/json: { schema: { type: object, required: [x], properties: { x: { type: integer } } } } } }
        - { name: Authorization, in: header, schema: { type: string } }
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/A" } } }
      responses:
        "200":
          description: ok
          headers: { X-Count: { required: true, schema: { type: integer } }, X-List: { schema: { type: array, items: { type: integer } } } }
          content: { application/json: { schema: { $ref: "#/components/schemas/A" } } }
        "204": { description: none }
        default: { description: other, content: { "text/*": {} } }
  /form:
    post: { operationId: form, requestBody: { content: { application/x-www-form-urlencoded: { schema: { type: object, required: [n], properties: { n: { type: integer } } } } } }, responses: { "200": { description: ok } } }
  /raw:
    put: { operationId: raw, requestBody: { required: true, content: { image/png: {} } }, responses: { "200": { description: ok } } }
  "/größe {n}/{x}":
    get: { operationId: umlaut, parameters: [{ name: n, in: path, required: true, schema: { type: integer } }, { name: x, in: path, required: true, schema: { type: string } }], responses: { "200": { description: ok } } }
  /picture:
    put:
      operationId: picture
      requestBody:
        content:
          multipart/form-data:
            schema: { type: object, properties: { title: { type: string }, picture: { type: string } } }
            encoding: { title: { contentType: text/plain }, picture: { contentType: "image/png, image/jpeg" } }
      responses: { "200": { description: ok } }
  /table:
    put: { operationId: table, requestBody: { content: { text/csv: { schema: { type: object } } } }, responses: { "200": { description: ok } } }
components:
  schemas:
    A: { type: object, required: [id, name, secret], properties: { id: { type: integer, readOnly: true }, name: { type: string, minLength: 2 }, secret: { type: string, writeOnly: true } } }
`

func operations(t *testing.T) (*Judges, map[string]*Operation) {
	t.Helper()
	j, err := New([]byte(document))
	require.NoError(t, err)
	all := map[string]*Operation{}
	for _, op := range j.Operations() {
		all[op.ID] = op
	}
	return j, all
}

// What stands in a path beside its variables may be any text, and what is escaped in a value stays so.
func TestPathOfAnyText(t *testing.T) {
	j, all := operations(t)
	w, err := j.Wire(all["umlaut"], &Input{Params: map[string]any{"path n": json.Number("1"), "path x": "a/b?c"}, path: map[string]string{}})
	require.NoError(t, err)
	req, err := w.Request(t.Context(), "http://localhost")
	require.NoError(t, err)
	assert.Equal(t, "/gr%C3%B6%C3%9Fe%201/a%2Fb%3Fc", req.URL.EscapedPath())
}

// A file is told by its encoding, too.
func TestStreams(t *testing.T) {
	j, all := operations(t)
	assert.True(t, j.Streams(all["picture"]))
	assert.False(t, j.Streams(all["form"]))
}

// Each operation gets requests that both judges accept, and after a fault some that both refuse.
func TestRequests(t *testing.T) {
	j, all := operations(t)
	random := rand.New(rand.NewPCG(3, 4))
	for _, id := range []string{"a", "form", "raw"} {
		op := all[id]
		require.Empty(t, op.Skip, id)
		accepted, refused := 0, 0
		for range 40 {
			in, ok := j.Instance(op, true, random, nil)
			require.True(t, ok)
			for range 3 {
				if w, err := j.Wire(op, in); err == nil {
					if yes, agreed, _ := j.Verdict(t.Context(), op, in, w); agreed && yes {
						accepted++
					} else if agreed {
						refused++
					}
				}
				if in, ok = j.Mutate(op, in, random); !ok {
					break
				}
			}
		}
		assert.Greater(t, accepted, 5, id)
		assert.Greater(t, refused, 5, id)
	}
	assert.Equal(t, "no body is written as text/csv", all["table"].Skip)
}

func TestAnswers(t *testing.T) {
	j, all := operations(t)
	op := all["a"]
	in := &Input{Params: map[string]any{"path id": json.Number("1"), "cookie c": "abc"}, path: map[string]string{}, HasBody: true, Body: map[string]any{"name": "ab", "secret": "s"}}
	w, err := j.Wire(op, in)
	require.NoError(t, err)
	yes, agreed, why := j.Verdict(t.Context(), op, in, w)
	require.True(t, yes && agreed, why)
	const good = `{"id":1,"name":"ab"}`
	for name, c := range map[string]struct {
		status             int
		count, media, body string
		list               string
		fault              string
	}{
		"good":              {200, "1", "application/json; charset=utf-8", good, "1,2", ""},
		"status":            {410, "", "text/plain", "gone", "", ""},
		"missing header":    {200, "", "application/json", good, "", "the header field X-Count is missing"},
		"header breaks":     {200, "many", "application/json", good, "", "the header field X-Count: at ''"},
		"list breaks":       {200, "1", "application/json", good, "1,x", "the header field X-List: at '/1'"},
		"content type":      {200, "1", "text/html", good, "", `the content type "text/html" is not documented`},
		"no content type":   {200, "1", "", good, "", `the content type "" is not documented`},
		"member missing":    {200, "1", "application/json", `{"id":1}`, "", "missing property 'name'"},
		"member breaks":     {200, "1", "application/json", `{"id":1,"name":"a"}`, "", "at '/name': minLength"},
		"no JSON":           {200, "1", "application/json", "{", "", "the body is no JSON"},
		"body of none":      {204, "", "text/plain", "x", "", "it has a body, and the document none"},
		"default, a range":  {500, "", "text/plain", "x", "", ""},
		"default, no range": {500, "", "image/png", "x", "", "is not documented"},
	} {
		a := &Answer{Status: c.status, Header: http.Header{}, Body: []byte(c.body), Whole: true}
		for field, value := range map[string]string{"Content-Type": c.media, "X-Count": c.count, "X-List": c.list} {
			if value != "" {
				a.Header.Set(field, value)
			}
		}
		fault, split := j.Judge(context.Background(), op, in, w, a)
		assert.Empty(t, split, name)
		if c.fault == "" {
			assert.Empty(t, fault, name)
			continue
		}
		assert.Contains(t, fault, c.fault, name)
	}
	_, fault := j.Declares(all["form"], 410)
	assert.False(t, fault)
	text, _ := j.Judge(context.Background(), all["form"], &Input{path: map[string]string{}}, &Wire{Method: "POST", Path: "/form"}, &Answer{Status: 410})
	assert.Equal(t, "the status 410 is not documented; the document has 200", text)
}

// TestOneFaultIsTold: of several faults it is always the same one, and one that is certain before one that the other judge may deny.
func TestOneFaultIsTold(t *testing.T) {
	j, all := operations(t)
	op := all["a"]
	w := &Wire{Method: "POST", Path: "/a/1", Header: http.Header{"B": {"2"}, "A": {"1"}, "C": {"3"}}}
	for range 20 {
		a := &Answer{Status: 200, Header: http.Header{"X-List": {"x"}, "Content-Type": {"application/json"}}, Body: []byte("{}"), Whole: true}
		fault, _ := j.Judge(t.Context(), op, &Input{path: map[string]string{"id": "1"}}, w, a)
		assert.Contains(t, fault, "X-Count is missing")
		a.Header = http.Header{"X-List": {"x"}, "X-Count": {"1"}, "Content-Type": {"text/html"}}
		fault, _ = j.Judge(t.Context(), op, &Input{path: map[string]string{"id": "1"}}, w, a)
		assert.Contains(t, fault, `the content type "text/html" is not documented`)
		a.Header = http.Header{"X-List": {"x"}, "X-Count": {"y"}, "Content-Type": {"application/json"}}
		fault, _ = j.Judge(t.Context(), op, &Input{path: map[string]string{"id": "1"}}, w, a)
		assert.Contains(t, fault, "the header field X-Count: at")
		assert.Equal(t, "POST /a/1 A: 1 B: 2 C: 3 ", w.String())
	}
}

func TestSwagger(t *testing.T) {
	j, err := New([]byte(`{"swagger":"2.0","info":{"title":"t","version":"1"},"basePath":"/v2","paths":{"/a":{"get":{"operationId":"a","parameters":[{"name":"q","in":"query","required":true,"type":"integer"}],"responses":{"200":{"description":"ok"}}}}}}`))
	require.NoError(t, err)
	assert.Equal(t, "/v2", j.BasePath)
	in, ok := j.Instance(j.Operations()[0], false, rand.New(rand.NewPCG(1, 1)), nil)
	require.True(t, ok)
	assert.Contains(t, in.Params, "query q")
}

// A document of webhooks alone has no operations to drive.
func TestNoPaths(t *testing.T) {
	j, err := New([]byte("openapi: 3.1.0\ninfo: { title: t, version: \"1\" }\nwebhooks: { a: { post: { responses: { \"200\": { description: ok } } } } }\n"))
	require.NoError(t, err)
	assert.Empty(t, j.Operations())
}

func TestMediaTypesHaveParameters(t *testing.T) {
	object := map[string]any{"type": "object"}
	for media, want := range map[string]bodyKind{
		"application/json; charset=utf-8": bodyJSON, "application/problem+json; v=1": bodyJSON, "text/plain; charset=utf-8": bodyText,
		"application/x-www-form-urlencoded; charset=utf-8": bodyForm, "multipart/form-data; a=b": bodyMultipart, "multipart/mixed": bodyNone, "*/*": bodyNone,
	} {
		assert.Equal(t, want, kindOf(media, object, true), media)
	}
}

func TestContentForChoosesByParameters(t *testing.T) {
	content := map[string]any{"application/json; version=1": nil, "application/json; version=2": nil, "application/json": nil, "text/*": nil}
	for sent, want := range map[string]string{
		"application/json; version=1": "application/json; version=1", "application/json;version=2; q=1": "application/json; version=2",
		"application/json; version=3": "application/json", "application/json": "application/json", "text/plain; charset=utf-8": "text/*",
	} {
		for range 20 {
			got, ok := contentFor(content, sent)
			assert.True(t, ok)
			assert.Equal(t, want, got, sent)
		}
	}
}

// TestContentForContradicts: a parameter with another value makes another media type, which none of the entries may be.
func TestContentForContradicts(t *testing.T) {
	for _, c := range []struct {
		entries []string
		sent    string
		want    string // "" for none
	}{
		{[]string{"application/json; version=2"}, "application/json; version=1", ""},
		{[]string{"application/json; version=2"}, "application/json; version=2", "application/json; version=2"},
		{[]string{"application/json; version=2"}, "application/json", "application/json; version=2"},
		{[]string{"application/json; version=2"}, "application/json; charset=utf-8; version=2", "application/json; version=2"},
		{[]string{"application/json; a=1; version=2"}, "application/json; a=1; version=1", ""},
		{[]string{"application/json; version=2", "application/*"}, "application/json; version=1", "application/*"},
		{[]string{"text/plain; charset=utf-8"}, "text/plain; charset=us-ascii", "text/plain; charset=utf-8"},
		{[]string{"text/plain; a=1; charset=utf-8", "text/plain"}, "text/plain; a=1", "text/plain; a=1; charset=utf-8"},
		{[]string{"text/plain; charset=utf-8; a=1"}, "text/plain; charset=us-ascii; a=2", ""},
	} {
		content := map[string]any{}
		for _, entry := range c.entries {
			content[entry] = nil
		}
		got, ok := contentFor(content, c.sent)
		assert.Equal(t, c.want, got, c.sent)
		assert.Equal(t, c.want != "", ok, c.sent)
	}
}

func TestMakingLeavesTheDocumentAlone(t *testing.T) {
	m := &maker{choices: rand.New(rand.NewPCG(1, 2))}
	shared := map[string]any{"a": "x"}
	more := map[string]any{"b": map[string]any{"const": "y"}}
	for _, s := range []map[string]any{
		{"oneOf": []any{map[string]any{"const": shared}}, "properties": more, "required": []any{"b"}},
		{"allOf": []any{map[string]any{"enum": []any{shared}}, map[string]any{"type": "object", "properties": more, "required": []any{"b"}}}},
	} {
		v, ok := m.make(s)
		require.True(t, ok)
		assert.Equal(t, map[string]any{"a": "x", "b": "y"}, v)
		assert.Equal(t, map[string]any{"a": "x"}, shared)
	}
}
