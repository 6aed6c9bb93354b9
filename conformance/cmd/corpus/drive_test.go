package main

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/internal/drive"
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

func drivenJudges(t *testing.T) (*drive.Judges, *drive.Operation) {
	t.Helper()
	j, err := drive.New([]byte(drivenDocument))
	require.NoError(t, err)
	assert.Equal(t, "/v1", j.BasePath)
	ops := j.Operations()
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
	c := &caller{Judges: j, base: server.URL, client: server.Client(), random: rand.New(rand.NewPCG(1, 1)), result: &driven{document: document{id: "d"}}}
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
