package ir

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/spec"
)

// rivalAPI has operations of one method and one path, "/{p}", which differ in the schema of p and in what is added to each.
func rivalAPI(list ...func(op *spec.Operation)) *spec.API {
	api := &spec.API{Version: "3.1.0"}
	for i, change := range list {
		op := operation(string(rune('a' + i)))
		op.Path, op.Loc.Line = "/{p}", i+1
		op.Parameters = []*spec.Parameter{{Name: "p", In: spec.InPath, Required: true, Style: "simple", Schema: str()}}
		if i > 0 {
			op.Twin = api.Operations[0]
		}
		change(op)
		api.Operations = append(api.Operations, op)
	}
	return api
}

func plainPath(*spec.Operation) {}

func pathOf(s *spec.Schema) func(*spec.Operation) {
	return func(op *spec.Operation) { op.Parameters[0].Schema = s }
}

func enumOf(values ...string) *spec.Schema {
	s := str()
	for _, v := range values {
		s.Enum = append(s.Enum, spec.Literal{JSON: `"` + v + `"`})
	}
	return s
}

func with(in spec.In, name string, required bool, s *spec.Schema) func(*spec.Operation) {
	return func(op *spec.Operation) {
		op.Parameters = append(op.Parameters, &spec.Parameter{Name: name, In: in, Required: required, Style: "form", Schema: s})
	}
}

func both(changes ...func(*spec.Operation)) func(*spec.Operation) {
	return func(op *spec.Operation) {
		for _, change := range changes {
			change(op)
		}
	}
}

func fragment(name, value string) func(*spec.Operation) {
	return func(op *spec.Operation) { op.Fragment = []spec.Pair{{Name: name, Value: value}} }
}

func TestChoice(t *testing.T) {
	query, header := spec.InQuery, spec.InHeader
	digits, letters := str(), str()
	digits.Pattern, letters.Pattern = "^[0-9]+$", "^[a-z]+$"
	short := str()
	short.MaxLength = new(int64)
	*short.MaxLength = 3
	for name, c := range map[string]struct {
		api  *spec.API
		want string // the operations that are served, in the order in which they are tried
	}{
		"nothing":                        {rivalAPI(plainPath, plainPath, plainPath), "a"},
		"integer behind a string":        {rivalAPI(plainPath, pathOf(&spec.Schema{Types: []string{"integer"}})), "b a"},
		"an enum behind a string":        {rivalAPI(plainPath, pathOf(enumOf("x", "y"))), "b a"},
		"an enum within an earlier one":  {rivalAPI(pathOf(enumOf("x", "y")), pathOf(enumOf("y"))), "a"},
		"an enum within a later one":     {rivalAPI(pathOf(enumOf("y")), pathOf(enumOf("x", "y"))), "a b"},
		"patterns":                       {rivalAPI(pathOf(digits), pathOf(letters)), "a b"},
		"a pattern twice":                {rivalAPI(pathOf(digits), pathOf(digits)), "a"},
		"a length before a pattern":      {rivalAPI(pathOf(short), pathOf(digits)), "b a"},
		"integer within number":          {rivalAPI(pathOf(&spec.Schema{Types: []string{"number"}}), pathOf(&spec.Schema{Types: []string{"integer"}})), "a"},
		"values of a header":             {rivalAPI(with(header, "K", true, enumOf("x")), with(header, "k", true, enumOf("y"))), "a b"},
		"the same value of a header":     {rivalAPI(with(header, "K", true, enumOf("x")), with(header, "k", true, enumOf("x"))), "a"},
		"an optional value":              {rivalAPI(with(query, "k", false, enumOf("x")), with(query, "k", false, enumOf("y"))), "a"},
		"that a fragment names":          {rivalAPI(both(with(query, "k", false, enumOf("x")), fragment("k", "x")), both(with(query, "k", false, enumOf("y")), fragment("k", "y"))), "a b"},
		"a fragment of another value":    {rivalAPI(plainPath, both(with(query, "k", false, enumOf("x")), fragment("k", "y"))), "a"},
		"a fragment of a free value":     {rivalAPI(plainPath, both(with(query, "k", false, str()), fragment("k", "y"))), "a"},
		"a required parameter":           {rivalAPI(plainPath, with(query, "k", true, str())), "b a"},
		"that another one may have":      {rivalAPI(with(query, "k", false, str()), with(query, "k", true, str())), "a"},
		"that both have":                 {rivalAPI(with(query, "k", true, str()), with(query, "k", true, str())), "a"},
		"different required parameters":  {rivalAPI(with(query, "k", true, str()), with(query, "l", true, str()), plainPath), "a b c"},
		"what is decided without others": {rivalAPI(with(query, "k", false, str()), with(query, "k", true, str()), pathOf(digits)), "c a"},
	} {
		t.Run(name, func(t *testing.T) {
			p, diags := build(t, c.api)
			order := make([]string, len(p.Served()))
			for _, op := range p.Served() {
				rank := 0
				if op.Choice != nil {
					rank = op.Choice.Rank
				}
				order[rank] = op.ID
			}
			assert.Equal(t, c.want, strings.Join(order, " "))
			assert.Len(t, p.Operations, len(c.api.Operations), "the client has all")
			assert.Len(t, diags, len(p.Operations)-len(order), "what is not served is warned of")
			assert.Equal(t, len(order) > 1, p.Served()[0].Choice != nil)

			p, diags = Build(c.api, Options{Package: "api", Only: []string{"server"}})
			assert.Len(t, p.Operations, len(order))
			assert.Len(t, diags, len(c.api.Operations)-len(order))
			p, diags = Build(c.api, Options{Package: "api", Only: []string{"client"}})
			assert.Len(t, p.Served(), len(c.api.Operations), "a client alone knows of no handlers")
			assert.Empty(t, diags)
		})
	}
}

// TestChoiceNames is that what an operation shares with others changes no name of a handler.
func TestChoiceNames(t *testing.T) {
	first, second := operation("a", "x"), operation("b", "y")
	second.Twin = first
	p, diags := build(t, &spec.API{Version: "3.1.0", Operations: []*spec.Operation{first, second}, Tags: []*spec.Tag{{Name: "x"}, {Name: "y"}}})
	require.Len(t, p.Handlers, 1)
	assert.Equal(t, "XHandler", p.Handlers[0].Name)
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].What, "the client has its method")
}
