package ir

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

func option(i int) string { return "Option" + strconv.Itoa(i+1) }

// nameMember decides what implements the interface of a union: a type that has a name of its own in Go, or a wrapper.
func (b *builder) nameMember(t *Type, m *UnionMember, s *spec.Schema) {
	switch kind := m.Type.Kind; {
	case kind == KindStruct || kind == KindTuple || kind == KindUnion:
		m.Name, m.Pointer = m.Type.Name, true
	case kind == KindEnum:
		m.Name, m.Type.Enum.OwnAppend = m.Type.Name, true
	case (kind == KindArray || kind == KindMap) && m.Type.Name != "":
		m.Name = m.Type.Name
	default:
		m.Wrapped = true
		m.Name = b.scope.Take(naming.Clip(t.Name + b.wrapperPart(t, m.Type, s)))
	}
}

// wrapperPart is what the wrapper of a member adds to the name of its union: the name of the alias that it wraps, the title of
// the schema, or the words of the type.
func (b *builder) wrapperPart(t *Type, of *Type, s *spec.Schema) string {
	switch {
	case of.Name != "":
		return naming.Part(of.Name)
	case s.Title != "" && s.Name == "":
		return naming.Part(s.Title)
	}
	return typePart(t.Name, of)
}

// kindParts are the words for the types that have no name, as JSON Schema and its formats have them.
var kindParts = map[Kind]string{
	KindJSON: "Any", KindString: "String", KindBool: "Boolean", KindInt32: "Integer", KindInt64: "Integer", KindUint32: "Integer",
	KindUint64: "Integer", KindFloat32: "Number", KindFloat64: "Number", KindDecimal: "Decimal", KindTime: "DateTime", KindDate: "Date",
	KindTimeOfDay: "Time", KindDuration: "Duration", KindUUID: "UUID", KindAddr: "IP", KindBytes: "Bytes", KindFile: "File",
}

func typePart(owner string, t *Type) string {
	switch {
	case t.Name != "":
		return strings.TrimSuffix(strings.TrimPrefix(t.Name, owner), "Item")
	case t.Kind == KindArray:
		return typePart(owner, t.Elem.Type) + "Array"
	case t.Kind == KindMap:
		return typePart(owner, t.Elem.Type) + "Map"
	case t.Kind == KindAddr && t.AddrVersion != 0:
		return "IPv" + strconv.Itoa(t.AddrVersion)
	case t.Kind == KindJSON && len(t.Values) > 0:
		return naming.Part(literalType(t.Values[0]))
	case t.Kind == KindForeign:
		return naming.Part(t.Go.Name)
	}
	return kindParts[t.Kind]
}

// kindWords are what comments and messages call the types without a name.
var kindWords = map[Kind]string{
	KindJSON: "any value", KindString: "a string", KindBool: "a boolean", KindInt32: "an integer", KindInt64: "an integer",
	KindUint32: "an integer", KindUint64: "an integer", KindFloat32: "a number", KindFloat64: "a number", KindDecimal: "a number",
	KindTime: "a date-time", KindDate: "a date", KindTimeOfDay: "a time", KindDuration: "a duration", KindUUID: "a UUID",
	KindAddr: "an IP address", KindBytes: "a base64 string", KindFile: "a file", KindArray: "an array", KindMap: "an object",
}

func memberWords(m *UnionMember) string {
	switch {
	case m.Type.Kind == KindForeign:
		return "a " + m.Type.Go.Name
	case m.Type.Kind == KindJSON && len(m.Type.Values) > 0:
		return abridge(strings.Join(m.Type.Values, " or "))
	case m.Wrapped:
		return kindWords[m.Type.Kind]
	case strings.ContainsRune("AEIOU", rune(m.Name[0])):
		return "an " + m.Name
	}
	return "a " + m.Name
}

// pickMembers decides for all unions how their members are told apart. It needs all types.
func (b *builder) pickMembers() {
	for _, t := range b.pkg.Types {
		p := b.pickers[t]
		if p == nil || t.AliasOf != nil {
			continue
		}
		b.pkg.HasUnions = true
		for _, c := range p.all {
			c.types = typesOnWire(c.member.Type)
		}
		p.u.Pick = p.pick(p.all)
		if p.otherwise != nil && !p.followed {
			b.warn(t.Schema.Discriminator.Loc, classUnenforced, "defaultMapping is not followed: it names no member that the discriminator tells from others", "name a member of the union")
		}
		if len(p.u.KeyNames) > 0 {
			p.u.Keys = b.scope.Take(naming.Unexported(t.Name) + "Keys")
		}
		p.fill(p.u.Pick)
	}
}

// fill notes how the members that are told apart by a string carry it.
func (p *picker) fill(pick *Pick) {
	for _, c := range pick.Cases {
		if pick.Kind != PickValue || c.Pick.Kind != PickMember {
			p.fill(c.Pick)
			continue
		}
		m := c.Pick.Member
		if m.Type.Kind != KindStruct || len(m.values) == 0 || m == pick.Otherwise {
			continue
		}
		i := slices.IndexFunc(m.Type.Struct.Fields, func(f *Field) bool { return f.JSON == pick.Key })
		if i < 0 {
			m.Prefix = "{" + quote(pick.Key) + ":" + quote(m.values[0])
			continue
		}
		m.Field = m.Type.Struct.Fields[i]
		m.Field.Selects = true
		m.Fill = discriminatorExpr(m.Field, m.values[0])
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
