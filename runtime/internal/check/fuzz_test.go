package check_test

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/check"
	"github.com/tornadogen/tornadogen/runtime/internal/jsonwire"
)

// FuzzCheck holds any text against a schema of all keywords: no panic, Valid and Check agree, and decoding finds the same syntax
// errors as ever.
func FuzzCheck(f *testing.F) {
	schema := check.NewSchemas(
		"S", `{"type":["object","array","string","number","null"],"minimum":-5,"exclusiveMaximum":1e3,"multipleOf":0.5,
			"minLength":1,"pattern":"^(a|é)","format":"uri-reference","prefixItems":[{"$ref":"T"}],"items":{"$ref":"S"},
			"contains":{"const":{"a":1.0}},"minContains":0,"maxContains":2,"uniqueItems":true,"minProperties":1,
			"properties":{"a":{"$ref":"S"},"b":{"enum":[1,"b",[null]]}},"patternProperties":{"^x":{"not":{"$ref":"T"}}},
			"propertyNames":{"maxLength":3},"dependentRequired":{"a":["b"]},"dependentSchemas":{"b":{"required":["a"]}},
			"oneOf":[{"maxProperties":2},{"minProperties":3}],"anyOf":[{"items":{"type":"integer"}},{"properties":{"c":{"format":"int8"}}}],
			"if":{"required":["c"]},"then":{"$ref":"T"},"else":{"unevaluatedItems":false},"unevaluatedProperties":{"type":"null"}}`,
		"T", `{"anyOf":[{"items":{"$ref":"S"},"minItems":1},{"type":["object","string"],"properties":{"a":{"$ref":"S"}},"contentEncoding":"base64"}]}`,
	).Get("S")
	for _, seed := range []string{
		`{"a":{"b":1},"b":"b"}`, `[[],[{"a":1}],{"x":[]}]`, `"aé"`, `1.5`, `1e999999999999`, `-0.0`, `{"\u0061":1,"a":2}`, `{"a":[}`, `[1,1.0,10e-1]`, `{"xxxx":null,"c":128}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var plain, d jsonwire.Decoder
		plain.Reset(body)
		plain.Skip()
		plain.End()
		d.Reset(body)
		valid := d.Valid(schema)
		d.Check(schema)
		failed := d.Failed()
		d.Skip()
		d.End()
		if d.SyntaxError() == nil && valid == failed {
			t.Errorf("Valid says %t, Check %v", valid, d.Violations())
		}
		for _, v := range d.Violations() {
			if v.Keyword == "" || v.Message == "" {
				t.Errorf("%+v", v)
			}
		}
		if plain.SyntaxError() != nil && d.SyntaxError() == nil {
			t.Error("checking hid a syntax error")
		}
	})
}
