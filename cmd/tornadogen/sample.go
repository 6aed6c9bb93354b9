package main

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// maxSampleDepth bounds how deep a sample nests, as schemas may be recursive.
const maxSampleDepth = 8

// sampler makes samples.
type sampler struct {
	// answer tells that a sample is one of the server: with all members but those that are writeOnly, as far as maxFullDepth, and with an
	// item in each array. A request has what is required, without what is readOnly.
	answer bool
}

// maxFullDepth is from where on samples of answers have what is required alone.
const maxFullDepth = 3

// sampleOf makes the JSON text of a small value that a schema takes, as far as types, formats, sizes and bounds tell: what the
// document has as an example, a default or a constant comes first. What a pattern asks for it does not know.
func sampleOf(s *spec.Schema) string { return sampler{}.at(s, 0) }

func (m sampler) at(s *spec.Schema, depth int) string {
	if s == nil || s.Always || depth > maxSampleDepth {
		return "{}"
	}
	if text := statedIn(s, depth); text != "" {
		return text
	}
	for _, member := range chosenOf(s) {
		if !slices.Contains(typesOf(member, depth), "object") && len(s.Properties) == 0 {
			return m.at(member, depth+1)
		}
	}
	switch types := typesOf(s, depth); {
	case len(types) == 0, types[0] == "object":
		o := object{sampler: m, values: map[string]string{}}
		o.add(s, depth)
		if values := s.AdditionalProperties; m.answer && len(o.names) == 0 && depth < maxFullDepth && values != nil && !values.Never {
			o.set("key", m.at(values, depth+1))
		}
		return o.text()
	case types[0] == "array":
		return m.array(s, depth)
	case types[0] == "string" && s.ContentSchema != nil && s.ContentEncoding == "" && spec.IsJSON(s.ContentMediaType):
		return quoted(m.at(s.ContentSchema, depth+1)) // JSON in a string
	case types[0] == "string":
		return quoted(stringOf(s))
	case types[0] == "boolean":
		return "true"
	default:
		return numberOf(s)
	}
}

// statedIn is a value that the document itself names for s, "" for none. Of objects it may have too much: members that are
// read only say nothing in a request.
func statedIn(s *spec.Schema, depth int) string {
	switch {
	case len(s.Examples) > 0:
		return s.Examples[0].JSON
	case s.Default != nil && s.Default.JSON != "null":
		return s.Default.JSON
	case s.Const != nil:
		return s.Const.JSON
	case len(s.Enum) > 0:
		return s.Enum[0].JSON
	}
	for _, part := range s.AllOf {
		if depth < maxSampleDepth && !slices.Contains(typesOf(part, depth), "object") {
			if text := statedIn(part, depth+1); text != "" {
				return text
			}
		}
	}
	return ""
}

// chosenOf is the member that a sample of a union is made of: none where s is no union.
func chosenOf(s *spec.Schema) []*spec.Schema {
	switch {
	case len(s.OneOf) > 0:
		return s.OneOf[:1]
	case len(s.AnyOf) > 0:
		return s.AnyOf[:1]
	}
	return nil
}

// typesOf are the types that s states, itself or by what it is made of.
func typesOf(s *spec.Schema, depth int) []string {
	switch {
	case len(s.Types) > 0:
		return s.Types
	case len(s.Properties) > 0 || s.AdditionalProperties != nil:
		return []string{"object"}
	case s.Items != nil || len(s.PrefixItems) > 0:
		return []string{"array"}
	}
	for _, part := range slices.Concat(s.AllOf, chosenOf(s)) {
		if depth < maxSampleDepth {
			if types := typesOf(part, depth+1); len(types) > 0 {
				return types
			}
		}
	}
	return nil
}

// object collects the members that a sample needs, in document order.
type object struct {
	sampler
	names  []string
	values map[string]string
}

// add takes the required members of s and of what s is made of.
func (o *object) add(s *spec.Schema, depth int) {
	if depth > maxSampleDepth {
		return
	}
	if d := s.Discriminator; d != nil && len(d.Mapping) > 0 && o.values[d.PropertyName] == "" {
		o.set(d.PropertyName, quoted(d.Mapping[0].Value))
		o.add(d.Mapping[0].Schema, depth+1)
	} else {
		for _, member := range chosenOf(s) {
			o.add(member, depth+1)
		}
	}
	for _, part := range s.AllOf {
		o.add(part, depth+1)
	}
	for _, p := range s.Properties {
		if o.wants(s, p, depth) && o.values[p.Name] == "" {
			o.set(p.Name, o.at(p.Schema, depth+1))
		}
	}
}

// wants tells whether a sample has a property.
func (o *object) wants(s *spec.Schema, p *spec.Property, depth int) bool {
	required := slices.Contains(s.Required, p.Name)
	if !o.answer {
		return required && !p.Schema.ReadOnly
	}
	return (required || depth < maxFullDepth) && !p.Schema.WriteOnly
}

func (o *object) set(name, value string) {
	o.names = append(o.names, name)
	o.values[name] = value
}

func (o *object) text() string {
	members := make([]string, len(o.names))
	for i, name := range o.names {
		members[i] = quoted(name) + ": " + o.values[name]
	}
	return "{" + strings.Join(members, ", ") + "}"
}

func (m sampler) array(s *spec.Schema, depth int) string {
	const most = 5
	least := int64(0)
	if m.answer && depth <= maxFullDepth && len(s.PrefixItems) == 0 && s.Items != nil && (s.MaxItems == nil || *s.MaxItems > 0) {
		least = 1
	}
	if s.MinItems != nil {
		least = max(least, *s.MinItems)
	}
	var items []string
	for _, item := range s.PrefixItems {
		items = append(items, m.at(item, depth+1))
	}
	for len(items) < int(min(least, most)) {
		items = append(items, m.at(s.Items, depth+1))
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// formatSamples are strings in the formats that are checked.
var formatSamples = map[string]string{
	"uuid": "5f0a3c1e-8d2b-4c6f-9a71-2e4d6b8c0f13", "date": "2026-01-31", "date-time": "2026-01-31T12:00:00Z", "time": "12:00:00Z",
	"duration": "PT1H", "email": "ann@example.com", "idn-email": "ann@example.com", "hostname": "example.com", "idn-hostname": "example.com",
	"ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uri": "https://example.com/", "iri": "https://example.com/", "uri-reference": "/a", "iri-reference": "/a",
	"uri-template": "/a/{b}", "json-pointer": "/a", "relative-json-pointer": "0", "regex": "a+", "byte": "YQ==", "base64url": "YQ",
	"decimal": "1.5", "int64": "1", "int32": "1", "char": "a",
}

func stringOf(s *spec.Schema) string {
	if text, ok := formatSamples[s.Format]; ok {
		return text
	}
	if s.ContentEncoding == "base64" {
		return formatSamples["byte"]
	}
	const usual = "text"
	switch least := int64(len(usual)); {
	case s.MaxLength != nil && *s.MaxLength < least:
		return usual[:max(*s.MaxLength, 0)]
	case s.MinLength != nil && *s.MinLength > least:
		const most = 200
		return strings.Repeat("a", int(min(*s.MinLength, most)))
	}
	return usual
}

// numberOf is 1, or the number nearest to it that the bounds allow.
func numberOf(s *spec.Schema) string {
	n, one := big.NewRat(1, 1), big.NewRat(1, 1)
	if low := ratOf(s.Minimum); low != nil && n.Cmp(low) < 0 {
		n.Set(low)
	}
	if low := ratOf(s.ExclusiveMinimum); low != nil && n.Cmp(low) <= 0 {
		n.Add(low, one)
	}
	if high := ratOf(s.Maximum); high != nil && n.Cmp(high) > 0 {
		n.Set(high)
	}
	if high := ratOf(s.ExclusiveMaximum); high != nil && n.Cmp(high) >= 0 {
		n.Sub(high, one)
	}
	if step := ratOf(s.MultipleOf); step != nil && step.Sign() > 0 {
		times := new(big.Rat).Quo(n, step)
		whole := new(big.Int).Div(new(big.Int).Add(times.Num(), new(big.Int).Sub(times.Denom(), big.NewInt(1))), times.Denom())
		n.Mul(step, new(big.Rat).SetInt(whole))
	}
	if n.IsInt() {
		return n.RatString()
	}
	const digits = 6
	return strings.TrimRight(n.FloatString(digits), "0")
}

func ratOf(l *spec.Literal) *big.Rat {
	const longest = 40 // nobody types more, and an exponent may be any
	if l == nil || len(l.JSON) > longest || strings.ContainsAny(l.JSON, "eE") {
		return nil
	}
	n, ok := new(big.Rat).SetString(l.JSON)
	if !ok {
		return nil
	}
	return n
}

// quoted is a string of JSON that HTML need not be kept from.
func quoted(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string can be encoded, into memory
	return strings.TrimSuffix(b.String(), "\n")
}
