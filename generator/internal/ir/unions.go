package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/spec"
)

// judgeUnion decides what a schema with oneOf or anyOf becomes: KindUnion where a discriminator tells structs apart,
// KindStruct where the union only constrains the members that stand beside it, else KindJSON; the latter two with a warning.
func (b *builder) judgeUnion(s *spec.Schema) Kind {
	keyword, members := "oneOf", s.OneOf
	if len(members) == 0 {
		keyword, members = "anyOf", s.AnyOf
	}
	own := *b.withoutUnion(s)
	if len(s.OneOf) > 0 && len(s.AnyOf) > 0 {
		b.untyped(s, "oneOf beside anyOf")
		return KindJSON
	}
	if s.Discriminator != nil {
		fault := b.discriminatorFault(s, members, &own)
		if fault == "" {
			return KindUnion
		}
		b.untyped(s, keyword+" "+fault)
		return KindJSON
	}
	if len(own.Properties) > 0 && b.addsNothing(members, &own) {
		b.unenforced(s, keyword, "the members that stand beside it are typed, their combinations are not checked")
		return KindStruct
	}
	b.untyped(s, keyword+" without a discriminator")
	return KindJSON
}

// addsNothing says whether no member of a union declares a property that own lacks, or is anything but an object.
func (b *builder) addsNothing(members []*spec.Schema, own *spec.Schema) bool {
	for _, m := range members {
		core, _ := b.settle(m)
		types := typesOf(core)
		if isUnion(core) || len(types) > 0 && (len(types) > 1 || types[0] != "object") || !declares(own, core) {
			return false
		}
	}
	return true
}

// declares says whether s has all properties of other.
func declares(s, other *spec.Schema) bool {
	for _, p := range other.Properties {
		if !slices.ContainsFunc(s.Properties, func(own *spec.Property) bool { return own.Name == p.Name }) {
			return false
		}
	}
	return true
}

// discriminatorFault says why a discriminator does not make a union, "" if it does.
func (b *builder) discriminatorFault(s *spec.Schema, members []*spec.Schema, own *spec.Schema) string {
	covered := true
	for _, m := range members {
		core, _ := b.settle(m)
		if isUnion(core) || core.Never || len(core.Enum) > 0 || core.Const != nil || !slices.Equal(typesOf(core), []string{"object"}) {
			return "with a member that is no object with properties"
		}
		if objectKind(core) != KindStruct {
			return "with a member that has no properties"
		}
		if len(b.discriminatorValues(s, core)) == 0 {
			return "with a member that no value of the discriminator selects"
		}
		covered = covered && declares(core, own)
	}
	own.Properties, own.Required = nil, nil
	switch {
	case !covered:
		return "whose members lack the properties that stand beside it"
	case len(own.Types) > 0 && !slices.Contains(own.Types, "object"):
		return "of objects, beside another type"
	case constrainsBeyondTypes(own):
		return "beside other keywords"
	}
	return ""
}

// discriminatorValues returns the values that select a member, in document order. Of two entries for one value the first counts.
func (b *builder) discriminatorValues(s, member *spec.Schema) []string {
	var values []string
	taken := make(map[string]bool)
	for _, v := range s.Discriminator.Mapping {
		if v.Schema == nil || taken[v.Value] {
			continue
		}
		taken[v.Value] = true
		if core, _ := b.settle(v.Schema); core == member {
			values = append(values, v.Value)
		}
	}
	return values
}

// nullMember says whether a member of a union may be null.
func (b *builder) nullMember(s *spec.Schema) bool {
	return slices.ContainsFunc(append(slices.Clone(s.OneOf), s.AnyOf...), func(m *spec.Schema) bool {
		_, nullable := b.settle(m)
		return nullable
	})
}

func (b *builder) fillUnion(t *Type, s *spec.Schema) {
	u := &Union{
		Interface: b.scope.Take(t.Name + "Value"), Marker: "is" + t.Name, Discriminator: s.Discriminator.PropertyName,
	}
	t.Union = u
	members := s.OneOf
	if len(members) == 0 {
		members = s.AnyOf
	}
	for _, m := range members {
		core, _ := b.settle(m)
		mt, _ := b.typeOf(m)
		if slices.ContainsFunc(u.Members, func(have *UnionMember) bool { return have.Type == mt }) {
			continue
		}
		u.Members = append(u.Members, &UnionMember{Type: mt, Values: b.discriminatorValues(s, core)})
	}
	names := make([]string, len(u.Members))
	for i, m := range u.Members {
		names[i] = "*" + m.Type.Name
	}
	u.Doc = u.Interface + " is implemented by " + enumerate(names, "and") + "."
	if s.Description == "" && b.origin(s).Title == "" {
		for i := range names {
			names[i] = names[i][1:]
		}
		t.Doc = t.Name + " is a " + enumerate(names, "or") + ", told apart by " + quote(u.Discriminator) + "."
	}
}

func enumerate(names []string, last string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + last + " " + names[len(names)-1]
}

// fillDiscriminators notes how each member of a union carries its discriminator. It needs the fields of all structs.
func (b *builder) fillDiscriminators(t *Type) {
	for _, m := range t.Union.Members {
		value := m.Values[0]
		for _, f := range m.Type.Struct.Fields {
			if f.JSON == t.Union.Discriminator {
				m.Field = f
			}
		}
		if m.Field == nil {
			m.Prefix = "{" + quote(t.Union.Discriminator) + ":" + quote(value)
			continue
		}
		m.Fill = discriminatorExpr(m.Field, value)
	}
}

// discriminatorExpr returns the value of a string or of an enum that has it, nil for other fields.
func discriminatorExpr(f *Field, value string) *Expr {
	switch {
	case f.Type.Kind == KindString:
		return stringExpr(value)
	case f.Type.Kind == KindEnum && f.Type.Enum.Var != "":
		for _, v := range f.Type.Enum.Values {
			if v.Text == value {
				return nameExpr(builtin(v.Name))
			}
		}
	}
	return nil
}
