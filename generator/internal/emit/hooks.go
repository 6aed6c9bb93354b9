package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printHooks prints webhooks_gen.go or callbacks_gen.go: what sends the calls of the API, and what receives them.
func printHooks(f *file, p *ir.Package, h *ir.Hooks) {
	if p.Client {
		printSender(f, h)
	}
	for _, u := range h.URLs {
		printHelper(f, u)
	}
	if p.Server {
		printInterface(f, h.Handler, h.HandlerDoc, h.Operations)
		printReplies(f, h.Operations)
		printUnimplemented(f, h.Handler, h.Unimplemented, h.Operations)
		printNew(f, h.New, h.NewDoc, h.Handler, info(p, ""), nil, h.Security, h.Operations)
	}
}

func printSender(f *file, h *ir.Hooks) {
	f.decl(h.SenderDoc, jen.Type().Id(h.Sender).Struct(jen.Id("c").Op("*").Add(client("Client"))))
	f.decl(h.NewSender+" gives what calls them, with the options of a client.", jen.Func().Id(h.NewSender).Params(jen.Id("opts").Op("...").Add(client("Option"))).Op("*").Id(h.Sender).Block(
		jen.Return(jen.Op("&").Id(h.Sender).Values(client("NewSender").Call(jen.Id("opts").Op("..."))))))
	for _, op := range h.Operations {
		params := []jen.Code{jen.Id("ctx").Qual("context", "Context"), jen.Id("url").String(), jen.Id("req").Id(op.Request.Name)}
		f.decl(op.CallDoc, jen.Func().Params(jen.Id("c").Op("*").Id(h.Sender)).Id(op.Name).Params(params...).Add(callResults(op)).BlockFunc(func(g *jen.Group) {
			g.Id("call").Op(":=").Id("c").Dot("c").Dot("CallAt").Call(jen.Id("ctx"), jen.Op("&").Id(op.Var), jen.Id("url"))
			printCall(g, op)
		}))
	}
}
