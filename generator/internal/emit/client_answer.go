package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// readAnswer adds what reads the answer a and returns it: a result of op, or an error.
func readAnswer(g *jen.Group, op *ir.Operation, a *ir.Answer) {
	bare := a.StatusField == "" && len(a.Headers) == 0 && a.Content == nil
	switch {
	case a.Error:
		readFailure(g, a, func(err jen.Code) { failWith(g, op, err) })
	case op.Result.Kind == ir.ResultSealed && bare:
		g.Return(jen.Id(a.Name).Values(), jen.Nil())
	case op.Result.Kind == ir.ResultStream:
		g.Return(readStream(a.Content), endAnswer(a))
	case op.Result.Kind == ir.ResultNone:
		g.Return(jen.Nil())
	case op.Result.Kind == ir.ResultSealed:
		g.Var().Id("v").Id(a.Name)
		add(g, readParts("v", "v."+fieldOf(a), a))
		g.Return(jen.Id("v"), endAnswer(a))
	case op.Result.Kind == ir.ResultStruct:
		g.Id("v").Op(":=").New(jen.Id(a.Name))
		add(g, readParts("v", "v."+fieldOf(a), a))
		g.Return(jen.Id("v"), endAnswer(a))
	case op.Result.Kind == ir.ResultPointer:
		g.Id("v").Op(":=").New(goType(a.Content.Type.Go))
		g.Id("v").Dot("DecodeJSON").Call(bodyOfAnswer(a.Content)())
		g.Return(jen.Id("v"), endAnswer(a))
	default:
		readResult(g, a)
	}
}

// readFailure adds what reads the answer a, which is an error, and fails with it.
func readFailure(g *jen.Group, a *ir.Answer, fail func(err jen.Code)) {
	if a.Shared != nil {
		fail(jen.Id(a.Shared.Read).Call(jen.Id("res")))
		return
	}
	if a.StatusField == "" && len(a.Headers) == 0 && a.Content == nil {
		fail(jen.Id(a.Name).Values())
		return
	}
	g.Var().Id("e").Id(a.Name)
	add(g, readParts("e", "e."+fieldOf(a), a))
	fail(jen.Id("res").Dot(endMethod("Fail", a)).Call(jen.Id("e")))
}

// printReadError prints the function by which a client reads an error that several operations answer.
func printReadError(f *file, s *ir.SharedError) {
	own := *s.Answer
	own.Shared = nil
	params := jen.Params(jen.Id("res").Op("*").Add(client("Response")))
	f.decl("", jen.Func().Id(s.Read).Add(params).Error().BlockFunc(func(g *jen.Group) {
		readFailure(g, &own, func(err jen.Code) { g.Return(err) })
	}))
}

// readResult reads a body that is the result itself.
func readResult(g *jen.Group, a *ir.Answer) {
	c := a.Content
	if c.Presence == ir.Plain && !c.Pointer && (c.Shape != ir.BodyTyped || isExpression(c.Type)) {
		g.Id("v").Op(":=").Add(bodyValue(c))
		g.Return(jen.Id("v"), endAnswer(a))
		return
	}
	g.Var().Id("v").Add(goType(c.Go))
	add(g, readBody("v", c))
	g.Return(jen.Id("v"), endAnswer(a))
}

// response reads the headers of the client's response in hand.
var response = reader{in: "res", find: func(p *ir.Param) *jen.Statement {
	return jen.Id("res").Dot("Param").Call(jen.Lit(p.Wire), style(p))
}}

// readParts reads status, headers and body of an answer into the struct v.
func readParts(v, body string, a *ir.Answer) []jen.Code {
	var code []jen.Code
	if a.StatusField != "" {
		code = append(code, assign(jen.Id(v).Dot(a.StatusField), jen.Id("res").Dot("StatusCode")))
	}
	for _, h := range a.Headers {
		code = append(code, response.param(v+"."+h.Field, h)...)
	}
	if a.Content != nil {
		code = append(code, readBody(body, a.Content)...)
	}
	return code
}

// readBody reads the body of an answer into target.
func readBody(target string, c *ir.Content) []jen.Code {
	if c.Shape.GoesOn() {
		return []jen.Code{assign(jen.Id(target), readStream(c))}
	}
	if c.Shape != ir.BodyTyped {
		return []jen.Code{assignTo(target, &c.Use, bodyValue(c))}
	}
	return decodeDocument(target, &c.Use, bodyOfAnswer(c))
}

// bodyValue is the expression that reads a body.
func bodyValue(c *ir.Content) *jen.Statement {
	switch c.Shape {
	case ir.BodyBytes:
		return jen.Id("res").Dot("Bytes").Add(answerTypes(c))
	case ir.BodyBlob:
		return jen.Id("res").Dot("Blob").Add(answerTypes(c))
	case ir.BodyTyped, ir.BodyReader, ir.BodyUpload, ir.BodyItems, ir.BodyFeed, ir.BodyForm:
	}
	return read(c.Type, bodyOfAnswer(c))
}

// bodyOfAnswer gives the decoder on a typed body of the media types that are declared.
func bodyOfAnswer(c *ir.Content) source {
	return func() *jen.Statement {
		if c.TextShape == "" {
			return jen.Id("res").Dot("JSON").Add(answerTypes(c))
		}
		return jen.Id("res").Dot("MediaBody").Add(answerTypes(c, shape(c.TextShape)...))
	}
}

// answerTypes are arguments that end with the media types of an answer, in lines where they are many.
func answerTypes(c *ir.Content, before ...jen.Code) *jen.Statement {
	if textWidth(c.Read) <= lineWidth {
		return jen.Call(append(before, texts(c.Read)...)...)
	}
	items := rows(c.Read, func(s string) jen.Code { return jen.Lit(s) })
	if len(before) > 0 {
		items = append([]jen.Code{row(before...)}, items...)
	}
	return lines("(", ")", items...)
}

// endAnswer is the error of an answer that has been read.
func endAnswer(a *ir.Answer) *jen.Statement { return jen.Id("res").Dot(endMethod("End", a)).Call() }

// endMethod is the method of the response that ends what was read of it.
func endMethod(name string, a *ir.Answer) string {
	if a.Content != nil && a.Content.Shape == ir.BodyTyped {
		return name + "JSON"
	}
	return name
}
