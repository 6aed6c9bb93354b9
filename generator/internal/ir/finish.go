package ir

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
)

// breakRings sorts the types, and puts pointers where a struct would hold itself: at the field that closes a ring, in the order of the
// document. What has pointers keeps them. Slices, maps and unions need none, as they hold their elements elsewhere.
func (b *builder) breakRings() {
	const (
		open = 1 + iota
		closed
	)
	slices.SortStableFunc(b.pkg.Types, func(x, y *Type) int { return cmp.Compare(b.rank[x], b.rank[y]) })
	state := make(map[*Type]int)
	var visit func(t *Type)
	visit = func(t *Type) {
		state[t] = open
		for _, f := range t.Struct.Fields {
			if f.Type.Struct == nil {
				continue
			}
			switch state[f.Type] {
			case open:
				f.Pointer = true
			case closed:
			default:
				visit(f.Type)
			}
		}
		state[t] = closed
	}
	for _, t := range b.pkg.Types {
		if t.Struct != nil && t.AliasOf == nil && state[t] == 0 {
			visit(t)
		}
	}
}

// collector gathers what the declared types and the operations need: shared codecs and rules, in order of first use.
type collector struct {
	b      *builder
	codecs map[string]*Codec
	rules  map[*Rule]bool
	checks map[*Check]bool
}

func (b *builder) collect() {
	b.nameRules()
	c := &collector{b: b, codecs: make(map[string]*Codec), rules: make(map[*Rule]bool), checks: make(map[*Check]bool)}
	defer c.schemas()
	for _, t := range b.pkg.Types {
		if t.AliasOf == nil {
			c.declared(t)
		}
	}
	if !b.pkg.Server && !b.pkg.Client {
		return
	}
	for _, op := range b.pkg.Every {
		c.operation(op)
	}
}

func (c *collector) declared(t *Type) {
	switch t.Kind {
	case KindStruct, KindTuple:
		for _, f := range t.Struct.Fields {
			c.value(f.Type)
		}
		if t.Struct.Extra != nil {
			c.value(t.Struct.Extra.Elem.Type)
		}
	case KindArray, KindMap:
		c.value(t.Elem.Type)
	case KindUnion:
		for _, m := range t.Union.Members {
			c.value(m.Type)
		}
	default:
	}
	c.demands(t)
}

// demands notes what the value of a type is checked with.
func (c *collector) demands(t *Type) {
	c.rule(t.Rule)
	if check := c.b.checkOf(t); check != nil && !c.checks[check] {
		c.checks[check] = true
		c.b.pkg.Checks = append(c.b.pkg.Checks, check)
	}
}

func (c *collector) rule(r *Rule) {
	if r != nil && !c.rules[r] {
		c.rules[r] = true
		c.b.pkg.Rules = append(c.b.pkg.Rules, r)
	}
}

// isDeclared says whether t is among the declared types, and has methods.
func isDeclared(t *Type) bool { return t.Name != "" && t.AliasOf == nil }

// value notes what a JSON value of t needs.
func (c *collector) value(t *Type) {
	if isDeclared(t) {
		return
	}
	c.demands(t)
	if t.Elem == nil {
		return
	}
	c.value(t.Elem.Type)
	key := typeKey(t)
	codec := c.codecs[key]
	if codec == nil {
		codec = c.b.newCodec(t)
		c.codecs[key] = codec
		c.b.pkg.Codecs = append(c.b.pkg.Codecs, codec)
	}
	t.Codec = codec
}

// schemas completes the set of texts that the checks name.
func (c *collector) schemas() {
	if len(c.checks) == 0 {
		return
	}
	c.b.pkg.Names.Schemas = c.b.scope.Take("schemas")
	c.b.pkg.Schemas = c.b.texts.complete(c.b.pkg.Checks)
}

func (b *builder) newCodec(t *Type) *Codec {
	name := codecName(t)
	if name == "" {
		name = b.nameOf(t.Schema)
	}
	codec := &Codec{Type: t, Decode: b.scope.Take("decode" + name)}
	for _, way := range t.Forms() {
		codec.Append[way] = b.scope.Take([]string{"append", "appendRequest", "appendResponse"}[way] + name)
	}
	return codec
}

// codecName names the codec of a type that nothing is demanded of after its elements: PetSlice, StringMap. "" where a rule
// tells it from others.
func codecName(t *Type) string {
	suffix := ""
	for outermost := t; t.Name == "" && t.Elem != nil; t = t.Elem.Type {
		if t != outermost && t.Check != nil {
			return ""
		}
		if t.Rule != nil || t.Elem.Presence != Plain {
			return ""
		}
		if t.Kind == KindArray {
			suffix = "Slice" + suffix
		} else {
			suffix = "Map" + suffix
		}
	}
	if t.Name != "" {
		return t.Name + suffix
	}
	if t.Rule != nil || t.Check != nil || len(t.Values) > 0 || t.AddrVersion != 0 {
		return ""
	}
	if t.Kind == KindBytes {
		return "Bytes" + suffix
	}
	name := t.Go.String()
	return naming.Part(name[strings.LastIndexByte(name, '.')+1:]) + suffix
}

// typeKey is the same for types that are read and written by the same code.
func typeKey(t *Type) string {
	var key strings.Builder
	for outermost := t; t.Name == "" && t.Elem != nil; t = t.Elem.Type {
		if t != outermost && t.Check != nil { // that of the outermost is made where it is used
			key.WriteString(t.Check.Name + " ")
		}
		key.WriteString([]string{"plain", "absent", "opt", "null", "optnull"}[t.Elem.Presence])
		if t.Kind == KindArray {
			key.WriteString("[]")
		} else {
			key.WriteString("map")
		}
		if t.Rule != nil {
			key.WriteString(t.Rule.Name)
		}
		key.WriteByte(' ')
	}
	key.WriteString(t.Go.String())
	if t.Rule != nil {
		key.WriteString(" " + t.Rule.Name)
	}
	if t.Check != nil && !isDeclared(t) {
		key.WriteString(" " + t.Check.Name)
	}
	return key.String() + " " + strings.Join(t.Values, ",") + " " + string(rune('0'+t.AddrVersion))
}
