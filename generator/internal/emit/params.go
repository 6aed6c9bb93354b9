package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printParams prints params_gen.go: the requests, and for a server what decodes them.
func printParams(f *file, p *ir.Package) {
	for _, op := range p.Every {
		printRequest(f, op.Request)
		if p.Server && !op.ClientOnly {
			printDecode(f, op.Request)
			printDecodePath(f, op)
		}
	}
}

func printRequest(f *file, r *ir.Request) {
	f.decl(r.Doc, jen.Type().Id(r.Name).StructFunc(func(g *jen.Group) {
		for _, p := range r.Params {
			addComment(g, p.Doc)
			g.Id(p.Field).Add(goType(p.Go))
		}
		if r.Body == nil {
			return
		}
		for _, v := range r.Body.Variants {
			addComment(g, v.Doc)
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

// printDecodePath prints what reads the parameters of the path by which op is told from others.
func printDecodePath(f *file, op *ir.Operation) {
	if op.Choice == nil || op.Choice.Path == nil {
		return
	}
	f.decl("", jen.Func().Params(jen.Id("r").Op("*").Id(op.Request.Name)).Id("decodePath").Params(jen.Id("in").Op("*").Add(tornado("Input"))).BlockFunc(func(g *jen.Group) {
		for _, p := range op.Choice.Path {
			add(g, input.param("r."+p.Field, p))
		}
	}))
}

// reader reads parameters from where they came in.
type reader struct {
	in string // the variable that holds them: a tornado.Input, or the response of a client
	// find gives the expression that looks one up.
	find func(p *ir.Param) *jen.Statement
}

// input reads from the tornado.Input in hand.
var input = reader{in: "in", find: func(p *ir.Param) *jen.Statement {
	args := []jen.Code{jen.Lit(p.Wire), style(p)}
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

// style is the style of a parameter, as both sides need it.
func style(p *ir.Param) *jen.Statement {
	code := tornado(p.Style)
	if p.AllowEmpty {
		code = code.Op("|").Add(tornado("AllowEmpty"))
	}
	return code
}

// param reads one parameter into target.
func (r reader) param(target string, p *ir.Param) []jen.Code {
	if p.In == ir.InPath && p.Kind == ir.ParamScalar && p.Presence == ir.Plain {
		// What the route matched is there.
		return decodeInto(target, &p.Use, func() *jen.Statement { return r.find(p) })
	}
	found := r.find(p)
	if p.Kind == ir.ParamShaped {
		found = found.Dot("As").Call(shape(p.TextShape)...)
	}
	code := jen.If(define("p", found), jen.Id("p").Dot(demand(p.Required)).Call()).Block(r.value(target, p)...)
	if p.Default != nil {
		code = code.Else().Block(setDefault(target, &p.Use, p.Default)...)
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

// value reads the parameter p, which is there, into target.
func (r reader) value(target string, p *ir.Param) []jen.Code {
	switch p.Kind {
	case ir.ParamArray:
		items := jen.Id("p").Dot("Items").Call()
		if p.Each {
			items = jen.Id(r.in).Dot("Params").Call(jen.Lit(p.Wire), style(p))
		}
		return readItems(target, p.Type, items)
	case ir.ParamJSON, ir.ParamShaped:
		code := decodeDocument(target, &p.Use, func() *jen.Statement { return jen.Id(r.in).Dot("JSONParam").Call(jen.Id("p")) })
		return append(code, jen.Id(r.in).Dot("EndJSONParam").Call(jen.Id("p")))
	case ir.ParamScalar:
	}
	// Text has no null.
	return []jen.Code{assignTo(target, &p.Use, read(p.Type, func() *jen.Statement { return jen.Id("p") }))}
}

// readItems reads the items of an array of scalars, which the expression items yields.
func readItems(list string, t *ir.Type, items jen.Code) []jen.Code {
	item := read(t.Elem.Type, func() *jen.Statement { return jen.Id("item") })
	code := []jen.Code{
		assign(jen.Id(list), jen.Make(goType(t.Go), jen.Lit(0), jen.Id("p").Dot("Count").Call())),
		jen.For(jen.Id("item").Op(":=").Range().Add(items)).Block(assign(jen.Id(list), jen.Append(jen.Id(list), item))),
	}
	if t.Rule != nil {
		code = append(code, jen.Id("p").Dot("CheckItems").Call(jen.Len(jen.Id(list)), ruleRef(t.Rule)))
	}
	return code
}

// decodeDocument reads a JSON text, for which open gives the decoder, once.
func decodeDocument(target string, u *ir.Use, open source) []jen.Code {
	if u.Presence == ir.Null || u.Presence == ir.OptNull {
		return append([]jen.Code{define("d", open())}, decodeInto(target, u, fromDecoder)...)
	}
	return decodeInto(target, u, open)
}
