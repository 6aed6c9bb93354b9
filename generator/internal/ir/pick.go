package ir

import (
	"slices"
	"strconv"

	"github.com/tornadogen/tornadogen/spec"
)

// candidate is a member of a union while it is decided how to tell it from the others.
type candidate struct {
	member *UnionMember
	core   *spec.Schema
	source *spec.Schema // the member as the union has it
	index  int          // among the members of the union
	types  []string     // of JSON, as tornado.Decoder.Type names them
}

// picker decides how the members of one union are told apart.
type picker struct {
	b *builder
	u *Union
	// of is the settled schema of the union.
	of *spec.Schema
	// by is the discriminator of the document, "" for none.
	by string
	// otherwise is the schema for a value that the discriminator selects nothing for, nil for none.
	otherwise *spec.Schema
	followed  bool // otherwise is among the cases
	exactly   bool
	all       []*candidate
}

// jsonTypes are the types of JSON in the order of their cases.
var jsonTypes = []string{"object", "array", "string", "number", "boolean"}

// typesOnWire returns the types of JSON that values of t may have, null left out.
func typesOnWire(t *Type) []string { return unseenOnWire(t, make(map[*Type]bool)) }

// unseenOnWire is typesOnWire for those of the unions below t that were not looked at before: unions share members, and hold one another.
func unseenOnWire(t *Type, seen map[*Type]bool) []string {
	switch t.Kind {
	case KindStruct, KindMap:
		return []string{"object"}
	case KindArray, KindTuple:
		return []string{"array"}
	case KindBool:
		return []string{"boolean"}
	case KindInt32, KindInt64, KindUint32, KindUint64, KindFloat32, KindFloat64, KindDecimal:
		return []string{"number"}
	case KindEnum:
		if t.Enum == nil || t.Enum.Base != KindString {
			return []string{"number"}
		}
		return []string{"string"}
	case KindUnion:
		seen[t] = true
		var all []string
		for _, m := range t.Union.Members {
			if !seen[m.Type] {
				all = append(all, unseenOnWire(m.Type, seen)...)
			}
		}
		return slices.DeleteFunc(slices.Clone(jsonTypes), func(name string) bool { return !slices.Contains(all, name) })
	case KindForeign:
		if types := typesOf(t.Schema); len(types) > 0 {
			return slices.DeleteFunc(slices.Clone(jsonTypes), func(name string) bool {
				return !slices.ContainsFunc(types, func(t string) bool { return wireType(t) == name })
			})
		}
		return jsonTypes
	case KindJSON:
		if len(t.Values) == 0 {
			return jsonTypes
		}
		return slices.DeleteFunc(slices.Clone(jsonTypes), func(name string) bool {
			return !slices.ContainsFunc(t.Values, func(text string) bool { return wireType(literalType(text)) == name })
		})
	}
	return []string{"string"}
}

// wireType is the JSON type of a type of JSON Schema.
func wireType(name string) string {
	if name == "integer" {
		return "number"
	}
	return name
}

// pick decides between candidates, of which there is at least one.
func (p *picker) pick(all []*candidate) *Pick {
	if len(all) == 1 {
		return &Pick{Kind: PickMember, Member: all[0].member}
	}
	out := &Pick{Kind: PickType, Keyword: p.u.Keyword, Fault: p.u.Fault}
	open := out.sort(jsonTypes, all, func(i int) []string { return all[i].types })
	if len(open) == 1 {
		return p.pickAlike(open[0])
	}
	for i, takes := range open {
		out.Cases[i].Pick = p.pickAlike(takes)
	}
	return out
}

// sort makes a case for each set of candidates that labels lead to, those that labelsOf gives for each, and returns the sets.
func (out *Pick) sort(labels []string, all []*candidate, labelsOf func(i int) []string) (open [][]*candidate) {
	for _, label := range labels {
		var takes []*candidate
		for i, c := range all {
			if slices.Contains(labelsOf(i), label) {
				takes = append(takes, c)
			}
		}
		if len(takes) == 0 {
			continue
		}
		if i := slices.IndexFunc(open, func(have []*candidate) bool { return slices.Equal(have, takes) }); i >= 0 {
			out.Cases[i].Labels = append(out.Cases[i].Labels, label)
			continue
		}
		open = append(open, takes)
		out.Cases = append(out.Cases, &PickCase{Labels: []string{label}})
	}
	return open
}

// pickAlike decides between candidates that have the same types in JSON.
func (p *picker) pickAlike(all []*candidate) *Pick {
	if len(all) == 1 {
		return &Pick{Kind: PickMember, Member: all[0].member}
	}
	if !slices.ContainsFunc(all, func(c *candidate) bool { return !slices.Equal(c.types, []string{"object"}) }) {
		if out := p.pickValue(all); out != nil {
			return out
		}
	}
	return p.try(all)
}

// maxNamed is how many values a message names.
const maxNamed = 20

// pickValue tells objects apart by the strings that one member may have, nil where there is no such member.
func (p *picker) pickValue(all []*candidate) *Pick {
	key, values := p.by, make([][]string, len(all))
	for i, c := range all {
		values[i] = c.member.values
	}
	if key == "" || slices.ContainsFunc(values, func(v []string) bool { return len(v) == 0 }) {
		telling, texts := p.telling(all)
		p.reportPartial(all, telling)
		if key, values = telling, texts; key == "" {
			return nil
		}
	}
	out := &Pick{Kind: PickValue, Key: key, Keyword: p.u.Keyword}
	if key == p.by {
		out.Keyword = "discriminator"
		if i := slices.IndexFunc(all, func(c *candidate) bool { return c.core == p.otherwise }); i >= 0 {
			out.Otherwise, p.followed = all[i].member, true
		}
	}
	names := labelled(all, values)
	out.Fault = key + " must be one of " + join(names[:min(len(names), maxNamed)])
	if len(names) > maxNamed {
		out.Fault += " and " + strconv.Itoa(len(names)-maxNamed) + " others"
	}
	open := out.sort(names, all, func(i int) []string { return values[i] })
	if len(open) == 1 {
		if key == p.by {
			p.reportUseless()
		}
		return nil
	}
	for i, takes := range open {
		if len(takes) == 1 {
			out.Cases[i].Pick = &Pick{Kind: PickMember, Member: takes[0].member}
		} else {
			out.Cases[i].Pick = p.try(takes)
		}
	}
	return out
}

// labelled notes the values that select each candidate, and returns all of them, each once.
func labelled(all []*candidate, values [][]string) (names []string) {
	for i, c := range all {
		c.member.values = values[i]
		for _, v := range values[i] {
			if !slices.Contains(names, v) {
				names = append(names, v)
			}
		}
	}
	return names
}

// telling returns a member that all candidates require, with strings that are constants and not the same for all, and those
// strings; "" for none.
func (p *picker) telling(all []*candidate) (key string, values [][]string) {
	first := all[0].core
	for _, name := range first.Required {
		values = values[:0]
		for _, c := range all {
			texts := p.b.constantTexts(c.core, name)
			if len(texts) == 0 {
				break
			}
			values = append(values, texts)
		}
		if len(values) == len(all) && slices.ContainsFunc(values, func(v []string) bool { return !slices.Equal(v, values[0]) }) {
			return name, values
		}
	}
	return "", nil
}

// constantTexts returns the strings that a required member of an object may have, nil where these are not stated.
func (b *builder) constantTexts(s *spec.Schema, name string) []string {
	p := propertyOf(s, name)
	if p == nil || !slices.Contains(s.Required, name) {
		return nil
	}
	return b.stringConstants(p.Schema)
}

// stringConstants returns the strings that are the only values of s, nil where there are others.
func (b *builder) stringConstants(s *spec.Schema) []string {
	core, nullable := b.settle(s)
	values := enumValues(core)
	if nullable || len(values) == 0 {
		return nil
	}
	var texts []string
	for _, v := range values {
		text, ok := textOf(v.JSON)
		if !ok {
			return nil
		}
		texts = append(texts, text)
	}
	return texts
}

// try tells candidates apart by reading a value as each of them, once those are out whose required members it lacks.
func (p *picker) try(all []*candidate) *Pick {
	if p.exactly {
		if all = p.distinct(all); len(all) == 1 {
			return &Pick{Kind: PickMember, Member: all[0].member}
		}
	}
	out := &Pick{Kind: PickTry, Exactly: p.exactly, Keyword: p.u.Keyword, Fault: p.u.Fault}
	if p.exactly {
		out.Fault += ", and no more than one of them"
	}
	needs := make([][]string, len(all))
	for i, c := range all {
		needs[i] = p.b.certain(c)
	}
	for i, c := range all {
		t := &PickTrial{Member: c.member}
		for _, name := range needs[i] {
			if slices.ContainsFunc(needs, func(other []string) bool { return !slices.Contains(other, name) }) {
				t.Needs |= p.key(name)
			}
		}
		out.UsesKeys = out.UsesKeys || t.Needs != 0
		out.Tries = append(out.Tries, t)
	}
	return out
}

// key returns the bit of a member name, zero where there are too many.
func (p *picker) key(name string) uint64 {
	i := slices.Index(p.u.KeyNames, name)
	if i < 0 {
		if i = len(p.u.KeyNames); i == maxSeen {
			return 0
		}
		p.u.KeyNames = append(p.u.KeyNames, name)
	}
	return 1 << i
}

// certain returns the members that an object of a candidate has in any case, in requests and answers.
func (b *builder) certain(c *candidate) []string {
	if c.member.Type.Kind != KindStruct {
		return nil
	}
	var names []string
	for _, name := range c.core.Required {
		if p := propertyOf(c.core, name); p != nil {
			core, _ := b.settle(p.Schema)
			direction := func(s *spec.Schema) bool { return s.ReadOnly || s.WriteOnly }
			if direction(core) || says(p.Schema, direction) {
				continue
			}
		}
		names = append(names, name)
	}
	return names
}
