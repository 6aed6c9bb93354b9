package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printHandler prints handler_gen.go: the interfaces that a user implements.
func printHandler(f *file, p *ir.Package) {
	f.packageDoc(p.Doc)
	f.decl(p.Names.Handler+" answers every operation of the API.", jen.Type().Id(p.Names.Handler).InterfaceFunc(func(g *jen.Group) {
		for _, h := range p.Handlers {
			g.Id(h.Name)
		}
	}))
	for _, h := range p.Handlers {
		printInterface(f, h.Name, h.Doc, h.Operations)
	}
	printReplies(f, p.Served())
	for _, h := range p.Handlers {
		printUnimplemented(f, h.Name, h.Unimplemented, h.Operations)
	}
}

func printInterface(f *file, name, doc string, operations []*ir.Operation) {
	f.decl(doc, jen.Type().Id(name).InterfaceFunc(func(g *jen.Group) {
		for i, op := range operations {
			if i > 0 {
				g.Line()
			}
			addComment(g, op.Doc)
			g.Id(op.Name).Add(signature(op, "ctx", "req", last(op)))
		}
	}))
}

// last is the name of the last parameter of a handler's method that does not return its answer.
func last(op *ir.Operation) string {
	switch op.Kind {
	case ir.OperationDeferred:
		return "reply"
	case ir.OperationSocket:
		return "ws"
	}
	return "out"
}

// signature is the parameters and results of a handler's method; the names are "" where they are left out.
func signature(op *ir.Operation, ctx, req, last string) *jen.Statement {
	params := []jen.Code{named(ctx, jen.Qual("context", "Context")), named(req, jen.Id(op.Request.Name))}
	switch {
	case op.Kind == ir.OperationDeferred:
		return jen.Params(append(params, named(last, jen.Id(op.Reply.Name)))...)
	case op.Kind == ir.OperationSocket:
		return jen.Params(append(params, named(last, socket(op.Socket.Send, op.Socket.Receive)))...).Error()
	case op.Result.Kind == ir.ResultStream:
		return jen.Params(append(params, named(last, goType(op.Result.Out)))...).Error()
	case op.Result.Kind == ir.ResultNone:
		return jen.Params(params...).Error()
	}
	return jen.Params(params...).Params(goType(op.Result.Go), jen.Error())
}

func named(name string, typ jen.Code) jen.Code {
	if name == "" {
		return typ
	}
	return jen.Id(name).Add(typ)
}

func printUnimplemented(f *file, handler, name string, operations []*ir.Operation) {
	f.decl(name+" answers 501 to every operation of "+handler+". Embed it to implement them one at a time.", jen.Type().Id(name).Struct())
	for _, op := range operations {
		err := tornado("NotImplemented").Call(jen.Op("&").Id(op.Var))
		method := jen.Func().Params(jen.Id(name)).Id(op.Name)
		if op.Kind == ir.OperationDeferred {
			f.decl("", method.Add(signature(op, "_", "_", "reply")).Block(jen.Id("reply").Dot("Fail").Call(err)))
			continue
		}
		f.decl("", method.Add(signature(op, "", "", "")).BlockFunc(func(g *jen.Group) { failHandler(g, op, err) }))
	}
}

// failHandler adds what returns an error from a handler's method.
func failHandler(g *jen.Group, op *ir.Operation, err jen.Code) {
	if op.Result.Kind == ir.ResultStream || op.Result.Kind == ir.ResultSocket {
		g.Return(err)
		return
	}
	failWith(g, op, err)
}

// failWith adds what returns an error from a client's method.
func failWith(g *jen.Group, op *ir.Operation, err jen.Code) {
	switch {
	case op.Result.Kind == ir.ResultNone:
		g.Return(err)
	case op.Result.Nilable:
		g.Return(jen.Nil(), err)
	default:
		g.Return(expr(op.Result.Zero), err)
	}
}
