package ir

import (
	"strconv"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// fillTuple makes the fields of an array whose first items have schemas of their own: V0, V1, and Rest for those behind.
func (b *builder) fillTuple(t *Type, s *spec.Schema) {
	st := &Struct{OwnJSON: true}
	t.Struct = st
	t.Rule = b.arrayRule(s)
	for i, item := range s.PrefixItems {
		required := s.MinItems != nil && int64(i) < *s.MinItems
		name := "V" + strconv.Itoa(i)
		f := &Field{
			Source: &spec.Property{Loc: item.Loc, Name: strconv.Itoa(i), Schema: item}, Name: name, JSON: strconv.Itoa(i), Tag: "-", Required: required,
			Use: b.use(item, !required),
		}
		if item.Name == "" {
			f.Doc = describe(name, item.Description)
			if f.Doc == "" {
				f.Doc = describe(name, item.Title)
			}
		}
		st.Fields = append(st.Fields, f)
		b.uses = append(b.uses, &f.Use)
	}
	if s.Items != nil && s.Items.Never || s.MaxItems != nil && *s.MaxItems <= int64(len(s.PrefixItems)) {
		return
	}
	elem := b.element(s.Items)
	st.Extra = &Extra{Name: "Rest", Doc: "Rest are the items behind.", Elem: elem, Go: sliceOf(elem.Go)}
}

// joinTuples returns what the items at the beginning of an array have to be by two schemas.
func (b *builder) joinTuples(x, y *spec.Schema, name string) []*spec.Schema {
	var out []*spec.Schema
	for i := range max(len(x.PrefixItems), len(y.PrefixItems)) {
		out = append(out, b.join(itemAt(x, i), itemAt(y, i), name+naming.Part("V"+strconv.Itoa(i))))
	}
	return out
}

// itemAt returns the schema of the item at a position, nil for any.
func itemAt(s *spec.Schema, i int) *spec.Schema {
	if i < len(s.PrefixItems) {
		return s.PrefixItems[i]
	}
	return s.Items
}
