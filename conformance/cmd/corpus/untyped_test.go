package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// TestUntypedSchemaIsCounted holds the words of the findings that are counted against those that the generator writes.
func TestUntypedSchemaIsCounted(t *testing.T) {
	const head = "openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths: {}\ncomponents:\n  schemas:\n"
	for name, c := range map[string]struct {
		schemas        string
		untyped, named int
	}{
		"nothing is asked for": {"A: {}\n    B: true\n    C: { description: any }\n    D: { minimum: 3 }\n    E: { type: array }\n    F: { type: any }", 0, 0},
		"values are named":     {"A: { enum: [1, a] }\n    B: { const: null }\n    C: { const: [1] }", 0, 0},
		"unknown type":         {"A: { type: widget }\n    B: { type: object, properties: { a: { type: gadget } } }", 2, 1},
		"type by another name": {"A: { type: int64 }", 0, 0},
		"nothing there":        {"A: { $ref: '#/components/schemas/Absent' }\n    B: { type: array, items: { $ref: '#/components/schemas/Absent' } }", 2, 1},
		"file not there":       {"A: { type: array, items: { $ref: 'absent.yaml#/A' } }", 1, 0},
		"network":              {"A: { type: array, items: { $ref: 'https://example.com/a.yaml' } }", 1, 0},
		"contradiction":        {"A: { allOf: [{ type: string }, { type: integer }] }", 1, 0},
		"contradiction and null": {
			"A: { type: object, properties: { a: { allOf: [{ type: [string, 'null'] }, { type: [integer, 'null'] }] } } }", 1, 0,
		},
		"empty enum":   {"A: { type: array, items: { type: string, enum: [] } }", 1, 0},
		"undeclared":   {"A: { type: object, required: [a, b], properties: { a: { type: string } } }", 1, 0},
		"no schema":    {"A: { type: array, items: [] }\n    B: { type: object, additionalProperties: words }", 2, 0},
		"ring":         {"A: { type: object, properties: { a: { oneOf: [{ $ref: '#/components/schemas/B' }] } } }\n    B: { anyOf: [{ $ref: '#/components/schemas/B' }] }", 0, 0},
		"half unknown": {"A: { type: widget, properties: { a: { type: string } } }", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := lay(t, map[string]string{"openapi.yaml": head + "    " + c.schemas + "\n"})
			api, findings, err := spec.Load(filepath.Join(dir, "openapi.yaml"))
			require.NoError(t, err)
			require.NotNil(t, api, findings)
			_, more, err := generator.Generate(api, generator.Options{Package: "api"})
			require.NoError(t, err)
			r := row{}
			g := &generated{child: &child{}}
			for _, d := range append(findings, more...) {
				g.findings = append(g.findings, finding{Severity: d.Severity.String(), Class: d.Class, Pointer: d.Loc.Pointer, What: d.What})
				t.Log(d.Class, d.Loc.Pointer, d.What)
			}
			r.take(g)
			assert.Equal(t, [2]int{c.untyped, c.named}, [2]int{r.untyped, r.untypedNamed})
		})
	}
}
