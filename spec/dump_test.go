package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// dump writes all of an API as text, for people to compare.
func dump(a *API) string {
	d := &dumper{inside: map[*Schema]bool{}}
	d.line("api %s %q version %s base=%q", a.Version, a.Title, a.APIVersion, a.BasePath)
	for _, s := range a.Servers {
		d.server("", s)
	}
	for _, t := range a.Tags {
		parent := ""
		if t.Parent != nil {
			parent = t.Parent.Name
		}
		d.line("tag %s %q%s%s%s", t.Name, t.Description, text(" summary=", t.Summary), text(" below=", parent), text(" kind=", t.Kind))
	}
	d.extensions("", a.Extensions)
	for _, s := range a.SecuritySchemes {
		d.line("scheme %s %s in=%s param=%s http=%s%s%s", s.Name, s.Kind, s.In, s.ParamName, s.HTTPScheme, mark(" deprecated", s.Deprecated), text(" metadata=", s.MetadataURL))
		for _, f := range s.Flows {
			d.line("  flow %s%s%s%s%s %v", f.Kind, text(" at=", f.AuthorizationURL), text(" device=", f.DeviceAuthorizationURL), text(" token=", f.TokenURL), text(" refresh=", f.RefreshURL), f.Scopes)
		}
	}
	for _, op := range a.Operations {
		d.operation(op)
		for _, c := range op.Callbacks {
			d.line("  callback %s %s %s", c.Name, c.URL, place(c.Loc))
			for _, call := range c.Operations {
				d.operation(call)
			}
		}
	}
	for _, op := range a.Webhooks {
		d.line("webhook %s", op.Key)
		d.operation(op)
	}
	for _, s := range a.Schemas {
		d.line("schema %s (%s) %s: %s", s.Name, s.Ref, place(s.Loc), d.describe(s))
	}
	return d.b.String()
}

func (d *dumper) server(indent string, s *Server) {
	d.line("%sserver %s%s%s", indent, s.Address, text(" name=", s.Name), text(" desc=", s.Description))
	for _, v := range s.Variables {
		d.line("%s  variable %s=%q%s", indent, v.Name, v.Default, list(" of ", v.Enum))
	}
}

type dumper struct {
	b      strings.Builder
	inside map[*Schema]bool
}

func (d *dumper) line(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

func place(l Location) string { return fmt.Sprintf("%d:%d", l.Line, l.Column) }

func (d *dumper) extensions(indent string, e Extensions) {
	for _, name := range slices.Sorted(maps.Keys(e)) {
		d.line("%s%s: %s", indent, name, e[name])
	}
}

func (d *dumper) operation(op *Operation) {
	d.line("%s %s id=%q %s%s%s", op.Method, op.Path, op.ID, place(op.Loc), list(" tags=", op.Tags), mark(" deprecated", op.Deprecated))
	if op.Summary+op.Description != "" {
		d.line("  %q %q", op.Summary, op.Description)
	}
	if op.Twin != nil {
		d.line("  twin of %s %s", op.Twin.Method, op.Twin.Path)
	}
	for _, list := range [][]Pair{op.Query, op.Fragment} {
		for _, pair := range list {
			d.line("  pair %q=%q%s of %s", pair.Name, pair.Value, mark(" bare", pair.Bare), op.Suffix)
		}
	}
	for _, s := range op.Servers {
		d.server("  ", s)
	}
	d.extensions("  ", op.Extensions)
	for _, p := range op.Parameters {
		d.parameter("  param ", p)
	}
	if op.Body != nil {
		d.line("  body%s", mark(" required", op.Body.Required))
		d.content("    ", op.Body.Content)
	}
	for _, r := range op.Responses {
		d.line("  %d %q%s%s", r.Status, r.Description, text(" summary=", r.Summary), text(" ref=", r.Ref))
		for _, h := range r.Headers {
			d.parameter("    header ", h)
		}
		d.content("    ", r.Content)
		for _, link := range r.Links {
			d.line("    link %s %s -> %s %s", link.Name, place(link.Loc), link.Operation.Method, link.Operation.Path)
			for _, p := range link.Parameters {
				d.line("      %s %s=%s", place(p.Loc), p.Name, p.Value.JSON)
			}
			if link.Body != nil {
				d.line("      %s body %s", place(link.Body.Loc), link.Body.Value.JSON)
			}
		}
	}
	for _, r := range op.Security {
		var uses []string
		for _, u := range r.Uses {
			uses = append(uses, u.Scheme.Name+list(" ", u.Scopes))
		}
		d.line("  security [%s]", strings.Join(uses, ", "))
	}
}

func (d *dumper) parameter(prefix string, p *Parameter) {
	d.line("%s%s %s%s%s%s %s explode=%v%s%s: %s", prefix, p.In, p.Name, mark(" required", p.Required), mark(" deprecated", p.Deprecated),
		mark(" reserved", p.AllowReserved)+mark(" empty", p.AllowEmptyValue), p.Style, p.Explode, text(" content=", p.ContentType), literals(" examples=", p.Examples), d.use(p.Schema))
	d.extensions("      ", p.Extensions)
}

func (d *dumper) content(indent string, content []*MediaType) {
	for _, m := range content {
		d.line("%s%s: %s%s", indent, m.Name, d.use(m.Schema), literals(" examples=", m.Examples))
		if m.ItemSchema != nil {
			d.line("%s  items: %s", indent, d.use(m.ItemSchema))
		}
		d.parts(indent+"  ", m.Encoding, m.PrefixEncoding, m.ItemEncoding)
	}
}

func (d *dumper) parts(indent string, named, first []*Encoding, others *Encoding) {
	for _, e := range named {
		d.part(indent+"part "+e.Name, indent, e)
	}
	for i, e := range first {
		d.part(fmt.Sprintf("%spart %d", indent, i), indent, e)
	}
	if others != nil {
		d.part(indent+"other parts", indent, others)
	}
}

func (d *dumper) part(what, indent string, e *Encoding) {
	d.line("%s %q %s explode=%v", what, e.ContentType, e.Style, e.Explode)
	for _, h := range e.Headers {
		d.parameter(indent+"  header ", h)
	}
	d.parts(indent+"  ", e.Encoding, e.PrefixEncoding, e.ItemEncoding)
}

// use is a schema where it is used: its name, or all of it where it has none.
func (d *dumper) use(s *Schema) string {
	switch {
	case s == nil:
		return "-"
	case s.Name != "":
		return "->" + s.Name
	default:
		return d.describe(s)
	}
}

func (d *dumper) describe(s *Schema) string {
	if d.inside[s] {
		return "(ring)"
	}
	d.inside[s] = true
	defer delete(d.inside, s)
	var b strings.Builder
	add := func(format string, args ...any) { fmt.Fprintf(&b, " "+format, args...) }
	b.WriteString(mark(" always", s.Always) + mark(" never", s.Never) + list(" ", s.Types) + mark(" null", s.Nullable))
	b.WriteString(text(" format=", s.Format) + text(" title=", s.Title) + text(" desc=", s.Description))
	b.WriteString(mark(" deprecated", s.Deprecated) + mark(" readOnly", s.ReadOnly) + mark(" writeOnly", s.WriteOnly))
	b.WriteString(literals(" enum=", s.Enum) + literals(" examples=", s.Examples))
	for _, l := range []struct {
		name string
		v    *Literal
	}{{"const", s.Const}, {"default", s.Default}, {"min", s.Minimum}, {"max", s.Maximum}, {"xmin", s.ExclusiveMinimum}, {"xmax", s.ExclusiveMaximum}, {"multiple", s.MultipleOf}} {
		if l.v != nil {
			add("%s=%s", l.name, l.v.JSON)
		}
	}
	for _, c := range []struct {
		name string
		v    *int64
	}{{"minLength", s.MinLength}, {"maxLength", s.MaxLength}, {"minItems", s.MinItems}, {"maxItems", s.MaxItems}, {"minProps", s.MinProperties}, {"maxProps", s.MaxProperties}, {"minContains", s.MinContains}, {"maxContains", s.MaxContains}} {
		if c.v != nil {
			add("%s=%d", c.name, *c.v)
		}
	}
	b.WriteString(text(" pattern=", s.Pattern) + text(" encoding=", s.ContentEncoding) + text(" media=", s.ContentMediaType) + mark(" unique", s.UniqueItems))
	d.schemas(&b, "prefix", s.PrefixItems)
	for _, sub := range []struct {
		name string
		v    *Schema
	}{{"items", s.Items}, {"contains", s.Contains}, {"otherItems", s.UnevaluatedItems}, {"more", s.AdditionalProperties}, {"names", s.PropertyNames}, {"others", s.UnevaluatedProperties}, {"not", s.Not}, {"if", s.If}, {"then", s.Then}, {"else", s.Else}} {
		if sub.v != nil {
			add("%s(%s)", sub.name, d.use(sub.v))
		}
	}
	d.properties(&b, "props", s.Properties, s.Required)
	d.properties(&b, "patterns", s.PatternProperties, nil)
	for _, dep := range s.DependentRequired {
		add("%s needs %s", dep.Name, strings.Join(dep.Required, ","))
	}
	d.properties(&b, "dependents", s.DependentSchemas, nil)
	d.schemas(&b, "allOf", s.AllOf)
	d.schemas(&b, "oneOf", s.OneOf)
	d.schemas(&b, "anyOf", s.AnyOf)
	if s.Discriminator != nil {
		var values []string
		for _, v := range s.Discriminator.Mapping {
			values = append(values, v.Value+"="+d.use(v.Schema))
		}
		add("by %s{%s}", s.Discriminator.PropertyName, strings.Join(values, " "))
		if s.Discriminator.Default != nil {
			add("else %s", d.use(s.Discriminator.Default))
		}
	}
	for _, k := range s.Unenforced {
		add("unenforced=%s@%s", k.Name, place(k.Loc))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Extensions)) {
		add("%s=%s", name, s.Extensions[name])
	}
	return strings.TrimSpace(b.String())
}

func (d *dumper) schemas(b *strings.Builder, name string, schemas []*Schema) {
	if schemas == nil {
		return
	}
	var all []string
	for _, s := range schemas {
		all = append(all, d.use(s))
	}
	fmt.Fprintf(b, " %s[%s]", name, strings.Join(all, " | "))
}

func (d *dumper) properties(b *strings.Builder, name string, properties []*Property, required []string) {
	if properties == nil && required == nil {
		return
	}
	var all []string
	left := slices.Clone(required)
	for _, p := range properties {
		star := ""
		if i := slices.Index(left, p.Name); i >= 0 {
			star, left = "!", slices.Delete(left, i, i+1)
		}
		own := text(" desc=", p.Description) + mark(" deprecated", p.Deprecated)
		for _, name := range slices.Sorted(maps.Keys(p.Extensions)) {
			own += " " + name + "=" + string(p.Extensions[name])
		}
		all = append(all, fmt.Sprintf("%q%s: %s%s", p.Name, star, d.use(p.Schema), own))
	}
	for _, name := range left {
		all = append(all, fmt.Sprintf("%q!", name))
	}
	fmt.Fprintf(b, " %s{%s}", name, strings.Join(all, ", "))
}

func mark(name string, is bool) string {
	if is {
		return name
	}
	return ""
}

func text(name, value string) string {
	if value == "" {
		return ""
	}
	return name + fmt.Sprintf("%q", value)
}

func list(name string, values []string) string {
	if len(values) == 0 {
		return ""
	}
	return name + strings.Join(values, "|")
}

func literals(name string, values []Literal) string {
	var all []string
	for _, v := range values {
		all = append(all, v.JSON)
	}
	return list(name, all)
}
