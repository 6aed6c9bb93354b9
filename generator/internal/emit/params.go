package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printParams prints params_gen.go: the requests, and for a server what decodes them.
func printParams(f *file, p *ir.Package) {
	for _, op := range p.Operations {
		printRequest(f, op.Request)
		if p.Server {
			printDecode(f, op.Request)
		}
	}
}

func printRequest(f *file, r *ir.Request) {
	f.decl(r.Doc, jen.Type().Id(r.Name).StructFunc(func(g *jen.Group) {
		for _, p := range r.Params {
			if c := comment(p.Doc); c != nil {
				g.Add(c)
			}
			g.Id(p.Field).Add(goType(p.Go))
		}
		if r.Body == nil {
			return
		}
		for _, v := range r.Body.Variants {
			if c := comment(v.Doc); c != nil {
				g.Add(c)
			}
			g.Id(v.Field).Add(goType(v.Go))
		}
	}))
}

func printDecode(f *file, r *ir.Request) {
	if len(r.Params) == 0 && r.Body == nil {
		f.decl("", jen.Func().Params(jen.Op("*").Id(r.Name)).Id("decode").Params(jen.Op("*").Add(tornado("Input"))).Block())
		return
	}
	f.decl("", jen.Func().Params(jen.Id("r").Op("*").Id(r.Name)).Id("decode").Params(jen.Id("in").Op("*").Add(tornado("Input"))).BlockFunc(func(g *jen.Group) {
		for _, p := range r.Params {
			add(g, input.param("r."+p.Field, p))
		}
		if r.Body != nil {
			decodeBody(g, r.Body)
		}
	}))
}

// reader reads parameters from where they came in.
type reader struct {
	in string // the variable that holds them: a tornado.Input, or the response of a client
	// find gives the expression that looks one up, by its place, a name and the name of a style.
	find func(p *ir.Param, name, style string) *jen.Statement
}

// input reads from the tornado.Input in hand.
var input = reader{in: "in", find: func(p *ir.Param, name, style string) *jen.Statement {
	args := []jen.Code{jen.Lit(name), tornado(style)}
	switch p.In {
	case ir.InPath:
		return jen.Id("in").Dot("Path").Call(append([]jen.Code{jen.Lit(p.Index)}, args...)...)
	case ir.InHeader:
		return jen.Id("in").Dot("Header").Call(args...)
	case ir.InCookie:
		return jen.Id("in").Dot("Cookie").Call(args...)
	case ir.InQuery:
	}
	return jen.Id("in").Dot("Query").Call(args...)
}}

// param reads one parameter into target.
func (r reader) param(target string, p *ir.Param) []jen.Code {
	if p.Kind == ir.ParamFlat {
		return r.flat(target, p)
	}
	if p.In == ir.InPath && p.Kind == ir.ParamScalar && p.Presence == ir.Plain {
		// What the route matched is there.
		return decodeInto(target, &p.Use, func() *jen.Statement { return r.find(p, p.Wire, p.Style) })
	}
	code := jen.If(define("p", r.find(p, p.Wire, p.Style)), jen.Id("p").Dot(demand(p.Required)).Call()).Block(r.value(target, &p.Use, p.Kind, p)...)
	if p.Default != nil {
		code = code.Else().Block(setDefault(target, &p.Use, p.Default))
	}
	return []jen.Code{code}
}

// demand is the method of tornado.Param that tells whether it is there.
func demand(required bool) string {
	if required {
		return "Required"
	}
	return "Present"
}

// value reads the parameter p, which is there, into target. of holds the members of an object, and how items are read.
func (r reader) value(target string, u *ir.Use, kind ir.ParamKind, of *ir.Param) []jen.Code {
	switch kind {
	case ir.ParamArray:
		return decodeUse(target, u, func(list string) []jen.Code { return r.items(list, u.Type, of.Item) })
	case ir.ParamMap:
		return decodeUse(target, u, func(m string) []jen.Code { return r.entries(m, u.Type, of.Item) })
	case ir.ParamMembers:
		return decodeUse(target, u, func(object string) []jen.Code { return r.members(object, u.Type, of) })
	case ir.ParamJSON:
		return r.content(target, u, "p")
	}
	return decodeText(target, u)
}

// decodeText reads a scalar. Text has no null.
func decodeText(target string, u *ir.Use) []jen.Code {
	return []jen.Code{assignTo(target, u, read(u.Type, func() *jen.Statement { return jen.Id("p") }))}
}

// decodeUse fills a value in place where it is plain, else a variable that is then set.
func decodeUse(target string, u *ir.Use, fill func(into string) []jen.Code) []jen.Code {
	if u.Presence == ir.Plain || u.Presence == ir.NilAbsent {
		return fill(target)
	}
	code := []jen.Code{jen.Var().Id("v").Add(goType(u.Type.Go))}
	return append(append(code, fill("v")...), jen.Id(target).Dot("Set").Call(jen.Id("v")))
}

// items reads the items of an array.
func (r reader) items(list string, t *ir.Type, item ir.ParamKind) []jen.Code {
	put := func(value jen.Code) jen.Code { return assign(jen.Id(list), jen.Append(jen.Id(list), value)) }
	code := []jen.Code{
		jen.For(jen.Id("item").Op(":=").Range().Id("p").Dot("Items").Call()).Block(r.element(t.Elem, item, put)...),
	}
	if t.Rule != nil {
		code = append(code, jen.Id("p").Dot("CheckItems").Call(jen.Len(jen.Id(list)), ruleRef(t.Rule)))
	}
	return code
}

// entries reads the members of an object into a map.
func (r reader) entries(m string, t *ir.Type, item ir.ParamKind) []jen.Code {
	put := func(value jen.Code) jen.Code { return assign(jen.Id(m).Index(jen.Id("k")), value) }
	return []jen.Code{
		assign(jen.Id(m), goType(t.Go).Values()),
		jen.For(jen.List(jen.Id("k"), jen.Id("item")).Op(":=").Range().Id("p").Dot("Members").Call()).Block(r.element(t.Elem, item, put)...),
	}
}

// element reads the item or entry in hand and puts it where it belongs.
func (r reader) element(u *ir.Use, kind ir.ParamKind, put func(value jen.Code) jen.Code) []jen.Code {
	from := func() *jen.Statement { return jen.Id("item") }
	switch {
	case kind == ir.ParamJSON:
		return append(append([]jen.Code{jen.Var().Id("element").Add(goType(u.Go))}, r.content("element", u, "item")...), put(jen.Id("element")))
	case u.Presence == ir.Plain && !u.Pointer:
		return []jen.Code{put(read(u.Type, from))}
	}
	return []jen.Code{
		jen.Var().Id("x").Add(goType(u.Go)),
		jen.Id("x").Dot("Set").Call(read(u.Type, from)),
		put(jen.Id("x")),
	}
}

// content reads a parameter that holds JSON.
func (r reader) content(target string, u *ir.Use, param string) []jen.Code {
	code := decodeDocument(target, u, func() *jen.Statement { return jen.Id(r.in).Dot("JSONParam").Call(jen.Id(param)) })
	return append(code, jen.Id(r.in).Dot("EndJSONParam").Call(jen.Id(param)))
}

// decodeDocument reads a JSON text, for which open gives the decoder, once.
func decodeDocument(target string, u *ir.Use, open source) []jen.Code {
	if u.Presence == ir.Null || u.Presence == ir.OptNull {
		return append([]jen.Code{define("d", open())}, decodeInto(target, u, fromDecoder)...)
	}
	return decodeInto(target, u, open)
}

// members reads the declared members of an object, and the others where they are kept.
func (r reader) members(object string, t *ir.Type, p *ir.Param) []jen.Code {
	inside := reader{in: r.in, find: func(_ *ir.Param, name, _ string) *jen.Statement {
		return jen.Id("p").Dot("Member").Call(jen.Lit(name))
	}}
	var code []jen.Code
	for _, m := range p.Members {
		code = append(code, inside.member(object, m, p))
	}
	if p.Extra {
		code = append(code, r.extra(object, t.Struct, p))
	}
	return code
}

// member reads one member of an object.
func (r reader) member(object string, m *ir.ParamMember, p *ir.Param) jen.Code {
	target := object + "." + m.Field.Name
	code := jen.If(define("p", r.find(p, m.Wire, m.Style)), jen.Id("p").Dot(demand(m.Field.Required)).Call()).
		Block(r.value(target, &m.Field.Use, m.Kind, &ir.Param{Item: m.Item})...)
	if m.Field.Default != nil && m.Field.Presence != ir.Plain {
		code = code.Else().Block(setDefault(target, &m.Field.Use, m.Field.Default))
	}
	return code
}

// extra reads the members without a declaration.
func (r reader) extra(object string, s *ir.Struct, p *ir.Param) jen.Code {
	extra := object + "." + s.Extra.Name
	put := func(value jen.Code) jen.Code { return assign(jen.Id(extra).Index(jen.Id("k")), value) }
	names := make([]string, len(p.Members))
	for i, m := range p.Members {
		names[i] = m.Wire
	}
	store := append([]jen.Code{
		jen.If(jen.Id(extra).Op("==").Nil()).Block(assign(jen.Id(extra), goType(s.Extra.Go).Values())),
	}, r.element(s.Extra.Elem, p.Item, put)...)
	loop := jen.For(jen.List(jen.Id("k"), jen.Id("item")).Op(":=").Range().Id("p").Dot("Members").Call())
	if len(names) == 0 {
		return loop.Block(store...)
	}
	return loop.Block(jen.Switch(jen.Id("k")).Block(
		jen.Case(texts(names)...),
		jen.Default().Block(store...),
	))
}

// flat reads an object whose members are parameters of their own. One that may be absent is there when any of them is.
func (r reader) flat(target string, p *ir.Param) []jen.Code {
	members := func(object string) []jen.Code {
		var code []jen.Code
		for _, m := range p.Members {
			code = append(code, r.member(object, m, p))
		}
		return code
	}
	if p.Required || len(p.Members) == 0 {
		return decodeUse(target, &p.Use, members)
	}
	there := jen.Null()
	for i, m := range p.Members {
		switch {
		case i == 0:
		case len(p.Members) > 2:
			there = there.Op("||").Line()
		default:
			there = there.Op("||")
		}
		there = there.Add(r.find(p, m.Wire, m.Style).Dot("Present").Call())
	}
	code := jen.If(there).Block(decodeUse(target, &p.Use, members)...)
	if p.Default != nil {
		code = code.Else().Block(setDefault(target, &p.Use, p.Default))
	}
	return []jen.Code{code}
}
