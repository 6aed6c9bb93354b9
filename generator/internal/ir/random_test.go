package ir

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/spec"
)

// grower makes schemas at random that refer to one another in every way, rings included.
type grower struct {
	t     *rapid.T
	named []*spec.Schema
}

var words = []string{"", "a", "A", "pet", "Pet", "pet_id", "petId", "type", "Handler", "AppendJSON", "2fa", "宠", "value", "Body", "*"}

func (g *grower) word(label string) string { return rapid.SampledFrom(words).Draw(g.t, label) }

func (g *grower) chance(label string) bool { return rapid.IntRange(0, 3).Draw(g.t, label) == 0 }

func (g *grower) schema(depth int) *spec.Schema {
	if depth == 0 || g.chance("ref") {
		return rapid.SampledFrom(g.named).Draw(g.t, "named")
	}
	s := &spec.Schema{}
	g.fill(s, depth-1)
	return s
}

func (g *grower) list(depth int) []*spec.Schema {
	out := make([]*spec.Schema, rapid.IntRange(1, 3).Draw(g.t, "members"))
	for i := range out {
		out[i] = g.schema(depth)
	}
	return out
}

func (g *grower) fill(s *spec.Schema, depth int) {
	s.Nullable, s.WriteOnly, s.ReadOnly = g.chance("nullable"), g.chance("writeOnly"), g.chance("readOnly")
	kinds := []string{"object", "array", "string", "integer", "number", "boolean", "map", "allOf", "oneOf", "anyOf", "enum", "const", "any"}
	switch kind := rapid.SampledFrom(kinds).Draw(g.t, "kind"); kind {
	case "object":
		s.Types = []string{"object"}
		for range rapid.IntRange(0, 4).Draw(g.t, "properties") {
			s.Properties = append(s.Properties, property(g.word("property"), g.schema(depth)))
		}
		s.Required = []string{g.word("required")}
		if g.chance("additional") {
			s.AdditionalProperties = g.schema(depth)
		}
	case "array":
		s.Types, s.Items = []string{"array"}, g.schema(depth)
	case "map":
		s.Types, s.AdditionalProperties = []string{"object"}, g.schema(depth)
	case "allOf":
		s.AllOf = g.list(depth)
	case "oneOf", "anyOf":
		members := g.list(depth)
		if kind == "oneOf" {
			s.OneOf = members
		} else {
			s.AnyOf = members
		}
		if g.chance("discriminated") {
			s.Discriminator = &spec.Discriminator{PropertyName: g.word("discriminator")}
			for i, m := range members {
				s.Discriminator.Mapping = append(s.Discriminator.Mapping, spec.DiscriminatorValue{Value: strconv.Itoa(i / 2), Schema: m})
			}
		}
	case "enum":
		for _, w := range rapid.SliceOfN(rapid.SampledFrom([]string{`"a"`, `"A"`, `"a b"`, `""`, `1`, `1.5`, `null`, `true`, `{}`}), 1, 4).Draw(g.t, "enum") {
			s.Enum = append(s.Enum, spec.Literal{JSON: w})
		}
	case "const":
		s.Const = &spec.Literal{JSON: rapid.SampledFrom([]string{`"a"`, `null`, `1`, `[1]`}).Draw(g.t, "const")}
	case "any":
	default:
		s.Types = []string{kind}
	}
}

func (g *grower) operation(i int) *spec.Operation {
	op := &spec.Operation{
		ID: g.word("id"), Method: "POST", Path: "/p" + strconv.Itoa(i) + "/{a}",
		Parameters: []*spec.Parameter{{Name: "a", In: spec.InPath, Required: true, Style: "simple", Schema: g.schema(1)}},
	}
	for _, style := range []string{"form", "deepObject", "pipeDelimited"} {
		op.Parameters = append(op.Parameters, &spec.Parameter{
			Name: g.word("parameter"), In: spec.InQuery, Style: style, Explode: g.chance("explode"), Schema: g.schema(1),
		})
	}
	media := []string{"application/json", "application/x+json", "text/plain", "*/*", "multipart/form-data"}
	content := func() (list []*spec.MediaType) {
		for _, name := range rapid.SliceOfN(rapid.SampledFrom(media), 0, 3).Draw(g.t, "media") {
			list = append(list, &spec.MediaType{Name: name, Schema: g.schema(1)})
		}
		return list
	}
	op.Body = &spec.RequestBody{Required: g.chance("required"), Content: content()}
	for _, status := range rapid.SliceOfNDistinct(rapid.SampledFrom([]int{0, 1, 2, 4, 200, 201, 204, 302, 404, 499}), 0, 4, rapid.ID[int]).Draw(g.t, "statuses") {
		r := &spec.Response{Status: status, Content: content()}
		if g.chance("headers") {
			r.Headers = []*spec.Parameter{{Name: g.word("header"), In: spec.InHeader, Style: "simple", Schema: g.schema(1)}}
		}
		op.Responses = append(op.Responses, r)
	}
	return op
}

// TestRandomAPIs plans whatever may come: it ends, soon, each time with the same plan, in which every name is unique.
func TestRandomAPIs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := &grower{t: rt}
		for i := range rapid.IntRange(1, 6).Draw(rt, "schemas") {
			g.named = append(g.named, names(g.word("name")+strconv.Itoa(i), &spec.Schema{}))
		}
		for _, s := range g.named {
			g.fill(s, 2)
		}
		api := &spec.API{Version: rapid.SampledFrom([]string{"3.0.3", "3.1.0"}).Draw(rt, "version"), Schemas: g.named}
		for i := range rapid.IntRange(0, 3).Draw(rt, "operations") {
			api.Operations = append(api.Operations, g.operation(i))
		}
		start := time.Now()
		p, _ := Build(api, Options{Package: "api"})
		if took := time.Since(start); took > 5*time.Second {
			rt.Fatalf("planned for %s", took)
		}
		checkNames(rt, p)
		again, _ := Build(api, Options{Package: "api"})
		assert.Equal(rt, dump(p), dump(again))
	})
}
