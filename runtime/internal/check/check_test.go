package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/internal/check"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// violations holds body against the first schema of a set.
func violations(t *testing.T, body string, namesAndTexts ...string) []string {
	t.Helper()
	schema := check.NewSchemas(namesAndTexts...).Get(namesAndTexts[0])
	var d jsonwire.Decoder
	d.Request = true
	d.Reset([]byte(body))
	valid := d.Valid(schema)
	assert.False(t, d.Failed(), "Valid notes nothing")
	d.Check(schema)
	d.Skip()
	d.End()
	require.Nil(t, d.SyntaxError())
	var out []string
	for _, v := range d.Violations() {
		out = append(out, v.Pointer+" "+v.Keyword+": "+v.Message)
	}
	assert.Equal(t, len(out) == 0, valid, "Valid and Check agree")
	return out
}

func TestViolations(t *testing.T) {
	for _, test := range []struct{ name, schema, body, want string }{
		{"type", `{"type":["string","null"]}`, `1`, ` type: expected string or null, got number`},
		{"type of integer", `{"type":"integer"}`, `1.5`, ` type: expected integer, got number`},
		{"1.0 is an integer", `{"type":"integer"}`, `1.0`, ``},
		{"type ends it", `{"type":"string","const":"a","not":{}}`, `1`, ` type: expected string, got number`},
		{"const", `{"const":{"a":[1,null]}}`, `{"a":[1.0,null]}`, ``},
		{"const of another type", `{"const":"1"}`, `1`, ` const: must be "1"`},
		{"enum", `{"enum":["a",1,null]}`, `2`, ` enum: must be one of a, 1, null`},
		{"enum of equal text", `{"enum":["null"]}`, `null`, ` enum: must be null`},
		{"bounds", `{"minimum":1,"exclusiveMaximum":3}`, `3.0`, ` exclusiveMaximum: must be less than 3`},
		{
			"bounds are exact", `{"maximum":9007199254740993,"minimum":9007199254740993}`, `9007199254740992`,
			` minimum: must be at least 9007199254740993`,
		},
		{"a huge exponent", `{"maximum":1e400}`, `1e99999999999`, ` maximum: must be at most 1e400`},
		{"a tiny number", `{"exclusiveMinimum":0}`, `1e-99999999999`, ``},
		{"multipleOf", `{"multipleOf":0.01}`, `0.295`, ` multipleOf: must be a multiple of 0.01`},
		{"lengths are of characters", `{"minLength":2,"maxLength":2}`, `"\ud83d\ude00é"`, ``},
		{"pattern and length", `{"minLength":3,"pattern":"^a"}`, `"b"`, ` minLength: must have at least 3 characters; pattern: must match ^a`},
		{"maxLength of zero", `{"maxLength":0}`, `"b"`, ` maxLength: must have at most 0 characters`},
		{"format", `{"format":"ipv4"}`, `"1.2.3"`, ` format: must be a valid IPv4 address`},
		{"format of numbers", `{"format":"int32"}`, `2147483648`, ` format: must fit in 32 bits`},
		{"format of another type", `{"format":"int32"}`, `"x"`, ``},
		{"base64", `{"contentEncoding":"base64"}`, `"a?"`, ` format: must be valid base64`},
		{"prefixItems", `{"prefixItems":[{"type":"string"}],"items":false}`, `[1,2]`, `/0 type: expected string, got number; /1 items: is not allowed`},
		{"uniqueItems", `{"uniqueItems":true}`, `[1,2,1.0]`, ` uniqueItems: must have unique items`},
		{"contains", `{"contains":{"const":1}}`, `[2]`, ` contains: must contain an item of a certain form, and none is`},
		{"minContains", `{"contains":{"const":1},"minContains":2}`, `[1]`, ` minContains: must contain at least 2 items of a certain form, not 1`},
		{"maxContains", `{"contains":{"const":1},"maxContains":1}`, `[1,1]`, ` maxContains: must contain at most 1 items of a certain form, not 2`},
		{"required", `{"required":["a/b","c"]}`, `{"c":1}`, `/a~1b required: is required`},
		{"a name with escapes", `{"required":["é\n"],"maxProperties":1}`, `{"\u00e9\n":1}`, ``},
		{"additionalProperties", `{"properties":{"a":{}},"patternProperties":{"^x-":{}},"additionalProperties":false}`, `{"a":1,"x-a":1,"b":1}`, `/b additionalProperties: is not allowed`},
		{"properties", `{"properties":{"a":false,"b":{"type":"null"}}}`, `{"a":1,"b":1}`, `/a properties: is not allowed; /b type: expected null, got number`},
		{"patternProperties", `{"patternProperties":{"^a":{"maximum":1},"b$":{"minimum":3}}}`, `{"ab":2}`, `/ab maximum: must be at most 1; minimum: must be at least 3`},
		{"propertyNames", `{"propertyNames":{"maxLength":1,"enum":["a"]}}`, `{"a":1,"bb":2}`, `/bb propertyNames: must be a; propertyNames: must have at most 1 character`},
		{"no names", `{"propertyNames":false}`, `{"a":1}`, `/a propertyNames: is not allowed`},
		{"dependentRequired", `{"dependentRequired":{"card":["address"]}}`, `{"card":1}`, `/address dependentRequired: is required beside card`},
		{"dependentSchemas", `{"dependentSchemas":{"a":{"maxProperties":1}}}`, `{"a":1,"b":1}`, ` maxProperties: must have at most 1 property`},
		{"the last of a name counts", `{"properties":{"a":{"type":"string"}},"maxProperties":1}`, `{"a":1,"a":""}`, ``},
		{"not", `{"not":{"required":["a","b"]}}`, `{"a":1,"b":1}`, ` not: must not have all of a, b`},
		{"not const", `{"not":{"const":5}}`, `5`, ` not: must not be 5`},
		{"if", `{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}`, `{"a":2}`, `/c required: is required`},
		{"anyOf", `{"anyOf":[{"type":"string"},{"maximum":1}]}`, `2`, ` anyOf: must be of one of 2 forms, and is of none; maximum: must be at most 1`},
		{"oneOf of two", `{"oneOf":[{"title":"Cat"},{"minimum":1},false]}`, `2`, ` oneOf: must be of one form alone, and is of the forms Cat and 2`},
		{
			"oneOf tells of the one that is meant", `{"oneOf":[{"properties":{"kind":{"const":"a"}},"required":["x"]},{"properties":{"kind":{"const":"b"}}}]}`,
			`{"kind":"a"}`, ` oneOf: must be of one of 2 forms, and is of none; /x required: is required`,
		},
		{
			"unevaluatedProperties", `{"allOf":[{"properties":{"a":{}}}],"anyOf":[{"properties":{"b":{"const":1}}},{"properties":{"c":{}}}],"unevaluatedProperties":false}`,
			`{"a":1,"b":2,"c":3}`, `/b unevaluatedProperties: is not allowed`,
		},
		{
			"unevaluatedItems", `{"prefixItems":[{}],"contains":{"const":1},"if":{"prefixItems":[{},{"const":2}]},"unevaluatedItems":{"type":"null"}}`,
			`[0,2,1,3,null]`, `/3 type: expected null, got number`,
		},
		{
			"unevaluatedProperties of two is not seen across", `{"allOf":[{"properties":{"a":{}}},{"unevaluatedProperties":false}]}`,
			`{"a":1}`, `/a unevaluatedProperties: is not allowed`,
		},
		{"nothing is valid", `false`, `1`, ` not: is not allowed`},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := []string(nil)
			pointer := ""
			for part := range strings.SplitSeq(test.want, "; ") {
				if test.want == "" {
					break
				}
				if place, rest, _ := strings.Cut(part, " "); place == "" || place[0] == '/' {
					pointer, part = place, rest
				}
				want = append(want, pointer+" "+part)
			}
			assert.ElementsMatch(t, want, violations(t, test.body, "S", test.schema))
		})
	}
}

func TestReferences(t *testing.T) {
	tree := []string{"Tree", `{"type":"object","properties":{"left":{"$ref":"Tree"},"value":{"$ref":"Value"}}}`, "Value", `{"type":"integer"}`}
	assert.Empty(t, violations(t, `{"left":{"left":{"value":1}}}`, tree...))
	assert.Equal(t, []string{"/left/left/value type: expected integer, got string"}, violations(t, `{"left":{"left":{"value":""}}}`, tree...))
}

func TestDirections(t *testing.T) {
	set := check.NewSchemas(
		"A", `{"required":["id","secret","name"],"allOf":[{"properties":{"id":{"$ref":"ID"},"secret":{"writeOnly":true}}}]}`,
		"ID", `{"type":"integer","readOnly":true}`)
	for request, want := range map[bool][]string{true: {"/secret", "/name"}, false: {"/id", "/name"}} {
		d := jsonwire.Decoder{Request: request}
		d.Reset([]byte(`{}`))
		d.Check(set.Get("A"))
		var got []string
		for _, v := range d.Violations() {
			got = append(got, v.Pointer)
		}
		assert.Equal(t, want, got)
	}
}

// A hundred levels of a schema that asks twice for each would take 2^100 steps.
func TestWorkIsBounded(t *testing.T) {
	schema := []string{"S", `{"anyOf":[{"properties":{"a":{"$ref":"S"}},"required":["b"]},{"properties":{"a":{"$ref":"S"}},"required":["c"]}]}`}
	body := strings.Repeat(`{"a":`, 100) + `{}` + strings.Repeat(`}`, 100)
	assert.NotEmpty(t, violations(t, body, schema...))

	ring := check.NewSchemas("S", `{"allOf":[{"$ref":"S"}]}`).Get("S")
	var d jsonwire.Decoder
	d.Reset([]byte(`1`))
	d.Check(ring)
	require.NotNil(t, d.SyntaxError(), "a ring has no end")
}

func TestChecksWithinChecks(t *testing.T) {
	set := check.NewSchemas("List", `{"minItems":3}`, "Item", `{"not":{"const":1}}`)
	list, item := set.Get("List"), set.Get("Item")
	var d jsonwire.Decoder
	d.Reset([]byte(`[ 2 , 1 ]`))
	d.Check(list)
	for more := d.Array(); more; more = d.NextItem() {
		d.Check(item)
		d.Skip()
	}
	d.End()
	require.Nil(t, d.SyntaxError())
	require.Len(t, d.Violations(), 2)
	assert.Equal(t, "/1", d.Violations()[1].Pointer)
}

func TestManyMembersOfOneName(t *testing.T) {
	body := strings.Repeat(`"b":1,"a":1,`, 20)
	body = `{` + body + `"c":"","a":"","b":""}`
	assert.Empty(t, violations(t, body, "S", `{"additionalProperties":{"type":"string"},"maxProperties":3,"minProperties":3}`))
}

func TestNoJSON(t *testing.T) {
	schema := check.NewSchemas("S", `{}`).Get("S")
	for _, body := range []string{``, `[`, `{"a"}`, `[1,]`, `"`, `{"a":1,"a":[}`} {
		var d jsonwire.Decoder
		d.Reset([]byte(body))
		d.Check(schema)
		assert.False(t, d.Valid(schema))
		assert.Nil(t, d.SyntaxError(), "it is left to the decoding")
		d.Skip()
		d.End()
		assert.NotNil(t, d.SyntaxError(), body)
	}
}

func TestLenient(t *testing.T) {
	d := jsonwire.Decoder{Lenient: true}
	d.Reset([]byte(`1`))
	d.Check(check.NewSchemas("S", `false`).Get("S"))
	assert.False(t, d.Failed())
}
