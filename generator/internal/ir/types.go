package ir

import (
	"slices"

	"github.com/tornadogen/tornadogen/spec"
)

// typeOf returns the type of s, and whether null is valid beside it.
func (b *builder) typeOf(s *spec.Schema) (t *Type, nullable bool) {
	core, nullable := b.settle(s)
	b.reportNull(s)
	t = b.nodes[core]
	switch {
	case t == nil:
		t = b.newType(core)
	case b.filling[t] && t.Name == "": // an array or a map of itself: only a name can say that
		b.declareAs(t, b.scope.Take(b.nameOf(core)))
	}
	return t, nullable || t.Union != nil && b.nullMember(core) && !b.barsNull(core)
}

// nameOf returns what a schema is called, in components or by its path.
func (b *builder) nameOf(core *spec.Schema) string {
	if name := b.hints[b.origin(core)]; name != "" {
		return name
	}
	return "Value"
}

// newType makes the node of a settled schema. The node is known before it is filled in, so that a ring of schemas ends here.
func (b *builder) newType(core *spec.Schema) *Type {
	origin := b.origin(core)
	t := &Type{Schema: core, Loc: origin.Loc}
	b.nodes[core] = t
	foreign, own := b.foreign(core)
	if foreign != nil {
		t.Kind, t.Own = KindForeign, own
	} else {
		t.Kind = b.kindOf(core)
		b.reportKeywords(core, t.Kind)
	}
	switch t.Kind {
	case KindEnum, KindStruct, KindTuple, KindUnion:
		b.declareAs(t, b.ownName(origin))
	case KindArray, KindMap:
		if b.declared[origin] != "" {
			b.declareAs(t, b.declared[origin])
		}
	default:
		if t.Go = foreign; foreign == nil {
			t.Go = scalars[t.Kind]
		}
		if b.declared[origin] != "" {
			t.AliasOf = t.Go
			b.declareAs(t, b.declared[origin])
		}
	}
	b.fill(t, core)
	return t
}

// ownName returns the declared name of a component, or takes one for a schema in place.
func (b *builder) ownName(origin *spec.Schema) string {
	if name := b.declared[origin]; name != "" {
		return name
	}
	return b.scope.Take(b.nameOf(origin))
}

func (b *builder) declareAs(t *Type, name string) {
	t.Name, t.Go = name, builtin(name)
	t.Doc = typeDoc(name, b.origin(t.Schema))
	b.declare(t, b.origin(t.Schema))
}

func (b *builder) fill(t *Type, core *spec.Schema) {
	switch t.Kind {
	case KindStruct:
		b.fillStruct(t, core)
	case KindTuple:
		b.fillTuple(t, core)
	case KindUnion:
		b.fillUnion(t, core)
	case KindEnum:
		b.fillEnum(t, core)
	case KindArray:
		b.fillArray(t, core)
	case KindMap:
		b.fillMap(t, core)
	case KindJSON:
		t.Values = exactTexts(core)
	case KindBool:
		if values := enumValues(core); len(values) == 1 {
			t.Values = []string{compact(values[0].JSON)}
		}
	case KindString, KindBytes, KindFile:
		t.Rule = b.stringRule(core)
	case KindInt32, KindInt64, KindUint32, KindUint64:
		t.Rule = b.integerRule(core, t.Kind, nil)
	case KindFloat32, KindFloat64, KindDecimal:
		t.Rule = b.floatRule(core, t.Kind)
	case KindAddr:
		t.AddrVersion = 4
		if core.Format == "ipv6" {
			t.AddrVersion = 6
		}
	case KindTime, KindDate, KindTimeOfDay, KindDuration, KindUUID, KindForeign:
	}
}

func (b *builder) fillArray(t *Type, core *spec.Schema) {
	b.filling[t] = true
	t.Elem = b.element(core.Items)
	delete(b.filling, t)
	if t.Name == "" {
		t.Go = sliceOf(t.Elem.Go)
	}
	t.Rule = b.arrayRule(core)
}

func (b *builder) fillMap(t *Type, core *spec.Schema) {
	b.filling[t] = true
	t.Elem = b.element(b.extraSchema(core))
	delete(b.filling, t)
	if t.Name == "" {
		t.Go = mapOf(t.Elem.Go)
	}
	t.Rule = b.objectRule(core)
}

// element returns the use of an item or a value; nil allows anything.
func (b *builder) element(s *spec.Schema) *Use {
	u := b.use(s, false)
	u.Go = u.complete()
	return &u
}

// use returns a place for a value of s; nil allows anything.
func (b *builder) use(s *spec.Schema, optional bool) Use {
	if s == nil {
		return newUse(anyJSON(), optional, false)
	}
	t, nullable := b.typeOf(s)
	return newUse(t, optional, nullable)
}

// anyJSON is the type of what the document says nothing about.
func anyJSON() *Type { return &Type{Kind: KindJSON, Go: scalars[KindJSON]} }

func newUse(t *Type, optional, nullable bool) Use {
	u := Use{Type: t}
	switch {
	case t.Kind == KindJSON && (len(t.Values) == 0 || slices.Contains(t.Values, "null") || !nullable):
		if optional { // null is JSON
			u.Presence = NilAbsent
		}
	case optional && nullable:
		u.Presence = OptNull
	case nullable:
		u.Presence = Null
	case optional && (t.Kind == KindArray || t.Kind == KindMap):
		u.Presence = NilAbsent
	case optional:
		u.Presence = Optional
	}
	return u
}

// extraSchema returns the schema of members that are not declared by name, nil for any: where patterns of names have different
// schemas, it is a union of them. Which name has which is checked beside it.
func (b *builder) extraSchema(s *spec.Schema) *spec.Schema {
	additional := s.AdditionalProperties
	switch {
	case len(s.PatternProperties) == 0:
		return additional
	case matchesAll(s):
		return s.PatternProperties[0].Schema
	case additional == nil || additional.Always:
		return nil
	}
	var kinds []*spec.Schema
	add := func(s *spec.Schema) {
		core, _ := b.settle(s)
		if !core.Never && !slices.ContainsFunc(kinds, func(have *spec.Schema) bool { c, _ := b.settle(have); return c == core || sameScalar(c, core) }) {
			kinds = append(kinds, s)
		}
	}
	for _, p := range s.PatternProperties {
		add(p.Schema)
	}
	add(additional)
	if len(kinds) < 2 {
		return append(kinds, additional)[0]
	}
	if b.extras[s] == nil {
		union := &spec.Schema{Loc: s.Loc, AnyOf: kinds}
		b.extras[s] = union
		b.hints[union] = b.nameOf(s) + "Value"
		b.order[union] = b.order[b.origin(s)]
	}
	return b.extras[s]
}

// sameScalar says whether two schemas demand the same type and nothing else.
func sameScalar(x, y *spec.Schema) bool {
	return len(x.Types) == 1 && slices.Equal(x.Types, y.Types) && x.Nullable == y.Nullable && !constrainsBeyondTypes(x) && !constrainsBeyondTypes(y)
}

// matchesAll says whether the only pattern of s is one that every name matches.
func matchesAll(s *spec.Schema) bool {
	if len(s.PatternProperties) != 1 {
		return false
	}
	switch s.PatternProperties[0].Name {
	case "", ".*", ".+", "^.*$", "^.+$", "^.*", "^.+", ".*$", "^", "$":
		return true
	}
	return false
}
