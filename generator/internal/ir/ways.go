package ir

import (
	"iter"
	"slices"
)

// omitted says whether a field is left out on a way.
func (f *Field) omitted(way Way) bool {
	return way == ToServer && f.ReadOnly && !f.Selects || way == ToClient && f.WriteOnly
}

// markPartial finds the types of which something is left out in requests and in answers.
func (b *builder) markPartial() {
	lacking := [3]map[*Type]bool{ToServer: b.lacking(ToServer), ToClient: b.lacking(ToClient)}
	mark := func(t *Type, way Way) {
		if len(lacking[way]) > 0 {
			markBelow(t, way, lacking[way])
		}
	}
	defer b.agreeOnForms()
	for _, op := range b.pkg.Every {
		if s := op.Socket; s != nil && b.pkg.Client && s.Receive.Kind == MessageJSON {
			mark(s.Receive.Type, ToServer)
		}
		if s := op.Socket; s != nil && b.pkg.Server && s.Send.Kind == MessageJSON {
			mark(s.Send.Type, ToClient)
		}
		if b.pkg.Client {
			for _, p := range op.Request.Params {
				mark(p.Type, ToServer)
			}
			if op.Request.Body != nil {
				for _, c := range op.Request.Body.Variants {
					switch c.Shape {
					case BodyTyped:
						mark(c.Type, ToServer)
					case BodyItems, BodyFeed, BodyForm:
						if c.Item != nil {
							mark(c.Item.Type, ToServer)
						}
					default:
					}
				}
			}
		}
		if !b.pkg.Server {
			continue
		}
		for _, c := range op.Cases {
			for _, a := range c.Answers {
				for _, h := range a.Headers {
					mark(h.Type, ToClient)
				}
				if a.Content != nil && a.Content.Shape.carriesType() {
					mark(a.Content.Type, ToClient)
				}
			}
		}
	}
}

// agreeOnForms makes arrays and maps that are the same in Go have the same forms, as they may share a codec.
func (b *builder) agreeOnForms() {
	shared := make(map[string][3]bool)
	for _, t := range b.nodes {
		if t.Name != "" || t.Elem == nil {
			continue
		}
		forms := shared[t.Go.String()]
		for way := range forms {
			forms[way] = forms[way] || t.Partial[way]
		}
		shared[t.Go.String()] = forms
	}
	for _, t := range b.nodes {
		if t.Name == "" && t.Elem != nil {
			t.Partial = shared[t.Go.String()]
		}
	}
}

// lacking returns the types of which something is left out on a way, here or below.
func (b *builder) lacking(way Way) map[*Type]bool {
	found := make(map[*Type]bool)
	for changed := true; changed; {
		changed = false
		for _, t := range b.nodes {
			if found[t] {
				continue
			}
			lacks := t.Struct != nil && slices.ContainsFunc(t.Struct.Fields, func(f *Field) bool { return f.omitted(way) })
			for part := range parts(t) {
				lacks = lacks || found[part]
			}
			if lacks {
				found[t], changed = true, true
			}
		}
	}
	return found
}

// markBelow marks t and what it is made of.
func markBelow(t *Type, way Way, lacking map[*Type]bool) {
	if !lacking[t] || t.Partial[way] {
		return
	}
	t.Partial[way] = true
	for part := range parts(t) {
		markBelow(part, way, lacking)
	}
}

// parts yields the types that stand in t.
func parts(t *Type) iter.Seq[*Type] {
	return func(yield func(*Type) bool) {
		switch {
		case t.Elem != nil:
			yield(t.Elem.Type)
		case t.Union != nil:
			for _, m := range t.Union.Members {
				if !yield(m.Type) {
					return
				}
			}
		case t.Struct != nil:
			for _, f := range t.Struct.Fields {
				if !yield(f.Type) {
					return
				}
			}
			if t.Struct.Extra != nil {
				yield(t.Struct.Extra.Elem.Type)
			}
		}
	}
}
