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
	"form": {"Form", "FormExplode"}, "cookie": {"Cookie", "CookieExplode"}, "spaceDelimited": {"SpaceDelimited", "FormExplode"},
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

// param plans a parameter or a header. beside are the other parameters of the operation.
func (b *builder) param(p *spec.Parameter, beside []*spec.Parameter) *Param {
	out := &Param{Source: p, Wire: p.Name, In: p.In, Style: styleOf(p), Required: p.Required}
	if p.In == spec.InQueryString {
		out.In, out.Style = spec.InQuery, "Simple"
	}
	switch {
	case p.In == spec.InQueryString && mediaType(p.ContentType) == formMedia:
		out.Kind, out.Style = ParamShaped, "FormExplode"
		out.Use = b.use(p.Schema, false)
		b.wholeQuery(out, beside)
	case p.ContentType != "" && !spec.IsJSON(mediaType(p.ContentType)):
		s := b.textContent(p)
		if out.Type, _ = b.typeOf(s); s == p.Schema {
			b.paramKind(out, beside)
		}
	case p.ContentType != "":
		out.Kind = ParamJSON
		out.Use = b.use(p.Schema, false)
	default:
		out.Type, _ = b.typeOf(p.Schema)
		b.paramKind(out, beside)
	}
	out.Use = newUse(out.Type, !p.Required, false) // null has no form in text
	out.Go = out.complete()
	if !p.Required {
		out.Default = b.defaultOf(p.Schema, out.Type)
	}
	switch out.Style {
	case "FormExplode", "DeepObject":
		out.Written = (out.Kind == ParamArray || out.Kind == ParamShaped) && (p.Required || out.Default != nil)
	}
	return out
}

// textContent returns the schema that content which is no JSON is held against. As in a body, it is the declared one where the content
// is text and a value of the schema is a single one; otherwise it is that of any text, which is warned of where the declared one asks
// for more.
func (b *builder) textContent(p *spec.Parameter) *spec.Schema {
	if p.Schema == nil {
		return textSchema
	}
	core, _ := b.settle(p.Schema)
	types := typesOf(core)
	single := len(types) == 1 && types[0] != "object" && types[0] != "array" && !isUnion(core)
	switch {
	case !constrains(core):
	case single && strings.HasPrefix(mediaType(p.ContentType), "text/"):
		return p.Schema
	case !slices.Equal(types, []string{"string"}) || constrainsText(core) || hasConditions(core) || checkedFormat(core) != "":
		b.warn(p.Loc, classUnenforced, "the schema of the parameter "+quote(p.Name)+" is not enforced: content of "+p.ContentType+" arrives as text",
			"check it in the handler, or give it content application/json")
	}
	return textSchema
}

func textType() *Type { return &Type{Kind: KindString, Go: scalars[KindString]} }

// paramKind decides how text becomes a value, and puts another type in the place of one that is text itself.
func (b *builder) paramKind(p *Param, beside []*spec.Parameter) {
	switch t := p.Type; {
	case t.Kind == KindJSON && len(t.Values) == 0 && b.checkOf(t) == nil:
		p.Type = textType()
		if t.Schema != nil && b.mayBeArray(t.Schema) {
			p.Type = textArray(nil)
		}
	case t.Kind == KindArray && t.Elem.Type.Kind == KindJSON && len(t.Elem.Type.Values) == 0:
		p.Type = textArray(t.Rule)
	case t.Kind == KindMap && t.Elem.Type.Kind == KindJSON && len(t.Elem.Type.Values) == 0 && t.Name == "":
		elem := &Use{Type: textType(), Go: scalars[KindString]}
		p.Type = &Type{Schema: t.Schema, Kind: KindMap, Go: mapOf(elem.Go), Elem: elem, Rule: t.Rule}
	}
	p.AllowEmpty = p.Source.AllowEmptyValue && p.In == spec.InQuery && p.Type.Kind != KindString
	switch t := p.Type; {
	case isScalar(t.Kind) && b.checkOf(t) == nil:
		p.Style = scalarStyle(p.Style)
	case t.Kind == KindArray && b.isPlain(t) && p.Style != "DeepObject" && !p.AllowEmpty:
		p.Kind = ParamArray
	default:
		if isScalar(t.Kind) || t.Kind == KindJSON || t.Kind == KindForeign && !isStructured(t.Schema) {
			p.Style = scalarStyle(p.Style)
		}
		p.Kind = ParamShaped
		b.paramShape(p, beside)
	}
}

// isPlain says whether t is an array of texts that are read as they are, each by itself.
func (b *builder) isPlain(t *Type) bool {
	elem := t.Elem.Type
	return isScalar(elem.Kind) && t.Elem.Presence == Plain && b.checkOf(t) == nil && b.checkOf(elem) == nil
}

// scalarStyle is the style of a single value: the delimiters of the others are for many.
func scalarStyle(style string) string {
	switch style {
	case "SpaceDelimited", "PipeDelimited", "TabDelimited", "DeepObject":
		return "Form"
	}
	return style
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

// isScalar says whether a kind is one text, which is read as it is.
func isScalar(k Kind) bool {
	switch k {
	case KindString, KindBool, KindInt32, KindInt64, KindUint32, KindUint64, KindFloat32, KindFloat64, KindDecimal, KindTime,
		KindDate, KindTimeOfDay, KindDuration, KindUUID, KindAddr, KindBytes, KindEnum:
		return true
	}
	return false
}

// isStructured says whether a schema is about objects or arrays.
func isStructured(s *spec.Schema) bool {
	types := typesOf(s)
	return slices.Contains(types, "object") || slices.Contains(types, "array") || isUnion(s)
}

// pathVariables returns the names of a template's variables in order, as the router counts them: an opening brace, no other
// brace, and a closing one. The three dots of one that takes several segments are not part of its name.
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
			names = append(names, variableName(rest[:end]))
			rest = rest[end+1:]
		}
	}
}

// variableName is the name of what stands in the braces of a template.
func variableName(text string) string {
	if name := strings.TrimSuffix(text, "..."); name != "" {
		return name
	}
	return text
}

// fieldName takes a name for the field of a parameter; what is taken already gets its place behind it: ID, IDQuery.
func fieldName(scope *naming.Scope, p *spec.Parameter) string {
	name := naming.Exported(nameOr(p.Extensions, p.Name))
	if scope.Has(name) {
		name += naming.Part(string(p.In))
	}
	return scope.Take(name)
}
