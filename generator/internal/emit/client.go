package emit

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printClient prints client_gen.go: a method for each operation.
func printClient(f *file, p *ir.Package) {
	if !p.Server {
		f.packageDoc(p.Doc)
	}
	name := p.Names.Client
	f.decl(name+" calls the API. It is safe for concurrent use.", jen.Type().Id(name).Struct(jen.Id("c").Op("*").Add(client("Client"))))
	f.decl(p.Names.NewClient+" gives a client of the API at baseURL"+exampleURL(p)+", the path of the server included.",
		jen.Func().Id(p.Names.NewClient).Params(jen.Id("baseURL").String(), jen.Id("opts").Op("...").Add(client("Option"))).
			Params(jen.Op("*").Id(name), jen.Error()).Block(
			jen.List(jen.Id("c"), jen.Err()).Op(":=").Add(client("New")).Call(jen.Id("baseURL"), jen.Id("opts").Op("...")),
			jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
			jen.Return(jen.Op("&").Id(name).Values(jen.Id("c")), jen.Nil()),
		))
	for _, op := range p.Operations {
		f.decl(op.CallDoc, jen.Func().Params(jen.Id("c").Op("*").Id(name)).Id(op.Name).Params(jen.Id("ctx").Qual("context", "Context"), jen.Id("req").Id(op.Request.Name)).Add(callResults(op)).BlockFunc(func(g *jen.Group) {
			g.Id("call").Op(":=").Id("c").Dot("c").Dot("Call").Call(jen.Id("ctx"), jen.Op("&").Id(op.Var))
			printCall(g, op)
		}))
		if op.Pages != nil {
			printPages(f, name, op)
		}
	}
	for _, s := range p.SharedErrors {
		printReadError(f, s)
	}
}

// callResults are the results of a client's method.
func callResults(op *ir.Operation) *jen.Statement {
	switch {
	case op.Result.Kind == ir.ResultNone:
		return jen.Error()
	case op.Socket != nil:
		return jen.Params(socket(op.Socket.Receive, op.Socket.Send), jen.Error())
	case iterates(op):
		return goType(op.Result.Go)
	}
	return jen.Params(goType(op.Result.Go), jen.Error())
}

// iterates tells that a client's method returns an iterator alone, which brings its errors.
func iterates(op *ir.Operation) bool {
	return op.Result.Kind == ir.ResultStream && op.Result.Answers[0].Content.Codec != ""
}

// exampleURL is the first server of the document, for a comment.
func exampleURL(p *ir.Package) string {
	if len(p.API.Servers) == 0 {
		return ""
	}
	return " (" + p.API.Servers[0].Address + ")"
}

// printCall adds the body of a client's method with its call in hand: fill in, send, read the answer.
func printCall(g *jen.Group, op *ir.Operation) {
	for _, p := range op.Request.Params {
		if p.Fixed != nil {
			g.Add(callParam(p)().Dot("String").Call(jen.Lit(*p.Fixed)))
			continue
		}
		add(g, writeParam("req."+p.Field, p, ir.ToServer, callParam(p)))
	}
	if op.Request.Body != nil {
		for _, v := range op.Request.Body.Variants {
			g.Add(sendBody(v))
		}
	}
	if iterates(op) {
		printEvents(g, op)
		return
	}
	if s := op.Socket; s != nil {
		g.List(jen.Id("ws"), jen.Id("res"), jen.Err()).Op(":=").Add(client("Dial")).Call(jen.Id("call"), sends(s.Receive, ir.ToServer), receives(s.Send))
		g.If(jen.Id("res").Op("==").Nil()).Block(jen.Return(jen.Id("ws"), jen.Err()))
	} else {
		send := "Do"
		if op.GoesOn() {
			send = "Open"
		}
		g.List(jen.Id("res"), jen.Err()).Op(":=").Id("call").Dot(send).Call()
		g.If(jen.Err().Op("!=").Nil()).BlockFunc(func(g *jen.Group) { failWith(g, op, jen.Err()) })
	}
	if readCases(g, op) {
		return
	}
	failWith(g, op, jen.Id("res").Dot("Unexpected").Call())
}

// callPlaces are the methods of client.Call that begin a parameter.
var callPlaces = map[ir.In]string{ir.InPath: "Path", ir.InQuery: "Query", ir.InHeader: "Header", ir.InCookie: "Cookie"}

func callParam(p *ir.Param) func() *jen.Statement {
	return func() *jen.Statement {
		code := style(p)
		if p.Source.AllowReserved {
			code = code.Op("|").Add(tornado("AllowReserved"))
		}
		return jen.Id("call").Dot(callPlaces[p.In]).Call(jen.Lit(p.Wire), code)
	}
}

// sendBody sets the body of the call, where it is there.
func sendBody(c *ir.Content) jen.Code {
	send := func(value string) []jen.Code {
		switch c.Shape {
		case ir.BodyBytes:
			return []jen.Code{jen.Id("call").Dot("Bytes").Call(jen.Lit(c.ContentType), jen.Id(value))}
		case ir.BodyBlob:
			return []jen.Code{jen.Id("call").Dot("Blob").Call(jen.Id(value))}
		case ir.BodyReader:
			return []jen.Code{jen.Id("call").Dot("Reader").Call(jen.Lit(c.ContentType), jen.Id(value))}
		case ir.BodyUpload:
			return []jen.Code{jen.Id("call").Dot("Upload").Call(jen.Id(value))}
		case ir.BodyItems:
			if c.TextShape != "" {
				args := append([]jen.Code{jen.Id("call"), jen.Lit(c.ContentType)}, shape(c.TextShape)...)
				return []jen.Code{client("SendParts").Call(append(args, jen.Id(value), itemEncoder(c.Item, ir.ToServer))...)}
			}
			return []jen.Code{client("SendItems").Call(jen.Id("call"), jen.Lit(c.ContentType), jen.Id(value), itemEncoder(c.Item, ir.ToServer))}
		case ir.BodyFeed:
			return []jen.Code{client("SendEvents").Call(jen.Id("call"), jen.Lit(c.ContentType), jen.Id(value), jen.Op("&").Id(c.Codec))}
		case ir.BodyForm:
			encode := jen.Nil()
			if c.Item != nil {
				encode = jen.Add(itemEncoder(c.Item, ir.ToServer))
			}
			args := append([]jen.Code{jen.Id("call"), jen.Lit(c.ContentType)}, shape(c.TextShape)...)
			return []jen.Code{client("SendForm").Call(append(args, jen.Lit(c.FileField), jen.Id(value), encode)...)}
		case ir.BodyTyped:
		}
		if hasMethods(c.Type) {
			return []jen.Code{sendTyped(c, jen.Id(value).Dot(appendMethods[bodyForm(c)]))}
		}
		return []jen.Code{sendTyped(c, jen.Func().Params(bytesParam()).Index().Byte().Block(
			jen.Return(appendValue(c.Type, jen.Id("b"), jen.Id(value), ir.ToServer)),
		))}
	}
	value := "req." + c.Field
	switch {
	case c.Shape == ir.BodyReader, c.Shape == ir.BodyItems, c.Shape == ir.BodyFeed, c.Shape == ir.BodyForm:
		return send(value)[0] // which takes nil for none
	case c.Presence == ir.Null || c.Presence == ir.OptNull || c.Pointer:
		return sendNullable(c, value)
	case c.Presence == ir.NilAbsent:
		return jen.If(jen.Id(value).Op("!=").Nil()).Block(send(value)...)
	case c.Presence == ir.Optional:
		return jen.If(jen.List(jen.Id("x"), jen.Id("ok")).Op(":=").Id(value).Dot("Get").Call(), jen.Id("ok")).Block(send("x")...)
	}
	return send(value)[0]
}

// bodyForm is the way whose form a body has in a request.
func bodyForm(c *ir.Content) ir.Way {
	if c.Type.Partial[ir.ToServer] {
		return ir.ToServer
	}
	return ir.ToAnyone
}

// sendTyped hands over what encodes a typed body.
func sendTyped(c *ir.Content, encode jen.Code) *jen.Statement {
	if c.TextShape == "" {
		return jen.Id("call").Dot("JSON").Call(jen.Lit(c.ContentType), encode)
	}
	return jen.Id("call").Dot("MediaBody").Call(append(append([]jen.Code{jen.Lit(c.ContentType)}, shape(c.TextShape)...), encode)...)
}

// sendNullable sets a JSON body that may be null.
func sendNullable(c *ir.Content, value string) jen.Code {
	send := sendTyped(c, jen.Func().Params(bytesParam()).Index().Byte().BlockFunc(func(g *jen.Group) {
		add(g, appendElement(value, &c.Use, fromBuffer, ir.ToServer))
		g.Return(jen.Id("b"))
	}))
	if c.Presence != ir.OptNull {
		return send
	}
	return jen.If(jen.Id(value).Dot("IsSet").Call()).Block(send)
}

// readCases adds the switch over the status that came, and reports whether it has a default, behind which nothing can stand.
func readCases(g *jen.Group, op *ir.Operation) (complete bool) {
	return readCasesOf(g, op.Cases, func(g *jen.Group, a *ir.Answer) { readAnswer(g, op, a) })
}

// readFailures is readCases for what returns an error alone, and the answers that are errors.
func readFailures(g *jen.Group, op *ir.Operation) (complete bool) {
	var failures []*ir.Case
	for _, c := range op.Cases {
		if c.Answers[0].Error {
			failures = append(failures, c)
		}
	}
	return readCasesOf(g, failures, func(g *jen.Group, a *ir.Answer) { readFailure(g, a, func(err jen.Code) { g.Return(err) }) })
}

func readCasesOf(g *jen.Group, cases []*ir.Case, read func(g *jen.Group, a *ir.Answer)) (complete bool) {
	if len(cases) == 0 {
		return false
	}
	ranges := false
	for _, c := range cases {
		ranges = ranges || c.Low != c.High
		complete = complete || c.Low == 0 && answersAll(c)
	}
	status := jen.Id("res").Dot("StatusCode")
	head := jen.Switch(status)
	if ranges {
		head = jen.Switch(define("status", status), jen.Empty())
	}
	g.Add(head.BlockFunc(func(g *jen.Group) {
		for _, c := range cases {
			g.Add(statusClause(c, ranges).BlockFunc(func(g *jen.Group) {
				readCase(g, c, read)
			}))
		}
	}))
	return complete
}

// answersAll tells that a case returns whatever the media type is.
func answersAll(c *ir.Case) bool {
	return len(c.Answers) == 1 || slices.ContainsFunc(c.Answers, func(a *ir.Answer) bool { return a.Content.Otherwise })
}

func statusClause(c *ir.Case, ranges bool) *jen.Statement {
	switch {
	case c.Low == 0:
		return jen.Default()
	case !ranges:
		return jen.Case(jen.Lit(c.Low))
	case c.Low == c.High:
		return jen.Case(jen.Id("status").Op("==").Lit(c.Low))
	}
	return jen.Case(jen.Id("status").Op(">=").Lit(c.Low).Op("&&").Id("status").Op("<=").Lit(c.High))
}

// readCase adds what reads the answer of one status, by its media type where there are several.
func readCase(g *jen.Group, c *ir.Case, read func(g *jen.Group, a *ir.Answer)) {
	if len(c.Answers) == 1 {
		read(g, c.Answers[0])
		return
	}
	byContent := make(map[*ir.Content]*ir.Answer, len(c.Answers))
	variants := make([]*ir.Content, len(c.Answers))
	var all []string
	for i, a := range c.Answers {
		variants[i], byContent[a.Content] = a.Content, a
		all = append(all, a.Content.MediaTypes...)
	}
	mediaType := jen.Id("res").Dot("ContentType").Call()
	if c.ByParameters {
		mediaType = jen.Id("res").Dot("MediaType").Call(texts(all)...)
	}
	g.Add(byMediaType(mediaType, variants, func(g *jen.Group, content *ir.Content) {
		read(g, byContent[content])
	}))
}
