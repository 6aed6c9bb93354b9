package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// decodeBody adds the statements that read the body of a request: the media type picks among several variants.
func decodeBody(g *jen.Group, body *ir.Body) {
	var code []jen.Code
	if len(body.Variants) == 1 {
		code = decodeVariant(body.Variants[0])
	} else {
		code = []jen.Code{byMediaType(jen.Id("in").Dot("ContentType").Call(), body.Variants, func(g *jen.Group, c *ir.Content) {
			add(g, decodeVariant(c))
		})}
	}
	if body.Required {
		add(g, code) // the runtime refuses a request without it
		return
	}
	g.If(jen.Id("in").Dot("HasBody").Call()).Block(code...)
}

func decodeVariant(c *ir.Content) []jen.Code {
	target := "r." + c.Field
	switch c.Shape {
	case ir.BodyBytes:
		return []jen.Code{assignTo(target, &c.Use, jen.Id("in").Dot("BytesBody").Call())}
	case ir.BodyBlob:
		return []jen.Code{assignTo(target, &c.Use, jen.Id("in").Dot("BlobBody").Call())}
	case ir.BodyReader:
		return []jen.Code{assignTo(target, &c.Use, jen.Id("in").Dot("StreamBody").Call())}
	case ir.BodyUpload:
		return []jen.Code{assignTo(target, &c.Use, jen.Id("in").Dot("UploadBody").Call())}
	case ir.BodyItems:
		if c.TextShape != "" {
			args := append([]jen.Code{jen.Id("in")}, shape(c.TextShape)...)
			return []jen.Code{assignTo(target, &c.Use, tornado("PartsBody").Call(append(args, itemDecoder(c.Item))...))}
		}
		return []jen.Code{assignTo(target, &c.Use, tornado("ItemsBody").Call(jen.Id("in"), itemDecoder(c.Item)))}
	case ir.BodyFeed:
		return []jen.Code{assignTo(target, &c.Use, tornado("EventsBody").Call(jen.Id("in"), jen.Op("&").Id(c.Codec)))}
	case ir.BodyForm:
		return []jen.Code{assignTo(target, &c.Use, readForm(c))}
	case ir.BodyTyped:
	}
	code := decodeDocument(target, &c.Use, bodyOfRequest(c))
	return append(code, jen.Id("in").Dot("EndJSON").Call())
}

// readForm gives the steps through a form with files.
func readForm(c *ir.Content) jen.Code {
	call, decode := tornado("FormBody").Types(jen.Struct()), jen.Code(jen.Nil())
	if c.Item != nil {
		call, decode = tornado("FormBody"), itemDecoder(c.Item)
	}
	args := append([]jen.Code{jen.Id("in")}, shape(c.TextShape)...)
	rules := make([]jen.Code, len(c.Files))
	for i, f := range c.Files {
		rules[i] = tornado("FileRule").Add(fileRule(f))
	}
	return call.Add(lines("(", ")", append([]jen.Code{row(append(args, decode)...)}, rules...)...))
}

func fileRule(f *ir.FileMember) *jen.Statement {
	fields := []jen.Code{field("Field", jen.Lit(f.Name))}
	if f.Required {
		fields = append(fields, field("Required", jen.True()))
	}
	if f.Several {
		fields = append(fields, field("Several", jen.True()))
	}
	if f.Items != nil {
		fields = append(fields, field("Items", ruleRef(f.Items)))
	}
	if f.Length != nil {
		fields = append(fields, field("Length", ruleRef(f.Length)))
	}
	return jen.Values(fields...)
}

// itemDecoder is the function that reads one item of a stream: func(v *T, d *tornado.Decoder).
func itemDecoder(u *ir.Use) jen.Code {
	if u.Presence == ir.Plain && !u.Pointer && !isExpression(u.Type) {
		return jen.Parens(jen.Op("*").Add(goType(u.Go))).Dot("DecodeJSON")
	}
	params := []jen.Code{jen.Id("v").Op("*").Add(goType(u.Go)), jen.Id("d").Op("*").Add(tornado("Decoder"))}
	target := "*v"
	if u.Presence != ir.Plain && u.Presence != ir.NilAbsent {
		target = "(*v)"
	}
	return jen.Func().Params(params...).Block(decodeInto(target, u, fromDecoder)...)
}

// itemEncoder is the function that writes one item of a stream: func(v *T, b []byte) []byte.
func itemEncoder(u *ir.Use, way ir.Way) jen.Code {
	if u.Presence == ir.Plain && !u.Pointer && hasMethods(u.Type) {
		if !u.Type.Partial[way] {
			way = ir.ToAnyone
		}
		return jen.Parens(jen.Op("*").Add(goType(u.Go))).Dot(appendMethods[way])
	}
	return jen.Func().Params(jen.Id("v").Op("*").Add(goType(u.Go)), bytesParam()).Index().Byte().BlockFunc(func(g *jen.Group) {
		add(g, appendElement("(*v)", u, fromBuffer, way))
		g.Return(jen.Id("b"))
	})
}

// bodyOfRequest gives the decoder on a typed body: that of JSON alone, or one by a shape.
func bodyOfRequest(c *ir.Content) source {
	return func() *jen.Statement {
		if c.TextShape == "" {
			return jen.Id("in").Dot("JSONBody").Call()
		}
		return jen.Id("in").Dot("MediaBody").Call(shape(c.TextShape)...)
	}
}

// shape are the arguments that name a shape.
func shape(name string) []jen.Code { return []jen.Code{jen.Id(ir.ShapesVar), key(name)} }

// assignTo assigns a value, or sets it in its wrapper.
func assignTo(target string, u *ir.Use, value jen.Code) jen.Code {
	if u.Presence == ir.Plain || u.Presence == ir.NilAbsent {
		return assign(jen.Id(target), value)
	}
	return jen.Id(target).Dot("Set").Call(value)
}

// byMediaType is a switch over the media type that comes: the last variant takes what no other one names.
func byMediaType(contentType jen.Code, variants []*ir.Content, each func(g *jen.Group, c *ir.Content)) jen.Code {
	ranges := false
	for _, c := range variants {
		ranges = ranges || !c.Otherwise && c.HasRanges
	}
	head := jen.Switch(contentType)
	if ranges {
		head = jen.Switch(define("media", contentType), jen.Empty())
	}
	return head.BlockFunc(func(g *jen.Group) {
		for _, c := range variants {
			clause := jen.Default()
			switch {
			case c.Otherwise:
			case ranges:
				clause = jen.Case(tornado("MatchMediaType").Call(append([]jen.Code{jen.Id("media")}, texts(c.MediaTypes)...)...))
			default:
				clause = jen.Case(texts(c.MediaTypes)...)
			}
			g.Add(clause.BlockFunc(func(g *jen.Group) { each(g, c) }))
		}
	})
}
