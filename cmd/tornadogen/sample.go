package main

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/internal/matching"
	"github.com/tornadogen/tornadogen/spec"
)

// maxSampleDepth bounds how deep a sample nests, as schemas may be recursive.
const maxSampleDepth = 8

// sampler makes samples.
type sampler struct {
	// answer tells that a sample is one of the server: with all members but those that are writeOnly, as far as maxFullDepth, and with an
	// item in each array. A request has what is required, without what is readOnly.
	answer bool
	// nth tells apart the samples of one schema, for arrays whose items are unique: 0 is the usual one.
	nth int
	// left is what the sample may still take: of schemas that are looked at, and of bytes. Once it has none left, it is cut as at its depth.
	left *int
}

// maxSample bounds a sample of schemas that lead to one another in many ways, or that have many items of many.
const maxSample = 1 << 18

// spend takes n of what is left, and tells whether there was any.
func (m sampler) spend(n int) bool {
	had := *m.left > 0
	*m.left -= n
	return had
}

func newSampler(answer bool) sampler {
	left := maxSample
	return sampler{answer: answer, left: &left}
}

// maxFullDepth is from where on samples of answers have what is required alone.
const maxFullDepth = 3

// sampleOf makes the JSON text of a small value that a schema takes, as far as types, formats, patterns, sizes and bounds tell: what the
// document has as an example, a default or a constant comes first.
func sampleOf(s *spec.Schema) string { return newSampler(false).at(s, 0) }

func (m sampler) at(s *spec.Schema, depth int) string {
	if s == nil || s.Always || depth > maxSampleDepth || !m.spend(1) {
		return "{}"
	}
	text := m.statedIn(s, depth)
	if text == "" {
		text = m.made(m.withParts(s, depth), depth)
	}
	m.spend(len(text))
	return text
}

// made is a sample of s, which the document names no value for.
func (m sampler) made(s *spec.Schema, depth int) string {
	for _, member := range chosenOf(s) {
		if !slices.Contains(m.typesOf(member, depth), "object") && len(s.Properties) == 0 {
			return m.at(member, depth+1)
		}
	}
	switch types := m.typesOf(s, depth); {
	case (len(types) == 0 || types[0] == "string") && s.ContentSchema != nil && s.ContentEncoding == "" && spec.IsJSON(s.ContentMediaType):
		return quoted(m.at(s.ContentSchema, depth+1)) // JSON in a string
	case len(types) == 0, types[0] == "object":
		o := object{sampler: m, values: map[string]string{}, schemas: map[string]*spec.Schema{}}
		o.add(s, depth)
		if values := s.AdditionalProperties; m.answer && len(o.names) == 0 && depth < maxFullDepth && values != nil && !values.Never {
			o.set("key", m.at(values, depth+1))
		}
		for n := 1; s.MinProperties != nil && len(o.names) < int(min(*s.MinProperties, 100)) && n <= 100; n++ {
			if name := "key" + strconv.Itoa(n); o.values[name] == "" {
				o.set(name, m.at(s.AdditionalProperties, depth+1))
			}
		}
		return o.text()
	case types[0] == "array":
		return m.array(s, depth)
	case types[0] == "string":
		return quoted(m.stringOf(s))
	case types[0] == "boolean":
		return strconv.FormatBool(m.nth%2 == 0)
	default:
		return m.numberOf(s)
	}
}

// statedIn is a value that the document itself names for s, "" for none. Of objects it may have too much: members that are
// read only say nothing in a request.
func (m sampler) statedIn(s *spec.Schema, depth int) string {
	switch {
	case m.nth < len(s.Examples):
		return s.Examples[m.nth].JSON
	case m.nth == 0 && s.Default != nil && s.Default.JSON != "null":
		return s.Default.JSON
	case s.Const != nil:
		return s.Const.JSON
	case len(s.Enum) > 0:
		return s.Enum[m.nth%len(s.Enum)].JSON
	}
	for _, part := range s.AllOf {
		if depth < maxSampleDepth && m.spend(1) && !slices.Contains(m.typesOf(part, depth), "object") {
			if text := m.statedIn(part, depth+1); text != "" {
				return text
			}
		}
	}
	return ""
}

// withParts is s with the bounds that members of its allOf have and it has not.
func (m sampler) withParts(s *spec.Schema, depth int) *spec.Schema {
	if len(s.AllOf) == 0 || depth > maxSampleDepth || !m.spend(1) {
		return s
	}
	whole := *s
	for _, part := range s.AllOf {
		part = m.withParts(part, depth+1)
		whole.Format, whole.Pattern = cmp.Or(whole.Format, part.Format), cmp.Or(whole.Pattern, part.Pattern)
		whole.MinLength, whole.MaxLength = cmp.Or(whole.MinLength, part.MinLength), cmp.Or(whole.MaxLength, part.MaxLength)
		whole.Minimum, whole.ExclusiveMinimum = tighter(whole.Minimum, part.Minimum, 1), tighter(whole.ExclusiveMinimum, part.ExclusiveMinimum, 1)
		whole.Maximum, whole.ExclusiveMaximum = tighter(whole.Maximum, part.Maximum, -1), tighter(whole.ExclusiveMaximum, part.ExclusiveMaximum, -1)
		whole.MultipleOf = cmp.Or(whole.MultipleOf, part.MultipleOf)
		whole.Items, whole.MinItems, whole.MaxItems = cmp.Or(whole.Items, part.Items), cmp.Or(whole.MinItems, part.MinItems), cmp.Or(whole.MaxItems, part.MaxItems)
		whole.UniqueItems = whole.UniqueItems || part.UniqueItems
	}
	return &whole
}

// tighter is the higher of two bounds with the sign 1, and the lower one with -1.
func tighter(a, b *spec.Literal, sign int) *spec.Literal {
	one, other := ratOf(a), ratOf(b)
	if one == nil || other != nil && other.Cmp(one) == sign {
		return cmp.Or(b, a)
	}
	return a
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
func (m sampler) typesOf(s *spec.Schema, depth int) []string {
	switch {
	case len(s.Types) > 0:
		return s.Types
	case len(s.Properties) > 0 || s.AdditionalProperties != nil:
		return []string{"object"}
	case s.Items != nil || len(s.PrefixItems) > 0:
		return []string{"array"}
	}
	for _, part := range slices.Concat(s.AllOf, chosenOf(s)) {
		if depth < maxSampleDepth && m.spend(1) {
			if types := m.typesOf(part, depth+1); len(types) > 0 {
				return types
			}
		}
	}
	return nil
}

// object collects the members that a sample needs, in document order.
type object struct {
	sampler
	names   []string
	values  map[string]string
	schemas map[string]*spec.Schema
}

// add takes the required members of s and of what s is made of.
func (o *object) add(s *spec.Schema, depth int) {
	if depth > maxSampleDepth || !o.spend(1) {
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
		switch before := o.schemas[p.Name]; {
		case before != nil && before != p.Schema: // both hold
			o.schemas[p.Name] = &spec.Schema{AllOf: []*spec.Schema{before, p.Schema}}
			o.values[p.Name] = o.at(o.schemas[p.Name], depth+1)
		case o.wants(s, p, depth) && o.values[p.Name] == "":
			o.set(p.Name, o.at(p.Schema, depth+1))
			o.schemas[p.Name] = p.Schema
		}
	}
}

// wants tells whether a sample has a property.
func (o *object) wants(s *spec.Schema, p *spec.Property, depth int) bool {
	required := slices.Contains(s.Required, p.Name)
	if p.Schema.Never {
		return false
	}
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
	most := int64(100)
	if depth > maxFullDepth {
		most = 5 // each may have as many again
	}
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
	const tries = 4 // for each item that is to be another
	for n := 0; len(items) < int(min(least, most)) && n < tries*int(most) && *m.left > 0; n++ {
		of := m
		if s.UniqueItems {
			of.nth += n
		}
		item := of.at(s.Items, depth+1)
		if !s.UniqueItems || !slices.Contains(items, item) {
			items = append(items, item)
		}
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

// others are the samples of formats but the first, by their number from 1 on.
var others = map[string]func(n int) string{
	"uuid":                  func(n int) string { return fmt.Sprintf("5f0a3c1e-8d2b-4c6f-9a71-%012x", n) },
	"date":                  func(n int) string { return sampleTime.AddDate(0, 0, n).Format(time.DateOnly) },
	"date-time":             func(n int) string { return sampleTime.Add(time.Duration(n) * time.Minute).Format(time.RFC3339) },
	"time":                  func(n int) string { return sampleTime.Add(time.Duration(n) * time.Second).Format("15:04:05Z") },
	"duration":              func(n int) string { return fmt.Sprintf("PT%dH", n+1) },
	"email":                 func(n int) string { return fmt.Sprintf("ann%d@example.com", n) },
	"idn-email":             func(n int) string { return fmt.Sprintf("ann%d@example.com", n) },
	"hostname":              func(n int) string { return fmt.Sprintf("www%d.example.com", n) },
	"idn-hostname":          func(n int) string { return fmt.Sprintf("www%d.example.com", n) },
	"ipv4":                  func(n int) string { return fmt.Sprintf("192.0.2.%d", 1+n%254) },
	"ipv6":                  func(n int) string { return fmt.Sprintf("2001:db8::%x", n+1) },
	"relative-json-pointer": strconv.Itoa,
	"decimal":               func(n int) string { return fmt.Sprintf("%d.5", n+1) },
	"int64":                 func(n int) string { return strconv.Itoa(n + 1) },
	"int32":                 func(n int) string { return strconv.Itoa(n + 1) },
	"byte":                  func(n int) string { return base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(n))) },
	"base64url":             func(n int) string { return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(n))) },
	"char":                  func(n int) string { return string('a' + rune(n)%26) },
	"regex":                 func(n int) string { return fmt.Sprintf("a{%d}", n) },
}

var sampleTime = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func (m sampler) stringOf(s *spec.Schema) string {
	text, known := m.formatted(s)
	if s.Pattern != "" {
		if matched, ok := m.matched(s, text); ok {
			return matched
		}
	}
	if known {
		return text
	}
	return m.sized(s)
}

// formatted is a text of the format of s.
func (m sampler) formatted(s *spec.Schema) (string, bool) {
	format := s.Format
	if s.ContentEncoding == "base64" {
		format = "byte"
	}
	text, ok := formatSamples[format]
	switch other := others[format]; {
	case !ok || m.nth == 0:
	case other != nil:
		text = other(m.nth)
	default:
		text += strconv.Itoa(m.nth)
	}
	return text, ok
}

// matched is a text that the pattern of s matches and that has its length: the one that is given, if it does, or one that is made.
func (m sampler) matched(s *spec.Schema, text string) (string, bool) {
	re, err := regexp.Compile(s.Pattern)
	if err != nil {
		return "", false
	}
	fits := func(text string) bool {
		n := int64(utf8.RuneCountInString(text))
		return re.MatchString(text) && (s.MinLength == nil || n >= *s.MinLength) && (s.MaxLength == nil || n <= *s.MaxLength)
	}
	if text == "" {
		text = m.sized(s)
	}
	if fits(text) {
		return text, true
	}
	const tries = 300
	const price = 4
	for try := range tries {
		if !m.spend(price) {
			break
		}
		text, ok := matching.Text(s.Pattern, rand.New(rand.NewPCG(uint64(m.nth), uint64(try))), matching.Usual+try/3)
		if ok && fits(text) {
			return text, true
		}
	}
	return "", false
}

// sized is a word of the length that s asks for: of others than the first, the end tells them apart.
func (m sampler) sized(s *spec.Schema) string {
	number := ""
	if m.nth > 0 {
		number = strconv.Itoa(m.nth)
	}
	text := "text" + number
	const longest = 10_000
	if s.MinLength != nil && *s.MinLength > int64(len(text)) {
		text = strings.Repeat("a", int(min(*s.MinLength, longest))-len(number)) + number
	}
	if s.MaxLength != nil && *s.MaxLength < int64(len(text)) {
		most := int(max(*s.MaxLength, 0))
		if number == "" {
			return text[:most]
		}
		return text[len(text)-most:]
	}
	return text
}

// numberOf is 1, or the number nearest to it that the bounds allow; of others the numbers that follow it.
func (m sampler) numberOf(s *spec.Schema) string {
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
		one = step
	}
	apart := new(big.Rat).Mul(one, big.NewRat(int64(m.nth), 1))
	if other := new(big.Rat).Add(n, apart); isBelow(other, s) {
		n = other
	} else {
		n.Sub(n, apart)
	}
	if n.IsInt() {
		return n.RatString()
	}
	const digits = 6
	return strings.TrimRight(n.FloatString(digits), "0")
}

// isBelow tells whether n is within the upper bounds of s.
func isBelow(n *big.Rat, s *spec.Schema) bool {
	high, edge := ratOf(s.Maximum), ratOf(s.ExclusiveMaximum)
	return (high == nil || n.Cmp(high) <= 0) && (edge == nil || n.Cmp(edge) < 0)
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
