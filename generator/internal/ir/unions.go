package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// judgeUnion decides what a schema with oneOf or anyOf becomes: KindUnion, or KindStruct where the union only constrains the
// members that stand beside it.
func (b *builder) judgeUnion(s *spec.Schema) Kind {
	own := b.withoutUnion(s)
	for _, u := range b.unionsOf(s) {
		if len(own.Properties) == 0 || u.discriminator != nil || !b.addsNothing(u.members, own) {
			return KindUnion
		}
	}
	return KindStruct
}

// alternatives is one oneOf or anyOf.
type alternatives struct {
	keyword       string
	members       []*spec.Schema
	discriminator *spec.Discriminator
}

// unionsOf returns the unions that a settled schema has: oneOf, anyOf, and those that allOf has brought together.
func (b *builder) unionsOf(s *spec.Schema) []alternatives {
	var all []alternatives
	add := func(s *spec.Schema) {
		d := s.Discriminator
		if len(s.OneOf) > 0 {
			all = append(all, alternatives{"oneOf", s.OneOf, d})
			d = nil
		}
		if len(s.AnyOf) > 0 {
			all = append(all, alternatives{"anyOf", s.AnyOf, d})
		}
	}
	add(s)
	for _, other := range b.others[s] {
		add(other)
	}
	return all
}

// addsNothing says whether no member of a union declares a property that own lacks, gives one another shape, or is anything but an
// object.
func (b *builder) addsNothing(members []*spec.Schema, own *spec.Schema) bool {
	for _, m := range members {
		core, _ := b.settle(m)
		types := typesOf(core)
		if isUnion(core) || len(types) > 0 && (len(types) > 1 || types[0] != "object") || !declares(own, core) {
			return false
		}
		for _, p := range core.Properties {
			if shaped, _ := b.settle(p.Schema); propertyOf(own, p.Name).Schema != p.Schema && hasShape(shaped) {
				return false
			}
		}
	}
	return true
}

// hasShape says whether s describes what stands inside of its values.
func hasShape(s *spec.Schema) bool {
	return constrainsObjects(s) || s.Items != nil || len(s.PrefixItems) > 0 || isUnion(s)
}

// declares says whether s has all properties of other.
func declares(s, other *spec.Schema) bool {
	for _, p := range other.Properties {
		if propertyOf(s, p.Name) == nil {
			return false
		}
	}
	return true
}

// covers says whether s demands all that own does.
func (b *builder) covers(s, own *spec.Schema) bool {
	rest := *own
	rest.Properties, rest.Required = nil, nil
	if constrains(&rest) && !onlyRestates(&rest, s) {
		return false
	}
	for _, name := range own.Required {
		if !slices.Contains(s.Required, name) {
			return false
		}
	}
	for _, p := range own.Properties {
		same := propertyOf(s, p.Name)
		if same == nil {
			return false
		}
		have, core := same.Schema, p.Schema
		if have == core {
			continue
		}
		mine, _ := b.settle(have)
		if core, _ = b.settle(core); mine != core && constrains(core) && !onlyRestates(core, mine) {
			return false
		}
	}
	return true
}

// discriminatorValues returns the values that select a member, in document order.
func (b *builder) discriminatorValues(d *spec.Discriminator, member *spec.Schema) []string {
	core, _ := b.settle(member)
	return b.statedValues(core, d.PropertyName, b.selecting(d, member), make(map[*spec.Schema]bool))
}

// selecting returns the values that the mapping has for a member. Of two entries for one value the first counts.
func (b *builder) selecting(d *spec.Discriminator, member *spec.Schema) []string {
	core, _ := b.settle(member)
	var values []string
	taken := make(map[string]bool)
	for _, v := range d.Mapping {
		if v.Schema == nil || taken[v.Value] {
			continue
		}
		taken[v.Value] = true
		if selected, _ := b.settle(v.Schema); v.Schema == member || selected == core {
			values = append(values, v.Value)
		}
	}
	return values
}

// statedValues returns which of the values that select a member it allows by its own words; if these are others altogether,
// they count.
func (b *builder) statedValues(core *spec.Schema, name string, values []string, seen map[*spec.Schema]bool) []string {
	if seen[core] {
		return values
	}
	seen[core] = true
	if isUnion(core) {
		var inner []string
		for _, u := range b.unionsOf(core) {
			for _, m := range u.members {
				member, _ := b.settle(m)
				var selected []string
				if u.discriminator != nil && u.discriminator.PropertyName == name {
					selected = b.selecting(u.discriminator, m)
				}
				stated := b.statedValues(member, name, selected, seen)
				if len(stated) == 0 {
					return values
				}
				inner = append(inner, stated...)
			}
		}
		return unique(inner)
	}
	p := propertyOf(core, name)
	if p == nil {
		return values
	}
	stated := b.stringConstants(p.Schema)
	if len(stated) == 0 {
		return values
	}
	if both := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !slices.Contains(stated, v) }); len(both) > 0 {
		return both
	}
	return stated
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// fillUnion makes the members of t. How they are told apart is decided once all types are there: see pickMembers.
func (b *builder) fillUnion(t *Type, s *spec.Schema) {
	u := &Union{Interface: b.scope.Take(t.Name + "Value"), Marker: "is" + t.Name}
	t.Union = u
	p := &picker{b: b, u: u, of: s}
	b.pickers[t] = p
	which, own := b.varying(s)
	u.Keyword, p.exactly = which.keyword, which.keyword == "oneOf"
	if which.discriminator != nil {
		p.by = which.discriminator.PropertyName
		if which.discriminator.Default != nil {
			p.otherwise, _ = b.settle(which.discriminator.Default)
		}
	}
	impossible := b.impossible(s, which.members)
	for i, m := range which.members {
		if impossible[m] {
			continue
		}
		variant := b.variant(s, m, own, t.Name+memberPart(m, i))
		mt, _ := b.typeOf(variant)
		if have := slices.IndexFunc(p.all, func(have *candidate) bool { return have.member.Type == mt }); have >= 0 {
			if which.keyword == "oneOf" {
				p.same(p.all[have], &candidate{source: m, index: i})
			}
			continue
		}
		core, _ := b.settle(variant)
		p.exactly = p.exactly && !core.Broken // what it was to refuse is not known
		member := &UnionMember{Type: mt}
		if which.discriminator != nil {
			member.values = b.discriminatorValues(which.discriminator, m)
		}
		b.nameMember(t, member, m)
		u.Members = append(u.Members, member)
		p.all = append(p.all, &candidate{member: member, core: core, source: m, index: i})
	}
	b.describeUnion(t, s)
}

// varying returns the union of s whose members are its variants, and what else s demands of all of them.
func (b *builder) varying(s *spec.Schema) (which alternatives, own *spec.Schema) {
	all := b.unionsOf(s)
	switch {
	case isParent(s):
		return b.family(s), nil
	case len(all) == 0:
		return b.typeList(s), nil
	}
	own = b.withoutUnion(s)
	if len(all) == 1 {
		return all[0], own
	}
	rest := *own
	others := all[1:]
	for _, u := range others {
		part := &spec.Schema{Loc: s.Loc}
		if u.keyword == "oneOf" {
			part.OneOf = u.members
		} else {
			part.AnyOf = u.members
		}
		part.Discriminator = u.discriminator
		rest.AllOf = append(rest.AllOf, part)
	}
	return all[0], &rest
}

// typeList returns what a list of types comes to: one member for each type, with the keywords of s that are about it.
func (b *builder) typeList(s *spec.Schema) alternatives {
	out := alternatives{keyword: "type"}
	for _, name := range s.Types {
		if name == "integer" && slices.Contains(s.Types, "number") {
			continue
		}
		m := *s
		m.Name, m.Ref, m.Title, m.Description, m.Default, m.Examples, m.Extensions = "", "", "", "", nil, nil, nil
		m.Types, m.Nullable, m.Unenforced = []string{name}, false, nil
		if name != "string" {
			m.Format = ""
		}
		b.hints[&m] = b.nameOf(s) + naming.Part(name)
		b.order[&m] = b.order[b.origin(s)]
		out.members = append(out.members, &m)
	}
	return out
}

// Bounds of unions whose members are unions of members and so on, each merged with what stands beside all of them.
const (
	maxVariantDepth = 4
	maxVariants     = 10_000
)

// variant returns a member of the union s together with what stands beside the union.
func (b *builder) variant(s, m, own *spec.Schema, name string) *spec.Schema {
	if own == nil || !constrains(own) {
		return m
	}
	core, _ := b.settle(m)
	if b.covers(core, own) {
		return m
	}
	depth := b.variants[b.origin(s)] + 1
	if depth > maxVariantDepth || len(b.variants) >= maxVariants {
		b.warn(s.Loc, classUnenforced, "what stands beside the union is not enforced: unions are nested too deeply in one another",
			"merge them in the document")
		return m
	}
	joined := b.join(own, m, name)
	b.variants[joined] = depth
	return joined
}

// memberPart is what a member of a union adds to the name of the union.
func memberPart(m *spec.Schema, i int) string {
	switch {
	case m.Name != "":
		return naming.Part(nameOr(m.Extensions, m.Name))
	case m.Title != "":
		return naming.Part(m.Title)
	}
	return option(i)
}

// describeUnion completes the comments and the words of refusal.
func (b *builder) describeUnion(t *Type, s *spec.Schema) {
	u := t.Union
	var held, plain, wrapped []string
	for _, m := range u.Members {
		name := m.Name
		if m.Pointer {
			name = "*" + name
		}
		held = append(held, name)
		plain = append(plain, memberWords(m))
		if m.Wrapped {
			wrapped = append(wrapped, m.Name)
		}
	}
	u.Doc = u.Interface + " is implemented by " + enumerate(held, "and") + "."
	plain = unique(plain)
	u.Fault = "must be " + enumerate(plain, "or")
	if len(wrapped) > 0 {
		u.Wrappers = "What a " + t.Name + " holds."
	}
	if s.Description == "" && b.origin(s).Title == "" {
		t.Doc = t.Name + " is " + enumerate(plain, "or") + "."
		if by := b.pickers[t].by; by != "" {
			t.Doc = strings.TrimSuffix(t.Doc, ".") + ", told apart by " + quote(by) + "."
		}
	}
}

func enumerate(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}

func join(names []string) string { return strings.Join(names, ", ") }
