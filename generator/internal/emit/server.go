package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printServer prints server_gen.go: New, and what writes each answer.
func printServer(f *file, p *ir.Package) {
	printNew(f, p.Names.New, p.Names.New+" gives the API whose operations h answers.", p.Names.Handler, info(p, p.API.BasePath), p.CORS, p.Security, p.Served())
	for _, s := range p.SharedErrors {
		printWriteResponse(f, s.Answer)
	}
	for _, fb := range p.Fallbacks {
		printFallback(f, fb)
	}
	for _, op := range p.Every {
		printWriters(f, op)
	}
}

// printNew prints the constructor of an API.
func printNew(f *file, name, doc, handler string, info *jen.Statement, cors *ir.CORS, security *ir.Security, operations []*ir.Operation) {
	params := []jen.Code{jen.Id("h").Id(handler)}
	if security != nil {
		doc += " auth checks who is calling."
		params = append(params, jen.Id("auth").Id(security.Authenticator))
	}
	params = append(params, jen.Id("opts").Op("...").Add(tornado("APIOption")))
	f.decl(doc, jen.Func().Id(name).Params(params...).Op("*").Add(tornado("API")).BlockFunc(func(g *jen.Group) {
		if cors != nil {
			g.Id("opts").Op("=").Append(jen.Index().Add(tornado("APIOption")).Values(crossOrigin(cors)), jen.Id("opts").Op("..."))
		}
		g.Id("api").Op(":=").Add(tornado("NewAPI")).Call(tornado("Info").Add(info), jen.Id("opts").Op("..."))
		if security != nil {
			g.Id(security.Add).Call(jen.Id("api"), jen.Id("auth"))
		}
		for _, op := range operations {
			g.Add(register(op))
		}
		for _, op := range operations {
			if op.Fallback != nil {
				g.Id("api").Dot("Fallback").Call(jen.Op("&").Id(op.Var), jen.Id(op.Fallback.Func))
			}
			if op.Choice != nil && op.Choice.Path != nil {
				g.Id("api").Dot("ValidPath").Call(jen.Op("&").Id(op.Var), jen.Func().Params(jen.Id("in").Op("*").Add(tornado("Input"))).
					Block(jen.New(jen.Id(op.Request.Name)).Dot("decodePath").Call(jen.Id("in"))))
			}
		}
		g.Return(jen.Id("api"))
	}))
}

// crossOrigin is the option that lets pages of other origins call. Options of the caller come behind it, and replace it.
func crossOrigin(c *ir.CORS) *jen.Statement {
	list := []jen.Code{corsOptions(c.All)}
	for _, r := range c.Rules {
		list = append(list, jen.Qual(ir.RuntimeCORS, "Rule").Values(
			field("Operations", jen.Index().String().Values(texts(r.Operations)...)), field("Options", corsOptions(r.Options)),
		))
	}
	return jen.Qual(ir.RuntimeCORS, "Rules").Add(lines("(", ")", list...))
}

func corsOptions(o *ir.CORSOptions) *jen.Statement {
	var fields []jen.Code
	for _, l := range []struct {
		name string
		list []string
	}{{"Origins", o.Origins}, {"Methods", o.Methods}, {"Headers", o.Headers}, {"Exposed", o.Exposed}} {
		if l.list != nil {
			fields = append(fields, field(l.name, jen.Index().String().Values(texts(l.list)...)))
		}
	}
	if o.Credentials {
		fields = append(fields, field("Credentials", jen.True()))
	}
	if o.MaxAge != 0 {
		fields = append(fields, field("MaxAge", durationOf(o.MaxAge)))
	}
	return jen.Qual(ir.RuntimeCORS, "Options").Values(fields...)
}

// info is what the document says of itself, served below a path.
func info(p *ir.Package, basePath string) *jen.Statement {
	fields := []jen.Code{field("Title", jen.Lit(p.API.Title)), field("Version", jen.Lit(p.API.APIVersion))}
	if basePath != "" {
		fields = append(fields, field("BasePath", jen.Lit(basePath)))
	}
	fields = append(fields, field("Document", jen.Id(p.Names.DocumentBytes)), field("DocumentName", jen.Lit(p.API.SourceName)))
	return lines("{", "}", fields...)
}

func register(op *ir.Operation) jen.Code {
	args := []jen.Code{
		jen.Id("api"),
		jen.Op("&").Id(op.Var),
		jen.Parens(jen.Op("*").Id(op.Request.Name)).Dot("decode"),
		jen.Id("h").Dot(op.Name),
	}
	if op.Kind == ir.OperationDeferred {
		return tornado("RegisterDeferred").Call(args...)
	}
	if s := op.Socket; s != nil {
		return tornado("RegisterSocket").Call(append(args, sends(s.Send, ir.ToClient), receives(s.Receive))...)
	}
	if op.Result.Kind == ir.ResultStream {
		return tornado(registerStreams[op.Result.Answers[0].Content.Shape]).Call(append(args, streamArgs(op.Result.Answers[0])...)...)
	}
	args[3] = callHandler(op)
	switch op.Result.Kind {
	case ir.ResultNone:
		return tornado("RegisterNoContent").Call(append(args, jen.Lit(op.Result.Answers[0].Status))...)
	case ir.ResultSealed:
		return tornado("RegisterAny").Call(args...)
	case ir.ResultPointer, ir.ResultStruct:
		return tornado("RegisterPtr").Call(append(args, jen.Id(op.Result.Write))...)
	case ir.ResultValue:
	}
	return tornado("Register").Call(append(args, jen.Id(op.Result.Write))...)
}

// callHandler is the function by which the runtime calls the handler of op, with a pointer to the request.
func callHandler(op *ir.Operation) jen.Code {
	params := jen.Params(jen.Id("ctx").Qual("context", "Context"), jen.Id("req").Op("*").Id(op.Request.Name))
	return jen.Func().Add(params).Add(callResults(op)).Block(jen.Return(jen.Id("h").Dot(op.Name).Call(jen.Id("ctx"), jen.Op("*").Id("req"))))
}

// printWriters prints what writes the answers of op.
func printWriters(f *file, op *ir.Operation) {
	switch op.Result.Kind {
	case ir.ResultNone, ir.ResultStream, ir.ResultSocket:
	case ir.ResultSealed:
		for _, a := range op.Result.Answers {
			printWriteResponse(f, a)
		}
	case ir.ResultStruct:
		if op.ClientOnly {
			break
		}
		printWrite(f, op, "v."+fieldOf(op.Result.Answers[0]))
	case ir.ResultPointer, ir.ResultValue:
		if op.ClientOnly {
			break
		}
		printWrite(f, op, "v")
	}
	for _, a := range op.Errors {
		if a.Shared == nil {
			printWriteResponse(f, a)
		}
	}
}

func fieldOf(a *ir.Answer) string {
	if a.Content == nil {
		return ""
	}
	return a.Content.Field
}

func replyParam() *jen.Statement { return jen.Id("w").Op("*").Add(tornado("Reply")) }

func printWrite(f *file, op *ir.Operation, body string) {
	f.decl("", jen.Func().Id(op.Result.Write).Params(replyParam(), jen.Id("v").Add(goType(op.Result.Go))).BlockFunc(func(g *jen.Group) {
		writeAnswer(g, op.Result.Answers[0], body)
	}))
}

// printWriteResponse prints the method that makes an answer a tornado.Responder. The receiver is left out where it has
// nothing to give.
func printWriteResponse(f *file, a *ir.Answer) {
	recv := jen.Id("v").Id(a.Name)
	if a.StatusField == "" && len(a.Headers) == 0 && a.Content == nil {
		recv = jen.Id(a.Name)
	}
	f.decl("", jen.Func().Params(recv).Id("WriteResponse").Params(replyParam()).BlockFunc(func(g *jen.Group) {
		writeAnswer(g, a, "v."+fieldOf(a))
	}))
}

// writeAnswer adds the statements that write the answer v: headers, then body, which is the expression that holds it.
func writeAnswer(g *jen.Group, a *ir.Answer, body string) {
	for _, h := range a.Headers {
		if h.Each {
			name, arg := written(h.Type.Elem.Type, jen.Id("item"))
			g.For(jen.List(jen.Id("_"), jen.Id("item")).Op(":=").Range().Id("v").Dot(h.Field)).Block(
				jen.Id("w").Dot("Param").Call(jen.Lit(h.Wire), style(h)).Dot(name).Call(arg),
			)
			continue
		}
		g.Add(writeParam("v."+h.Field, h, ir.ToClient, func() *jen.Statement {
			return jen.Id("w").Dot("Param").Call(jen.Lit(h.Wire), style(h))
		})...)
	}
	status := jen.Lit(a.Status)
	if a.StatusField != "" {
		status = jen.Id("v").Dot(a.StatusField)
	}
	c := a.Content
	if c == nil {
		g.Id("w").Dot("NoBody").Call(status)
		return
	}
	switch c.Shape {
	case ir.BodyBytes:
		g.Id("w").Dot("Bytes").Call(status, jen.Lit(c.ContentType), jen.Id(body))
	case ir.BodyBlob:
		g.Id("w").Dot("Blob").Call(status, jen.Id(body))
	case ir.BodyReader, ir.BodyUpload, ir.BodyItems, ir.BodyFeed, ir.BodyForm: // of requests alone
	case ir.BodyEvents, ir.BodyLines, ir.BodyDownload:
		g.Add(writeStream(c, status, body))
	case ir.BodyTyped:
		open := func() *jen.Statement { return openBody(c, status) }
		if c.Presence == ir.Plain && !c.Pointer || c.Presence == ir.NilAbsent {
			g.Id("w").Dot("Done").Call(appendValue(c.Type, open(), jen.Id(body), ir.ToClient))
			return
		}
		g.Id("b").Op(":=").Add(open())
		add(g, appendElement(body, &c.Use, fromBuffer, ir.ToClient))
		g.Id("w").Dot("Done").Call(jen.Id("b"))
	}
}

// openBody begins a typed body and gives the buffer for its JSON.
func openBody(c *ir.Content, status jen.Code) *jen.Statement {
	switch {
	case c.TextShape == "" && c.Negotiated:
		return jen.Id("w").Dot("JSON").Call(status, jen.Id("w").Dot("Offer").Call(texts(c.Offers)...))
	case c.TextShape == "":
		return jen.Id("w").Dot("JSON").Call(status, jen.Lit(c.ContentType))
	}
	return jen.Id("w").Dot("MediaBody").Call(append(append([]jen.Code{status}, shape(c.TextShape)...), texts(c.Offers)...)...)
}

// fromBuffer is the buffer in hand.
func fromBuffer() *jen.Statement { return jen.Id("b") }
