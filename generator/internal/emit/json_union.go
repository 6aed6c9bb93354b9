package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printUnionCodec prints the methods of a union: the discriminator picks the member.
func printUnionCodec(f *file, t *ir.Type) {
	f.decl(decodeDoc, jen.Func().Params(jen.Id("v").Op("*").Id(t.Name)).Id("DecodeJSON").Params(decoderParam()).BlockFunc(func(g *jen.Group) {
		decodeUnion(g, t.Union)
	}))
	f.decl(appendDoc+" A union without a value is null.", method("v", t.Name).Id("AppendJSON").Params(bytesParam()).Index().Byte().BlockFunc(func(g *jen.Group) {
		appendUnion(g, t.Union, false)
	}))
	if t.HasWriteOnly {
		f.decl(appendResponseDoc, method("v", t.Name).Id("appendResponseJSON").Params(bytesParam()).Index().Byte().BlockFunc(func(g *jen.Group) {
			appendUnion(g, t.Union, true)
		}))
	}
	printMarshal(f, t)
}

func decodeUnion(g *jen.Group, u *ir.Union) {
	var values []string
	peek := jen.Id("d").Dot("Peek").Call(jen.Lit(u.Discriminator))
	g.Switch(jen.List(jen.Id("name"), jen.Id("_")).Op(":=").Add(peek), jen.Id("name")).BlockFunc(func(g *jen.Group) {
		for _, m := range u.Members {
			if len(m.Values) == 0 {
				continue
			}
			values = append(values, m.Values...)
			g.Case(texts(m.Values)...).Block(
				define("x", jen.New(jen.Id(m.Type.Name))),
				jen.Id("x").Dot("DecodeJSON").Call(jen.Id("d")),
				assign(jen.Id("v").Dot("Value"), jen.Id("x")),
			)
		}
		g.Default().Block(
			jen.Id("d").Dot("Violate").Call(
				jen.Id("d").Dot("Offset").Call(),
				jen.Lit("discriminator"),
				jen.Lit(u.Discriminator+" must be one of "+strings.Join(values, ", ")),
			),
			jen.Id("d").Dot("Skip").Call(),
		)
	})
}

func appendUnion(g *jen.Group, u *ir.Union, response bool) {
	g.Switch(jen.Id("x").Op(":=").Id("v").Dot("Value").Assert(jen.Type())).BlockFunc(func(g *jen.Group) {
		for _, m := range u.Members {
			g.Case(jen.Op("*").Id(m.Type.Name)).Block(appendVariant(m, response)...)
		}
	})
	g.Return(jen.Append(jen.Id("b"), jen.Lit("null").Op("...")))
}

// appendVariant writes the member x, with the discriminator that it lacks.
func appendVariant(m *ir.UnionMember, response bool) []jen.Code {
	value := func(name string) *jen.Statement { return appendValue(m.Type, jen.Id("b"), jen.Id(name), response) }
	switch {
	case m.Fill != nil:
		field := "x." + m.Field.Name
		return []jen.Code{
			jen.If(fieldEmpty(field, m.Field)).Block(
				define("filled", jen.Op("*").Id("x")),
				setField("filled."+m.Field.Name, m.Field, m.Fill),
				jen.Return(value("filled")),
			),
			jen.Return(value("x")),
		}
	case m.Prefix != "":
		return []jen.Code{
			assign(jen.Id("b"), jen.Append(jen.Id("b"), key(m.Prefix).Op("..."))),
			jen.Return(tornado("JoinObject").Call(value("x"), jen.Len(jen.Id("b")))),
		}
	}
	return []jen.Code{jen.Return(value("x"))}
}

// fieldEmpty tells whether a discriminator, a string or an enum of strings, says nothing.
func fieldEmpty(target string, field *ir.Field) jen.Code {
	if field.Presence == ir.Plain {
		return jen.Id(target).Op("==").Lit("")
	}
	return jen.Id(target).Dot("Value").Call().Op("==").Lit("")
}

func setField(target string, field *ir.Field, value *ir.Expr) jen.Code {
	if field.Presence == ir.Plain {
		return assign(jen.Id(target), expr(value))
	}
	return jen.Id(target).Dot("Set").Call(expr(value))
}
