package ir

import (
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// leftovers decides which types need a check.
type leftovers struct {
	texts  *texts
	checks map[string]*Check // by name in the set
	byText map[string]string // names in the set of what is left over
}

func newLeftovers(b *builder) leftovers {
	return leftovers{texts: newTexts(b), checks: make(map[string]*Check), byText: make(map[string]string)}
}

// checkOf returns the check for what t does not say of its schema, nil for nothing. t is complete but for its elements.
func (b *builder) checkOf(t *Type) *Check {
	if t.Schema == nil || t.Check != nil || b.unchecked[t] {
		return t.Check
	}
	of := b.leftover(t)
	if of == "" {
		b.unchecked[t] = true
		return nil
	}
	if b.checks[of] == nil {
		b.checks[of] = &Check{Name: b.scope.Take(naming.Unexported(naming.Exported(of)) + "Schema"), Of: of}
	}
	t.Check = b.checks[of]
	return t.Check
}

// leftover returns the name in the set of what t does not say of its schema, "" for nothing.
func (c *leftovers) leftover(t *Type) string {
	if t.Kind == KindFile || t.Own { // which is no JSON, or checks itself
		return ""
	}
	w, b := c.texts, c.texts.b
	w.referred = nil
	if t.Kind == KindJSON && len(t.Values) == 0 || t.Kind == KindForeign {
		origin := b.origin(t.Schema)
		switch {
		case !constrains(origin) && !origin.Nullable:
			return ""
		case origin.Ref != "":
			return w.entry(origin)
		}
		w.look(origin)
		return c.named(t, w.whole(origin))
	}
	w.look(t.Schema)
	var o keywords
	c.scalars(&o, t)
	c.arrays(&o, t)
	c.objects(&o, t)
	if t.Kind != KindUnion { // its members say this
		c.conditions(&o, t)
	}
	if len(o.members) == 0 {
		return ""
	}
	return c.named(t, o.String())
}

// named enters a text into the set, once for the same text.
func (c *leftovers) named(t *Type, text string) string {
	if text == "true" || text == "{}" {
		return ""
	}
	if name := c.byText[text]; name != "" {
		return name
	}
	wanted := t.Name
	if wanted == "" {
		wanted = c.texts.b.nameOf(t.Schema)
	}
	name := c.texts.name(wanted)
	c.byText[text] = name
	c.texts.enter(name, text)
	return name
}

// scalars writes what the rule of a scalar does not say.
func (c *leftovers) scalars(o *keywords, t *Type) {
	w, s := c.texts, t.Schema
	switch t.Kind {
	case KindTime, KindDate, KindTimeOfDay, KindDuration, KindUUID, KindAddr:
		o.count("minLength", s.MinLength)
		o.count("maxLength", s.MaxLength)
		w.pattern(o, s)
	case KindEnum:
		c.enum(o, t)
	case KindInt32, KindInt64, KindUint32, KindUint64:
		if n, ok := number(s.MultipleOf); ok && !n.Num().IsInt64() {
			o.literal("multipleOf", s.MultipleOf)
		}
	default:
	}
}

// enum writes what refuses some of the values of an enum.
func (c *leftovers) enum(o *keywords, t *Type) {
	w, s := c.texts, t.Schema
	if t.Enum.Base != KindString {
		w.numbers(o, s)
		return
	}
	refuses := func(test func(text string) bool) bool {
		return slices.ContainsFunc(t.Enum.Values, func(v *EnumValue) bool { return !test(v.Text) })
	}
	length := func(text string) int64 { return int64(utf8.RuneCountInString(text)) }
	if s.MinLength != nil && refuses(func(text string) bool { return length(text) >= *s.MinLength }) {
		o.count("minLength", s.MinLength)
	}
	if s.MaxLength != nil && refuses(func(text string) bool { return length(text) <= *s.MaxLength }) {
		o.count("maxLength", s.MaxLength)
	}
	if re, err := regexp.Compile(s.Pattern); err != nil || refuses(re.MatchString) {
		w.pattern(o, s)
	}
	if refuses(func(text string) bool { return isOfFormat(s, text) }) {
		w.format(o, s)
	}
}

// isOfFormat says whether a text is certain to be of the format and the encoding of s.
func isOfFormat(s *spec.Schema, text string) bool {
	if s.ContentEncoding == "base64" && textExpr(KindBytes, text) == nil {
		return false
	}
	switch kind := stringKinds[s.Format]; kind {
	case KindDate, KindDuration, KindUUID, KindBytes: // that the generator reads as strictly as the runtime does
		return textExpr(kind, text) != nil
	}
	return checkedFormat(s) == ""
}

// arrays writes what nothing else says of an array.
func (c *leftovers) arrays(o *keywords, t *Type) {
	if t.Kind == KindArray || t.Kind == KindTuple {
		c.texts.arrayConditions(o, t.Schema)
	}
}

// objects writes what nothing else says of the members of an object.
func (c *leftovers) objects(o *keywords, t *Type) {
	if t.Kind != KindStruct && t.Kind != KindMap {
		return
	}
	s := t.Schema
	if len(s.PatternProperties) > 0 && !matchesAll(s) {
		names := *s
		names.Properties = nil
		for _, p := range s.Properties {
			names.Properties = append(names.Properties, &spec.Property{Name: p.Name, Schema: anything})
		}
		c.texts.members(o, &names, c.texts.use)
	}
	c.texts.objectConditions(o, s)
}

// conditions writes what is demanded of values of any type.
func (c *leftovers) conditions(o *keywords, t *Type) {
	w, s := c.texts, t.Schema
	only := &spec.Schema{Not: s.Not, If: s.If, Then: s.Then, Else: s.Else}
	w.conditions(o, only)
	var all []string
	for _, f := range s.Further {
		if leavesRest(f) {
			all = append(all, w.outline(f))
		} else {
			all = append(all, w.whole(f))
		}
	}
	if t.Kind == KindStruct {
		for _, u := range w.b.unionsOf(s) {
			all = append(all, "{"+quote(u.keyword)+":"+w.uses(w.b.distinctMembers(s, u))+"}")
		}
	}
	switch {
	case len(all) == 1 && len(o.members) == 0:
		o.members = append(o.members, strings.TrimSuffix(strings.TrimPrefix(all[0], "{"), "}"))
	case len(all) > 0:
		o.add("allOf", list(all))
	}
}

// outline writes a schema that demands something of the rest of a value, as far as it tells what the rest is: members and items
// that other checks look at are only named.
func (w *texts) outline(s *spec.Schema) string {
	var o keywords
	anyOf := func(*spec.Schema) string { return "true" }
	w.items(&o, s, anyOf)
	w.members(&o, s, anyOf)
	w.arrayConditions(&o, s)
	only := &spec.Schema{If: s.If, Then: s.Then, Else: s.Else, DependentSchemas: s.DependentSchemas}
	w.conditions(&o, only)
	if len(s.AllOf) > 0 {
		all := make([]string, len(s.AllOf))
		for i, part := range s.AllOf {
			all[i] = w.outline(part)
		}
		o.add("allOf", list(all))
	}
	only = &spec.Schema{AnyOf: s.AnyOf, OneOf: s.OneOf, Discriminator: s.Discriminator}
	w.unions(&o, only)
	w.rest(&o, s)
	return o.String()
}

// subSchemas yields the schemas that stand in s.
func subSchemas(s *spec.Schema) iter.Seq[*spec.Schema] {
	lists := [][]*spec.Schema{s.PrefixItems, s.AllOf, s.OneOf, s.AnyOf, s.Further, {
		s.Items, s.Contains, s.UnevaluatedItems, s.AdditionalProperties, s.PropertyNames, s.UnevaluatedProperties, s.Not, s.If, s.Then, s.Else,
	}}
	return func(yield func(*spec.Schema) bool) {
		for _, l := range lists {
			for _, sub := range l {
				if sub != nil && !yield(sub) {
					return
				}
			}
		}
		for _, p := range slices.Concat(s.Properties, s.PatternProperties, s.DependentSchemas) {
			if !yield(p.Schema) {
				return
			}
		}
	}
}
