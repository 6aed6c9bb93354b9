package emit

import (
	"strconv"
	"time"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printStreams prints streams_gen.go: what reads and writes the items of answers that go on.
func printStreams(f *file, p *ir.Package) {
	for _, op := range p.Every {
		if op.Request.Body != nil {
			for _, c := range op.Request.Body.Variants {
				if c.Codec != "" {
					what := "data of the events"
					if c.Events != nil {
						what = "events"
					}
					printStreamCodec(f, what+" that are sent to "+op.Name, c, c.Item, ir.ToServer)
				}
			}
		}
		for _, a := range op.Result.Answers {
			if a.Content != nil && a.Content.Codec != "" {
				printStreamCodec(f, answerItems(op, a.Content), a.Content, &a.Content.Use, ir.ToClient)
			}
		}
	}
}

// answerItems is what an answer that goes on has.
func answerItems(op *ir.Operation, c *ir.Content) string {
	switch {
	case c.Shape != ir.BodyEvents:
		return "items of " + op.Name
	case c.Events != nil:
		return "events of " + op.Name
	}
	return "data of the events of " + op.Name
}

// printStreamCodec prints what reads and writes the items u of c, which go that way.
func printStreamCodec(f *file, what string, c *ir.Content, u *ir.Use, way ir.Way) {
	element := func() *jen.Statement { return goType(c.Go.Elem) }
	plain := u.Presence == ir.Plain && !u.Pointer
	write := jen.Func().Params(bytesParam(), jen.Id("v").Add(element())).Index().Byte()
	if plain {
		write.Add(oneLine(appendValue(u.Type, jen.Id("b"), jen.Id("v"), way)))
	} else {
		write.BlockFunc(func(g *jen.Group) {
			add(g, appendElement("v", u, fromBuffer, way))
			g.Return(jen.Id("b"))
		})
	}
	decode := jen.Func().Params(jen.Id("d").Op("*").Add(tornado("Decoder")))
	if plain && isExpression(u.Type) {
		decode.Add(element()).Add(oneLine(read(u.Type, fromDecoder)))
	} else {
		decode.Params(jen.Id("v").Add(element())).BlockFunc(func(g *jen.Group) {
			add(g, decodeInto("v", u, fromDecoder))
			g.Return(jen.Id("v"))
		})
	}
	fields := []jen.Code{field("Append", write), field("Decode", decode)}
	if c.Text {
		fields = append(fields, field("Text", jen.True()))
	}
	if c.TextShape != "" {
		fields = append(fields, field("Shapes", jen.Id(ir.ShapesVar)), field("Shape", key(c.TextShape)))
	}
	if e := c.Events; e != nil {
		fields = append(fields, field("Fields", eventFields(e)))
	}
	f.decl(c.Codec+" writes and reads the "+what+".",
		jen.Var().Id(c.Codec).Op("=").Add(tornado("StreamCodec")).Types(element()).Add(lines("{", "}", fields...)))
}

// eventFields tells the runtime how events have their data.
func eventFields(e *ir.EventFields) *jen.Statement {
	fields := []jen.Code{field("Data", tornado(e.Data))}
	if len(e.Text) > 0 {
		fields = append(fields, field("Text", jen.Index().String().Values(texts(e.Text)...)))
	}
	if len(e.JSON) > 0 {
		fields = append(fields, field("JSON", jen.Index().String().Values(texts(e.JSON)...)))
	}
	return jen.Op("&").Add(tornado("EventFields")).Values(fields...)
}

// registerStreams are the functions of the runtime that enter an operation whose handler sends its body.
var registerStreams = map[ir.BodyShape]string{ir.BodyEvents: "RegisterEvents", ir.BodyLines: "RegisterItems", ir.BodyDownload: "RegisterBytes"}

// streamArgs are what the runtime is told of an answer that goes on: its status, and the codec or the media type.
func streamArgs(a *ir.Answer) []jen.Code {
	args := []jen.Code{jen.Lit(a.Status)}
	if a.Content.Codec != "" {
		return append(args, jen.Op("&").Id(a.Content.Codec))
	}
	return append(args, jen.Lit(a.Content.ContentType))
}

// writeStream writes an answer's body that goes on.
func writeStream(c *ir.Content, status jen.Code, body string) jen.Code {
	switch c.Shape {
	case ir.BodyEvents:
		return tornado("WriteEvents").Call(jen.Id("w"), status, jen.Id(body), jen.Op("&").Id(c.Codec))
	case ir.BodyLines:
		return tornado("WriteItems").Call(append([]jen.Code{jen.Id("w"), status, jen.Id(body), jen.Op("&").Id(c.Codec)}, texts(c.Offers)...)...)
	}
	return jen.Id("w").Dot("Reader").Call(status, jen.Lit(c.ContentType), jen.Id(body))
}

// readStream is the expression of a client that reads an answer's body that goes on.
func readStream(c *ir.Content) *jen.Statement {
	switch c.Shape {
	case ir.BodyEvents:
		return client("EventsOf").Call(jen.Id("res"), jen.Op("&").Id(c.Codec))
	case ir.BodyLines:
		return client("ItemsOf").Call(append([]jen.Code{jen.Id("res"), jen.Op("&").Id(c.Codec)}, texts(c.Read)...)...)
	}
	return jen.Id("res").Dot("Reader").Call(texts(c.Read)...)
}

// printEvents ends the method of a client whose answer is a stream of events or items: it is opened when it is ranged over.
func printEvents(g *jen.Group, op *ir.Operation) {
	a := op.Result.Answers[0]
	name := map[ir.BodyShape]string{ir.BodyEvents: "Events", ir.BodyLines: "Items"}[a.Content.Shape]
	args := append([]jen.Code{jen.Id("call")}, streamArgs(a)...)
	fail := jen.Func().Params(jen.Id("res").Op("*").Add(client("Response"))).Error().BlockFunc(func(g *jen.Group) {
		if !readFailures(g, op) {
			g.Return(jen.Id("res").Dot("Unexpected").Call())
		}
	})
	if len(op.Errors) == 0 {
		fail = jen.Parens(jen.Op("*").Add(client("Response"))).Dot("Unexpected")
	}
	g.Return(client(name).Call(append(args, fail)...))
}

// streamOptions is what the document says of the streams of an operation.
func streamOptions(s *ir.Stream) *jen.Statement {
	var fields []jen.Code
	for _, d := range []struct {
		name string
		d    time.Duration
	}{{"Heartbeat", s.Heartbeat}, {"Retry", s.Retry}} {
		if d.d != 0 {
			fields = append(fields, field(d.name, durationOf(d.d)))
		}
	}
	for _, n := range []struct {
		name string
		n    int64
	}{{"Queue", s.Queue}, {"Bytes", s.Bytes}} {
		if n.n != 0 {
			fields = append(fields, field(n.name, jen.Lit(int(n.n))))
		}
	}
	if s.Slow != "" {
		fields = append(fields, field("Slow", tornado(s.Slow)))
	}
	return jen.Op("&").Add(tornado("StreamOptions")).Values(fields...)
}

// durationOf is a duration as one writes it.
func durationOf(d time.Duration) *jen.Statement {
	for _, unit := range []struct {
		d    time.Duration
		name string
	}{{time.Minute, "Minute"}, {time.Second, "Second"}, {time.Millisecond, "Millisecond"}} {
		if d%unit.d == 0 {
			return number(strconv.FormatInt(int64(d/unit.d), 10)).Op("*").Qual("time", unit.name)
		}
	}
	return number(strconv.FormatInt(int64(d), 10))
}
