package ir

import (
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// styles are the names of the runtime's constants, without and with explode.
var styles = map[string][2]string{
	"simple": {"Simple", "SimpleExplode"}, "label": {"Label", "LabelExplode"}, "matrix": {"Matrix", "MatrixExplode"},
	"form": {"Form", "FormExplode"}, "spaceDelimited": {"SpaceDelimited", "FormExplode"},
	"pipeDelimited": {"PipeDelimited", "FormExplode"}, "tabDelimited": {"TabDelimited", "FormExplode"},
	"deepObject": {"DeepObject", "DeepObject"},
}

func styleOf(p *spec.Parameter) string {
	pair, ok := styles[p.Style]
	switch {
	case !ok && (p.In == spec.InPath || p.In == spec.InHeader):
		pair = styles["simple"]
	case !ok:
		pair = styles["form"]
	}
	if p.Explode {
		return pair[1]
	}
	return pair[0]
}

// param plans a parameter or a header; nil where it has no form that could be read.
func (b *builder) param(p *spec.Parameter) *Param {
	out := &Param{Source: p, Wire: p.Name, In: p.In, Style: styleOf(p), Required: p.Required}
	switch {
	case p.ContentType != "" && !isJSON(mediaType(p.ContentType)):
		out.Type = textType()
		b.textContent(p)
	case p.ContentType != "":
		out.Kind = ParamJSON
		out.Use = b.use(p.Schema, false)
	default:
		t, _ := b.typeOf(p.Schema)
		if out.Type = t; !b.shape(out, t) {
			return nil
		}
	}
	out.Use = newUse(out.Type, !p.Required, false) // null has no form in text
	out.Go = out.complete()
	if !p.Required {
		out.Default = b.defaultOf(p.Schema, out.Type)
	}
	return out
}

// textContent warns of the schema of a parameter whose content nobody reads: it arrives as text.
func (b *builder) textContent(p *spec.Parameter) {
	if s := p.Schema; s != nil && !s.Always && !slices.Equal(s.Types, []string{"string"}) {
		b.warn(p.Loc, classUnenforced, "the schema of the parameter "+quote(p.Name)+" is not enforced: content of "+p.ContentType+" arrives as text",
			"check it in the handler, or give it content application/json")
	}
}

// objectKeywords warns of what the schema of an object demands as a whole and the members of a parameter are not checked for.
func (b *builder) objectKeywords(p *Param, s *spec.Schema) {
	if s == nil {
		return
	}
	const why = "of a parameter that is an object, each member is checked by itself"
	if s.MinProperties != nil {
		b.unenforced(s, "minProperties", why)
	}
	if s.MaxProperties != nil {
		b.unenforced(s, "maxProperties", why)
	}
	switch extra := s.AdditionalProperties; {
	case extra == nil:
	case extra.Never:
		b.unenforced(s, "additionalProperties", why+"; others are ignored")
	case p.Kind == ParamFlat:
		b.unenforced(s, "additionalProperties", "members that are not declared would be parameters of any name; they are ignored")
	}
}

// ofTexts says whether all members of a union are scalars, or arrays of them.
func ofTexts(t *Type) bool {
	return !slices.ContainsFunc(t.Union.Members, func(m *UnionMember) bool {
		kind := m.Type.Kind
		return !isScalar(kind) && kind != KindJSON && (kind != KindArray || !isScalar(m.Type.Elem.Type.Kind))
	})
}

func textType() *Type { return &Type{Kind: KindString, Go: scalars[KindString]} }

// shape decides how text becomes a value of t, and puts another type in its place where that is text itself.
func (b *builder) shape(p *Param, t *Type) bool {
	switch t.Kind {
	case KindArray:
		p.Kind = ParamArray
		b.shapeArray(p, t)
	case KindMap:
		return b.shapeMap(p, t)
	case KindStruct:
		b.shapeStruct(p, t)
	case KindUnion:
		if !ofTexts(t) {
			p.Kind = ParamJSON
			b.asJSON(p, p.Wire)
			break
		}
		b.untyped(t.Schema, "a parameter of several types")
		b.shapeUntyped(p, t)
	case KindJSON:
		b.shapeUntyped(p, t)
	default:
		p.Style = scalarStyle(p.Style)
	}
	return true
}

// scalarStyle is the style of a single value: the delimiters of the others are for many.
func scalarStyle(style string) string {
	switch style {
	case "SpaceDelimited", "PipeDelimited", "TabDelimited", "DeepObject":
		return "Form"
	}
	return style
}

// shapeUntyped takes a parameter without a Go type as text, and as a list of texts where it may be an array.
func (b *builder) shapeUntyped(p *Param, t *Type) {
	if t.Const != "" && t.Const != "null" {
		p.Kind, p.Style = ParamJSON, scalarStyle(p.Style)
		return
	}
	p.Type = textType()
	if t.Schema != nil && b.mayBeArray(t.Schema) {
		p.Kind = ParamArray
		p.Type = textArray(nil)
		b.arrayStyle(p)
		return
	}
	p.Style = scalarStyle(p.Style)
}

func textArray(rule *Rule) *Type {
	elem := &Use{Type: textType(), Go: scalars[KindString]}
	return &Type{Kind: KindArray, Go: sliceOf(elem.Go), Elem: elem, Rule: rule}
}

func (b *builder) mayBeArray(s *spec.Schema) bool {
	return slices.Contains(s.Types, "array") || slices.ContainsFunc(append(slices.Clone(s.OneOf), s.AnyOf...), func(m *spec.Schema) bool {
		core, _ := b.settle(m)
		return slices.Contains(typesOf(core), "array")
	})
}

func (b *builder) shapeArray(p *Param, t *Type) {
	b.arrayStyle(p)
	switch kind := t.Elem.Type.Kind; {
	case kind == KindJSON && t.Elem.Type.Const == "":
		p.Type = textArray(t.Rule)
	case !isScalar(kind):
		p.Item = ParamJSON
		b.asJSON(p, "an item of "+p.Wire)
	}
}

// arrayStyle settles deepObject for arrays, which the standard leaves open: name[]=a&name[]=b is what clients send.
func (b *builder) arrayStyle(p *Param) {
	if p.Style == "DeepObject" {
		b.warn(p.Source.Loc, classStyle, "deepObject is not defined for arrays; "+p.Wire+"[]=a&"+p.Wire+"[]=b is read", "use style form")
		p.Style, p.Wire = "FormExplode", p.Wire+"[]"
	}
}

func (b *builder) shapeMap(p *Param, t *Type) bool {
	if p.Style == "FormExplode" || p.Style == "DeepObject" {
		b.warn(p.Source.Loc, classParameter, "the parameter "+quote(p.Wire)+" is an object without declared properties, whose members would be "+
			"parameters of any name; it is left out", "declare its properties, or give it content application/json")
		return false
	}
	p.Kind = ParamMap
	b.objectKeywords(p, t.Schema)
	switch kind := t.Elem.Type.Kind; {
	case kind == KindJSON && t.Elem.Type.Const == "":
		elem := &Use{Type: textType(), Go: scalars[KindString]}
		p.Type = &Type{Kind: KindMap, Go: mapOf(elem.Go), Elem: elem, Rule: t.Rule}
	case !isScalar(kind):
		p.Item = ParamJSON
		b.asJSON(p, "a member of "+p.Wire)
	}
	return true
}

func (b *builder) shapeStruct(p *Param, t *Type) {
	p.Kind = ParamMembers
	if p.Style == "FormExplode" || p.Style == "DeepObject" {
		p.Kind = ParamFlat
	}
	b.objectKeywords(p, t.Schema)
	for _, f := range t.Struct.Fields {
		p.Members = append(p.Members, b.paramMember(p, f))
	}
	if p.Kind == ParamMembers && t.Struct.Extra != nil {
		p.Extra = true
		if !isScalar(t.Struct.Extra.Elem.Type.Kind) {
			p.Item = ParamJSON
			b.asJSON(p, "a member of "+p.Wire)
		}
	}
}

func (b *builder) paramMember(p *Param, f *Field) *ParamMember {
	m := &ParamMember{Field: f, Wire: f.JSON}
	if p.Kind == ParamFlat {
		m.Style = "Form"
		if p.Style == "DeepObject" {
			m.Wire = p.Wire + "[" + f.JSON + "]"
		}
	}
	switch kind := f.Type.Kind; {
	case isScalar(kind):
	case kind == KindArray && p.Kind == ParamFlat:
		m.Kind, m.Style = ParamArray, "FormExplode"
		if !isScalar(f.Type.Elem.Type.Kind) {
			m.Item = ParamJSON
			b.asJSON(p, "an item of "+m.Wire)
		}
	default:
		m.Kind = ParamJSON
		b.asJSON(p, m.Wire)
	}
	return m
}

// isScalar says whether a kind is one text.
func isScalar(k Kind) bool {
	switch k {
	case KindJSON, KindStruct, KindUnion, KindArray, KindMap:
		return false
	}
	return true
}

func (b *builder) asJSON(p *Param, what string) {
	b.warn(p.Source.Loc, classParameterJSON, what+" has no form of its own in a parameter; it is read as JSON text",
		"give the parameter content application/json, or make it flat")
}

// pathVariables returns the names of a template's variables in order, as the router counts them: an opening brace, no other
// brace, and a closing one.
func pathVariables(template string) []string {
	var names []string
	for rest := template; ; {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			return names
		}
		rest = rest[open+1:]
		end := strings.IndexAny(rest, "{}/")
		if end >= 0 && rest[end] == '}' {
			names = append(names, rest[:end])
			rest = rest[end+1:]
		}
	}
}

// fieldName takes a name for the field of a parameter; what is taken already gets its place behind it: ID, IDQuery.
func fieldName(scope *naming.Scope, p *spec.Parameter) string {
	name := naming.Exported(nameOr(p.Extensions, p.Name))
	if scope.Has(name) {
		name += naming.Part(string(p.In))
	}
	return scope.Take(name)
}
