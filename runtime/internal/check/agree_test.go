package check_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tornadogen/tornadogen/runtime/internal/check"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// TestAgreement holds random values against random schemas, here and with another implementation of JSON Schema.
func TestAgreement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"A", "B", "C"}
		defs, set := map[string]any{}, []string(nil)
		for _, name := range names {
			schema := drawSchema(3).Draw(t, name)
			defs[name] = schema
			set = append(set, name, text(schema))
		}
		other := compileOther(t, defs)
		schema := check.NewSchemas(set...).Get("A")
		for range 5 {
			body := text(drawValue(3).Draw(t, "value"))
			var d jsonwire.Decoder
			d.Reset([]byte(body))
			valid := d.Valid(schema)
			if d.SyntaxError() != nil {
				continue // a ring of references
			}
			d.Check(schema)
			instance, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
			require.NoError(t, err)
			fault := other.Validate(instance)
			require.Equal(t, fault == nil, valid, "%s against %q: %v", body, set, fault)
			require.Equal(t, valid, !d.Failed(), "Check and Valid agree")
		}
	})
}

// compileOther compiles the schemas in the form of the standard: a name is a place in $defs.
func compileOther(t *rapid.T, defs map[string]any) *jsonschema.Schema {
	document := map[string]any{"$defs": defs, "$ref": "#/$defs/A"}
	standard := bytes.ReplaceAll([]byte(text(document)), []byte(`"$ref":"`), []byte(`"$ref":"#/$defs/`))
	standard = bytes.ReplaceAll(standard, []byte("#/$defs/#/$defs/"), []byte("#/$defs/"))
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(standard))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("mem:///schema.json", value))
	schema, err := c.Compile("mem:///schema.json")
	require.NoError(t, err)
	return schema
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

var (
	drawName   = rapid.SampledFrom([]string{"a", "b", "ab", "é"})
	drawNumber = rapid.SampledFrom([]any{json.Number("0"), json.Number("1"), json.Number("1.0"), json.Number("1.5"), json.Number("2"), json.Number("10e-1"), json.Number("9007199254740993"), json.Number("-3")})
	drawScalar = rapid.OneOf(drawNumber, rapid.SampledFrom([]any{nil, true, false, "a", "ab", "é", ""}))
)

func drawValue(depth int) *rapid.Generator[any] {
	if depth == 0 {
		return drawScalar
	}
	list := rapid.Map(rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[any] { return drawValue(depth - 1) }), 0, 4), func(v []any) any { return v })
	object := rapid.Map(rapid.MapOfN(drawName, rapid.Deferred(func() *rapid.Generator[any] { return drawValue(depth - 1) }), 0, 3), func(v map[string]any) any { return v })
	return rapid.OneOf(drawScalar, list, object, object)
}

func drawSchema(depth int) *rapid.Generator[any] {
	boolean := rapid.Map(rapid.Bool(), func(v bool) any { return v })
	if depth == 0 {
		return rapid.OneOf(boolean, rapid.Just[any](map[string]any{}))
	}
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) any { return drawObject(t, depth) }),
		rapid.Custom(func(t *rapid.T) any { return drawObject(t, depth) }),
		boolean,
	)
}

func drawObject(t *rapid.T, depth int) any {
	sub := drawSchema(depth - 1)
	subs := rapid.SliceOfN(sub, 1, 3)
	members := rapid.MapOfN(drawName, sub, 1, 3)
	patterns := rapid.MapOfN(rapid.SampledFrom([]string{"^a", "b$", "é"}), sub, 1, 2)
	count := rapid.IntRange(0, 3)
	draw := map[string]func() any{
		"type": func() any {
			return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"null", "boolean", "integer", "number", "string", "array", "object"}), 1, 4, rapid.ID).Draw(t, "type")
		},
		"enum":                 func() any { return rapid.SliceOfNDistinct(drawValue(1), 1, 5, text2).Draw(t, "enum") },
		"const":                func() any { return drawValue(2).Draw(t, "const") },
		"minimum":              func() any { return drawNumber.Draw(t, "minimum") },
		"maximum":              func() any { return drawNumber.Draw(t, "maximum") },
		"exclusiveMinimum":     func() any { return drawNumber.Draw(t, "exclusiveMinimum") },
		"exclusiveMaximum":     func() any { return drawNumber.Draw(t, "exclusiveMaximum") },
		"multipleOf":           func() any { return rapid.SampledFrom([]any{1, 2, 0.5}).Draw(t, "multipleOf") },
		"minLength":            func() any { return count.Draw(t, "n") },
		"maxLength":            func() any { return count.Draw(t, "n") },
		"pattern":              func() any { return rapid.SampledFrom([]string{"^a", "b$", "^.$"}).Draw(t, "pattern") },
		"prefixItems":          func() any { return subs.Draw(t, "prefixItems") },
		"items":                func() any { return sub.Draw(t, "items") },
		"contains":             func() any { return sub.Draw(t, "contains") },
		"minContains":          func() any { return count.Draw(t, "n") },
		"maxContains":          func() any { return count.Draw(t, "n") },
		"minItems":             func() any { return count.Draw(t, "n") },
		"maxItems":             func() any { return count.Draw(t, "n") },
		"uniqueItems":          func() any { return rapid.Bool().Draw(t, "uniqueItems") },
		"unevaluatedItems":     func() any { return sub.Draw(t, "unevaluatedItems") },
		"properties":           func() any { return members.Draw(t, "properties") },
		"patternProperties":    func() any { return patterns.Draw(t, "patternProperties") },
		"additionalProperties": func() any { return sub.Draw(t, "additionalProperties") },
		"propertyNames":        func() any { return sub.Draw(t, "propertyNames") },
		"required":             func() any { return rapid.SliceOfNDistinct(drawName, 1, 2, rapid.ID).Draw(t, "required") },
		"dependentRequired": func() any {
			return rapid.MapOfN(drawName, rapid.SliceOfNDistinct(drawName, 1, 2, rapid.ID), 1, 2).Draw(t, "dependentRequired")
		},
		"dependentSchemas":      func() any { return members.Draw(t, "dependentSchemas") },
		"minProperties":         func() any { return count.Draw(t, "n") },
		"maxProperties":         func() any { return count.Draw(t, "n") },
		"unevaluatedProperties": func() any { return sub.Draw(t, "unevaluatedProperties") },
		"allOf":                 func() any { return subs.Draw(t, "allOf") },
		"anyOf":                 func() any { return subs.Draw(t, "anyOf") },
		"oneOf":                 func() any { return subs.Draw(t, "oneOf") },
		"not":                   func() any { return sub.Draw(t, "not") },
		"if":                    func() any { return sub.Draw(t, "if") },
		"then":                  func() any { return sub.Draw(t, "then") },
		"else":                  func() any { return sub.Draw(t, "else") },
		"$ref":                  func() any { return rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "ref") },
	}
	out := map[string]any{}
	for _, keyword := range rapid.SliceOfNDistinct(rapid.SampledFrom(keywords), 1, 5, rapid.ID).Draw(t, "keywords") {
		out[keyword] = draw[keyword]()
	}
	return out
}

func text2(v any) string { c, _ := jsonwire.Canonical([]byte(text(v))); return c }

// keywords are weighted: what combines others comes more often.
var keywords = strings.Fields(`type type enum const minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern
	prefixItems items contains minContains maxContains minItems maxItems uniqueItems unevaluatedItems unevaluatedItems
	properties properties properties patternProperties additionalProperties propertyNames required dependentRequired dependentSchemas minProperties
	maxProperties unevaluatedProperties unevaluatedProperties allOf allOf anyOf anyOf oneOf oneOf not if if then else $ref`)
