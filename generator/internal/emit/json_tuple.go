package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printTupleCodec prints the methods of an array whose first items have fields.
func printTupleCodec(f *file, t *ir.Type) {
	f.decl("", jen.Func().Params(jen.Id("v").Op("*").Id(t.Name)).Id("DecodeJSON").Params(decoderParam()).BlockFunc(func(g *jen.Group) {
		decodeTuple(g, t)
	}))
	printForms(f, t, jen.Id("v").Id(t.Name), func(g *jen.Group, way ir.Way) { appendTuple(g, t.Struct, way) })
	printMarshal(f, t)
}

// decodeTuple adds the statements that read a tuple: one loop over the items.
func decodeTuple(g *jen.Group, t *ir.Type) {
	check(g, t)
	if t.Rule != nil {
		g.Id("start").Op(":=").Id("d").Dot("Offset").Call()
	}
	g.Id("n").Op(":=").Lit(0)
	g.For(jen.Id("more").Op(":=").Id("d").Dot("Array").Call(), jen.Id("more"), jen.Id("more").Op("=").Id("d").Dot("NextItem").Call()).Block(
		jen.Switch(jen.Id("n")).BlockFunc(func(g *jen.Group) {
			for i, field := range t.Struct.Fields {
				g.Case(jen.Lit(i)).Block(decodeInto("v."+field.Name, &field.Use, fromDecoder)...)
			}
			if extra := t.Struct.Extra; extra != nil {
				g.Default().Block(decodeItem("v."+extra.Name, extra.Elem)...)
			} else {
				g.Default().Block(jen.Id("d").Dot("Skip").Call())
			}
		}),
		jen.Id("n").Op("++"),
	)
	if t.Rule != nil {
		g.Id("d").Dot("CheckItems").Call(jen.Id("start"), jen.Id("n"), ruleRef(t.Rule))
	}
}

// appendTuple adds the statements that write a tuple.
func appendTuple(g *jen.Group, s *ir.Struct, way ir.Way) {
	end := func() jen.Code { return jen.Return(jen.Append(jen.Id("b"), jen.LitRune(']'))) }
	g.Id("b").Op("=").Append(jen.Id("b"), jen.LitRune('['))
	for i, field := range s.Fields {
		target := "v." + field.Name
		buf := func() *jen.Statement {
			if i == 0 {
				return jen.Id("b")
			}
			return jen.Append(jen.Id("b"), jen.LitRune(','))
		}
		switch field.Presence {
		case ir.NilAbsent:
			g.If(jen.Id(target).Op("==").Nil()).Block(end())
			g.Id("b").Op("=").Add(appendValue(field.Type, buf(), jen.Id(target), way))
			continue
		case ir.Optional:
			g.If(jen.List(jen.Id("x"), jen.Id("ok")).Op(":=").Id(target).Dot("Get").Call(), jen.Id("ok")).Block(
				jen.Id("b").Op("=").Add(appendValue(field.Type, buf(), jen.Id("x"), way)),
			).Else().Block(end())
			continue
		case ir.OptNull:
			g.If(jen.Op("!").Id(target).Dot("IsSet").Call()).Block(end())
		case ir.Plain, ir.Null:
		}
		add(g, appendElement(target, &field.Use, buf, way))
	}
	if s.Extra != nil {
		rest := "v." + s.Extra.Name
		g.For(jen.Id("i").Op(":=").Range().Id(rest)).Block(
			appendElement(rest+"[i]", s.Extra.Elem, func() *jen.Statement { return jen.Append(jen.Id("b"), jen.LitRune(',')) }, way)...,
		)
	}
	g.Add(end())
}
