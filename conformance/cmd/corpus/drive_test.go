package main

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const drivenDocument = `
openapi: 3.0.3
info: { title: t, version: "1" }
servers: [{ url: "/v1" }]
paths:
  /a/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer, minimum: 1, exclusiveMinimum: true } }]
    post:
      parameters: [{ name: q, in: query, schema: { type: array, items: { type: string, pattern: "^[a-f]{2}(x|yz)+$" } } }]
      requestBody:
        required: true
        content: { application/json: { schema: { $ref: "#/components/schemas/A" } } }
      responses: { "200": { description: ok } }
components:
  schemas:
    A: { type: object, required: [n], additionalProperties: false, properties: { n: { type: string, nullable: true, minLength: 3 }, m: { type: number, multipleOf: 2.5 } } }
`

func drivenJudges(t *testing.T) (*judges, *operation) {
	t.Helper()
	path := filepath.Join(lay(t, map[string]string{"openapi.yaml": drivenDocument}), "openapi.yaml")
	tree, err := readTree(path)
	require.NoError(t, err)
	j, err := newJudges(path, tree)
	require.NoError(t, err)
	assert.Equal(t, "/v1", j.basePath)
	ops := j.operations()
	require.Len(t, ops, 1)
	return j, ops[0]
}

func TestJudgesAgreeOnInstancesAndMutations(t *testing.T) {
	j, op := drivenJudges(t)
	var paths []string
	accept := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		status := http.StatusNotImplemented
		if !accept {
			status = http.StatusUnprocessableEntity
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	c := &caller{judges: j, base: server.URL, client: server.Client(), random: rand.New(rand.NewPCG(1, 1)), result: &driven{document: document{id: "d"}}}
	c.operation(t.Context(), op)
	r := c.result
	assert.GreaterOrEqual(t, r.valid, 5)
	assert.GreaterOrEqual(t, r.invalid, 5)
	assert.Len(t, r.differs, r.invalid, "a service that accepts everything is contradicted for each invalid request")
	assert.True(t, strings.HasPrefix(paths[0], "/v1/a/"), paths[0])
	accept, c.result = false, &driven{}
	c.operation(t.Context(), op)
	assert.Len(t, c.result.differs, c.result.valid, "one that refuses everything, for each valid one")
}

func TestTextOfPattern(t *testing.T) {
	j, op := drivenJudges(t)
	m := &maker{caller: &caller{judges: j, random: rand.New(rand.NewPCG(1, 2))}}
	for range 20 {
		v, ok := m.make(op.params[0].schema["items"].(map[string]any))
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

func TestExplanationsAreReadAndUsed(t *testing.T) {
	dir := lay(t, map[string]string{"e.tsv": "# note\nshop\tGET /a\ttoo long\tas documented\n", "bad.tsv": "a\tb\n"})
	list, err := readExplained(filepath.Join(dir, "e.tsv"))
	require.NoError(t, err)
	d := difference{document: "shop", operation: "GET /a", reason: "it is too long"}
	require.True(t, list[0].covers(d))
	d.document = "other"
	require.False(t, list[0].covers(d))
	_, err = readExplained(filepath.Join(dir, "bad.tsv"))
	require.ErrorContains(t, err, "four cells")
	cfg := &config{out: dir, sample: defaultDriven}
	require.Error(t, reportDriven(cfg, nil, list, &strings.Builder{}), "an explanation without a difference is stale")
	_, err = os.Stat(filepath.Join(dir, "driven.tsv"))
	require.NoError(t, err)
}
