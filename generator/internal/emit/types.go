package emit

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printTypes prints types_gen.go: the types of the document, then the answers of the operations.
func printTypes(f *file, p *ir.Package) {
	if !p.Server && !p.Client {
		f.packageDoc(p.Doc)
	}
	for _, t := range p.Types {
		printType(f, t, p)
	}
	if p.HasUnions {
		f.decl(p.Names.Unknown+" is the JSON of a value that is none of the members of its union. A client keeps what it does not know, "+
			"so that a server may grow; a server refuses it.", jen.Type().Id(p.Names.Unknown).Add(tornado("JSON")))
	}
	if p.Server || p.Client {
		for _, s := range p.SharedErrors {
			printError(f, s.Answer)
		}
		for _, op := range p.Every {
			printAnswers(f, op, p.Server)
		}
	}
}

func printType(f *file, t *ir.Type, p *ir.Package) {
	if t.AliasOf != nil {
		f.decl(t.Doc, jen.Type().Id(t.Name).Op("=").Add(goType(t.AliasOf)))
		return
	}
	switch t.Kind {
	case ir.KindEnum:
		printEnum(f, t)
	case ir.KindStruct, ir.KindTuple:
		printStruct(f, t)
	case ir.KindUnion:
		printUnion(f, t, p.Names.Unknown)
	case ir.KindArray:
		f.decl(t.Doc, jen.Type().Id(t.Name).Index().Add(goType(t.Elem.Go)))
	case ir.KindMap:
		f.decl(t.Doc, jen.Type().Id(t.Name).Map(jen.String()).Add(goType(t.Elem.Go)))
	}
}

func printEnum(f *file, t *ir.Type) {
	f.decl(t.Doc, jen.Type().Id(t.Name).Add(goType(t.Enum.Go)))
	if len(t.Enum.Values) == 0 {
		return
	}
	f.decl("The values of "+t.Name+".", jen.Const().DefsFunc(func(g *jen.Group) {
		for _, v := range t.Enum.Values {
			addComment(g, v.Doc)
			g.Id(v.Name).Id(t.Name).Op("=").Add(expr(v.Expr))
		}
	}))
	valid := method("v", t.Name).Id("Valid").Params().Bool()
	f.gap()
	f.jen.Add(comment("Valid reports whether v is one of the values that the document names."))
	if t.Enum.Var != "" {
		f.jen.Add(valid.Add(oneLine(jen.Id(t.Enum.Var).Dot("Has").Call(jen.String().Call(jen.Id("v"))))))
		return
	}
	names := make([]jen.Code, len(t.Enum.Values))
	for i, v := range t.Enum.Values {
		names[i] = jen.Id(v.Name)
	}
	f.jen.Add(valid.Block(
		jen.Switch(jen.Id("v")).Block(jen.Case(wrapped(names)...).Block(jen.Return(jen.True()))),
		jen.Return(jen.False()),
	))
}

// wrapped is a list that is printed a line each when it is long.
func wrapped(items []jen.Code) []jen.Code {
	if len(items) <= 6 {
		return items
	}
	return []jen.Code{jen.Custom(jen.Options{Separator: ",\n"}, items...)}
}

func printStruct(f *file, t *ir.Type) {
	f.decl(t.Doc, jen.Type().Id(t.Name).StructFunc(func(g *jen.Group) {
		for _, field := range t.Struct.Fields {
			addComment(g, field.Doc)
			g.Id(field.Name).Add(goType(field.Go)).Tag(map[string]string{"json": field.Tag})
		}
		if extra := t.Struct.Extra; extra != nil {
			addComment(g, extra.Doc)
			g.Id(extra.Name).Add(goType(extra.Go)).Tag(map[string]string{"json": "-"})
		}
	}))
}

func printUnion(f *file, t *ir.Type, unknown string) {
	u := t.Union
	f.decl(t.Doc, jen.Type().Id(t.Name).Struct(jen.Id("Value").Id(u.Interface)))
	f.decl(u.Doc, jen.Type().Id(u.Interface).Interface(
		jen.Id(u.Marker).Params(),
		tornado("Appender"),
	))
	if u.Wrappers != "" {
		f.decl(u.Wrappers, jen.Type().DefsFunc(func(g *jen.Group) {
			for _, m := range u.Members {
				if m.Wrapped {
					g.Id(m.Name).Add(goType(m.Type.Go))
				}
			}
		}))
	}
	f.gap()
	for _, m := range u.Members {
		of := jen.Id(m.Name)
		if m.Pointer {
			of = jen.Op("*").Add(of)
		}
		f.jen.Func().Params(of).Id(u.Marker).Params().Block()
	}
	f.jen.Func().Params(jen.Id(unknown)).Id(u.Marker).Params().Block()
}

// printAnswers prints the structs that hold an operation's answers, and the interface of those that a handler chooses from. Those of
// a package without a server do not write themselves.
func printAnswers(f *file, op *ir.Operation, server bool) {
	if op.Result.Kind == ir.ResultSealed {
		f.decl(op.Result.Doc, jen.Type().Id(op.Result.Interface).InterfaceFunc(func(g *jen.Group) {
			if server {
				g.Add(tornado("Responder"))
			}
			g.Id(op.Result.Marker).Params()
		}))
	}
	for _, a := range op.Result.Answers {
		if a.Name == "" {
			continue
		}
		printAnswer(f, a)
		if op.Result.Kind == ir.ResultSealed {
			f.decl("", jen.Func().Params(jen.Id(a.Name)).Id(op.Result.Marker).Params().Block())
		}
	}
	for _, a := range op.Errors {
		if a.Shared == nil {
			printError(f, a)
		}
	}
	printAliases(f, op)
}

// printAliases prints the names that op has for errors which other operations have too.
func printAliases(f *file, op *ir.Operation) {
	shared := slices.DeleteFunc(slices.Clone(op.Errors), func(a *ir.Answer) bool { return a.Shared == nil })
	switch len(shared) {
	case 0:
	case 1:
		f.decl(shared[0].Doc, jen.Type().Id(shared[0].Name).Op("=").Id(shared[0].Shared.Name))
	default:
		f.decl("", jen.Type().DefsFunc(func(g *jen.Group) {
			for _, a := range shared {
				addComment(g, a.Doc)
				g.Id(a.Name).Op("=").Id(a.Shared.Name)
			}
		}))
	}
}

func printAnswer(f *file, a *ir.Answer) {
	f.decl(a.Doc, jen.Type().Id(a.Name).StructFunc(func(g *jen.Group) {
		if a.StatusField != "" {
			g.Id(a.StatusField).Int()
		}
		for _, h := range a.Headers {
			addComment(g, h.Doc)
			g.Id(h.Field).Add(goType(h.Go))
		}
		if a.Content != nil {
			addComment(g, a.Content.Doc)
			g.Id(a.Content.Field).Add(goType(a.Content.Go))
		}
	}))
}

// printError prints an answer that is a tornado.ResponseError; server_gen.go adds WriteResponse.
func printError(f *file, a *ir.Answer) {
	printAnswer(f, a)
	recv := func() *jen.Statement { return method("e", a.Name) }
	fixed := len("func (e ) ") + len(a.Name)
	status := jen.Lit(a.Status)
	code := shortFunc{recv().Id("StatusCode").Params().Int(), status, fixed + len("StatusCode() int return 404")}
	if a.StatusField != "" {
		status = jen.Id("e").Dot(a.StatusField)
		code.result = status.Clone()
	}
	message, width := errorMessage(a)
	f.short(shortFunc{
		recv().Id("Error").Params().String(), tornado("ErrorText").Call(status, message),
		fixed + len("Error() string return tornado.ErrorText(404, )") + width,
	}, code)
}
