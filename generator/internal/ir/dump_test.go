package ir

import (
	"fmt"
	"strings"
)

// dump prints a plan in short lines, for snapshots.
func dump(p *Package) string {
	d := &dumper{}
	for _, t := range p.Types {
		d.declared(t)
	}
	for _, c := range p.Codecs {
		d.line("codec %s %s %s%s", c.Decode, strings.Join(strings.Fields(strings.Join(c.Append[:], " ")), " "), c.Type.Go, ruleOf(c.Type))
	}
	for _, r := range p.Rules {
		d.line("rule %s %s", r.Name, fieldsOf(r))
	}
	for _, c := range p.Checks {
		d.line("check %s %s", c.Name, c.Of)
	}
	for _, text := range p.Schemas {
		d.line("schema %s %s", text.Name, text.JSON)
	}
	for _, s := range p.Shapes {
		d.line("shape %s %s", s.Name, s.Text)
	}
	for _, h := range p.Handlers {
		d.line("handler %s", h.Name)
		for _, op := range h.Operations {
			d.operation(op)
		}
	}
	if p.Security != nil {
		for _, s := range p.Security.Schemes {
			d.line("scheme %s %s %s %s", s.Name, s.Method, s.Option, s.Credential)
		}
	}
	return d.String()
}

type dumper struct{ strings.Builder }

func (d *dumper) line(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

func (d *dumper) declared(t *Type) {
	if t.AliasOf != nil {
		d.line("type %s = %s%s%s", t.Name, t.AliasOf, ruleOf(t), constOf(t))
		return
	}
	switch t.Kind {
	case KindTuple:
		d.line("type %s tuple%s", t.Name, ruleOf(t))
		for _, f := range t.Struct.Fields {
			d.line("  %s %s%s%s", f.Name, f.Go, ruleOf(f.Type), constOf(f.Type))
		}
		if t.Struct.Extra != nil {
			d.line("  %s %s", t.Struct.Extra.Name, t.Struct.Extra.Go)
		}
	case KindStruct:
		d.line("type %s struct%s", t.Name, ruleOf(t))
		for _, f := range t.Struct.Fields {
			d.line("  %s %s `%s`%s%s%s", f.Name, f.Go, f.Tag, ruleOf(f.Type), constOf(f.Type), defaultText(f.Default))
		}
		switch t.Struct.Unknown {
		case UnknownKept:
			d.line("  %s %s", t.Struct.Extra.Name, t.Struct.Extra.Go)
		case UnknownRefused:
			d.line("  (closed)")
		case UnknownIgnored:
		}
		for _, list := range []struct {
			name  string
			names []string
		}{{"required", t.Struct.Required}, {"readOnly", t.Struct.ReadOnly}, {"writeOnly", t.Struct.WriteOnly}} {
			if len(list.names) > 0 {
				d.line("  %s: %s", list.name, strings.Join(list.names, " "))
			}
		}
	case KindUnion:
		d.line("type %s union %s: %s %s", t.Name, t.Union.Interface, t.Union.Keyword, t.Union.Fault)
		for _, m := range t.Union.Members {
			switch {
			case m.Pointer:
				d.line("  *%s%s", m.Name, m.Prefix)
			case m.Wrapped:
				d.line("  %s %s%s%s", m.Name, m.Type.Go, ruleOf(m.Type), constOf(m.Type))
			default:
				d.line("  %s", m.Name)
			}
		}
		d.pick("  ", t.Union.Pick)
	case KindEnum:
		d.line("type %s %s%s", t.Name, t.Enum.Go, ruleOf(t))
		for _, v := range t.Enum.Values {
			d.line("  %s = %s", v.Name, v.Expr)
		}
	default:
		go1 := "[]"
		if t.Kind == KindMap {
			go1 = "map[string]"
		}
		d.line("type %s %s%s%s", t.Name, go1, t.Elem.Go, ruleOf(t))
	}
}

func (d *dumper) pick(indent string, p *Pick) {
	switch p.Kind {
	case PickMember:
		d.line("%s-> %s", indent, p.Member.Name)
		return
	case PickTry:
		for _, t := range p.Tries {
			d.line("%stry %s %b exactly=%t", indent, t.Member.Name, t.Needs, p.Exactly)
		}
		return
	case PickType, PickValue:
	}
	for _, c := range p.Cases {
		d.line("%s%s %s", indent, p.Key, strings.Join(c.Labels, " "))
		d.pick(indent+"  ", c.Pick)
	}
}

func ruleOf(t *Type) string {
	check := ""
	if t.Check != nil {
		check = " {" + t.Check.Name + "}"
	}
	if t.Rule == nil {
		return check
	}
	return " <" + t.Rule.Name + ">" + check
}

func constOf(t *Type) string {
	if len(t.Values) == 0 {
		return ""
	}
	return " const " + strings.Join(t.Values, ",")
}

func defaultText(v *Default) string {
	if v == nil {
		return ""
	}
	if v.Value == nil {
		return " = " + v.JSON
	}
	return " = " + v.Value.String()
}

func fieldsOf(r *Rule) string {
	return (&Expr{Kind: ExprComposite, Go: r.Go, Keys: ruleKeys(r), Args: ruleArgs(r)}).String()
}

func ruleKeys(r *Rule) (keys []string) {
	for _, f := range r.Fields {
		keys = append(keys, f.Name)
	}
	return keys
}

func ruleArgs(r *Rule) (args []*Expr) {
	for _, f := range r.Fields {
		args = append(args, f.Value)
	}
	return args
}

func (d *dumper) operation(op *Operation) {
	result := "error"
	if op.Result.Go != nil {
		result = "(" + op.Result.Go.String() + ", error)"
	}
	d.line("  %s(%s) %s  // %s %s %s", op.Name, op.Request.Name, result, op.Method, op.Path, op.ID)
	for _, p := range op.Request.Params {
		d.param("    ", p)
	}
	if op.Request.Body != nil {
		for _, c := range op.Request.Body.Variants {
			d.line("    %s %s %v", c.Field, c.Go, c.MediaTypes)
		}
	}
	for _, a := range append(append([]*Answer{}, op.Result.Answers...), op.Errors...) {
		d.answer(a)
	}
	if op.Fallback != nil {
		d.line("    fallback %s %d", op.Fallback.Func, len(op.Fallback.Assign))
	}
	for _, r := range op.Security {
		d.line("    security %v", r.Uses)
	}
}

func (d *dumper) param(indent string, p *Param) {
	kind := []string{"scalar", "array", "json", "shaped"}[p.Kind]
	if p.Kind == ParamShaped {
		kind += " " + p.TextShape
	}
	d.line("%s%s %s  // %s %s %s %s%s%s", indent, p.Field, p.Go, p.In, p.Wire, p.Style, kind, ruleOf(p.Type), defaultText(p.Default))
}

func (d *dumper) answer(a *Answer) {
	status := fmt.Sprint(a.Low)
	if a.StatusField != "" {
		status = fmt.Sprintf("%d-%d %s int", a.Low, a.High, a.StatusField)
	}
	body := "-"
	if a.Content != nil {
		body = fmt.Sprintf("%s %s %v", a.Content.Field, a.Content.Go, a.Content.MediaTypes)
	}
	text := ""
	if a.ErrorText != nil {
		text = " says " + a.ErrorText.Name
	}
	d.line("    -> %s %s %s%s", status, a.Name, body, text)
	for _, h := range a.Headers {
		d.param("       ", h)
	}
}
