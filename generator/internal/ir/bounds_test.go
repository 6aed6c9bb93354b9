package ir

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/spec"
)

// answering is a document whose only operation answers with what stands under its media type, and has these schemas.
func answering(media string, schemas ...string) string {
	return "openapi: 3.2.0\ninfo: { title: t, version: '1' }\npaths:\n  /e:\n    get: { operationId: watch, responses: { '200': { description: d, content: { " +
		media + " } } } }\ncomponents:\n  schemas:\n    " + strings.Join(schemas, "\n    ") + "\n"
}

// Of 40 unions of events, each of which has the next one twice by two names, every schema is looked at once: there are 2^40 ways through them.
func TestLadderOfEvents(t *testing.T) {
	event := func(name string) string {
		return name + ": { type: object, required: [event, data], properties: { event: { type: string, const: " + name + " }, " +
			"data: { type: string, contentMediaType: application/json, contentSchema: { type: object, properties: { n: { type: integer } } } } } }"
	}
	schemas := []string{event("A40"), event("B40")}
	for i := range 40 {
		for _, side := range []string{"A", "B"} {
			schemas = append(schemas, fmt.Sprintf("%s%d: { oneOf: [{ $ref: '#/components/schemas/A%d' }, { $ref: '#/components/schemas/B%d' }] }", side, i, i+1, i+1))
		}
	}
	p, _ := load(t, answering("text/event-stream: { itemSchema: { $ref: '#/components/schemas/A0' } }", schemas...))
	assert.Less(t, len(p.Types), 200)
}

// Members of two unions that contradict one another at the last of many properties are looked at in pairs, but these properties once.
func TestMembersOfTwoUnions(t *testing.T) {
	const members, properties = 50, 900
	wide := func(last string) *spec.Schema {
		s := &spec.Schema{Types: []string{"object"}}
		for i := range properties {
			p := property(fmt.Sprintf("p%d", i), &spec.Schema{})
			s.Properties, s.Required = append(s.Properties, p), append(s.Required, p.Name)
		}
		s.Properties[properties-1].Schema.Types = []string{last}
		return s
	}
	union := func(of *spec.Schema) (list []*spec.Schema) {
		for range members {
			m := object(property("p", of))
			m.Required = []string{"p"}
			list = append(list, m)
		}
		return list
	}
	e := newBuilder(&spec.API{Version: "3.1.0"}, Options{Package: "api"}).newExclusion()
	others := union(wide("integer"))
	for _, x := range union(wide("string")) {
		for _, y := range others {
			require.True(t, e.cores(x, y))
		}
	}
	assert.Less(t, maxExclusion-e.left, 10*members*members+10*properties)
}

// What is said of a list whose items are a stream is told of in the same order each time.
func TestWordsOfAListAreInOrder(t *testing.T) {
	for range 20 {
		_, diags := load(t, answering("application/jsonl: { schema: { type: array, items: { type: string }, minItems: 1, maxItems: 3, uniqueItems: true, "+
			"contains: { type: string }, not: { const: [] }, if: { minItems: 2 }, then: { maxItems: 2 } } }", "Unused: { type: string }"))
		var keywords []string
		for _, d := range diags {
			if keyword, _, ok := strings.Cut(d.What, " is not enforced"); ok {
				keywords = append(keywords, keyword)
			}
		}
		require.Equal(t, "minItems maxItems uniqueItems contains not if", strings.Join(keywords, " "))
	}
}
