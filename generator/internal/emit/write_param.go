package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// opener gives the expression for a tornado.ParamWriter, by a name and the name of a style.
type opener func(name, style string) *jen.Statement

// writeParam gives the statements that write the parameter value, where it is set.
func writeParam(value string, p *ir.Param, open opener) []jen.Code {
	return writeUse(value, &p.Use, func(value string) []jen.Code {
		if p.Kind == ir.ParamFlat {
			var code []jen.Code
			for _, m := range p.Members {
				code = append(code, writeUse(value+"."+m.Field.Name, &m.Field.Use, func(value string) []jen.Code {
					return []jen.Code{writeKind(value, m.Field.Type, m.Kind, m.Item, open(m.Wire, m.Style))}
				})...)
			}
			return code
		}
		w := open(p.Wire, p.Style)
		if p.Kind == ir.ParamMembers {
			return []jen.Code{w.Dot("Object").Call(jen.Func().Params(objectParam()).BlockFunc(func(g *jen.Group) {
				writeMembers(g, value, p)
			}))}
		}
		return []jen.Code{writeKind(value, p.Type, p.Kind, p.Item, w)}
	})
}

func objectParam() *jen.Statement { return jen.Id("o").Add(tornado("ObjectWriter")) }

// writeMembers adds what writes the members of an object.
func writeMembers(g *jen.Group, object string, p *ir.Param) {
	for _, m := range p.Members {
		g.Add(writeUse(object+"."+m.Field.Name, &m.Field.Use, func(value string) []jen.Code {
			return []jen.Code{writeKind(value, m.Field.Type, m.Kind, m.Item, jen.Id("o").Dot("Member").Call(jen.Lit(m.Wire)))}
		})...)
	}
	if p.Extra {
		g.Add(writeEntries(object+"."+p.Type.Struct.Extra.Name, p.Type.Struct.Extra.Elem, p.Item))
	}
}

// writeEntries writes the entries of a map as members, in the order of their keys.
func writeEntries(m string, elem *ir.Use, item ir.ParamKind) jen.Code {
	keys := jen.Qual("slices", "Sorted").Call(jen.Qual("maps", "Keys").Call(jen.Id(m)))
	return jen.For(jen.List(jen.Id("_"), jen.Id("k")).Op(":=").Range().Add(keys)).Block(
		writeElement(m+"[k]", elem, item, jen.Id("o").Dot("Member").Call(jen.Id("k")))...,
	)
}

// writeUse writes a value where it is set.
func writeUse(value string, u *ir.Use, write func(value string) []jen.Code) []jen.Code {
	switch u.Presence {
	case ir.Plain:
		return write(value)
	case ir.NilAbsent:
		return []jen.Code{jen.If(jen.Id(value).Op("!=").Nil()).Block(write(value)...)}
	}
	return []jen.Code{jen.If(jen.List(jen.Id("x"), jen.Id("ok")).Op(":=").Id(value).Dot("Get").Call(), jen.Id("ok")).Block(write("x")...)}
}

// writeKind writes a value that is there to w.
func writeKind(value string, t *ir.Type, kind, item ir.ParamKind, w *jen.Statement) jen.Code {
	switch kind {
	case ir.ParamArray:
		return w.Dot("Items").Call(jen.Len(jen.Id(value)), jen.Func().Params(jen.Id("i").Int(), jen.Id("w").Add(tornado("ParamWriter"))).Block(
			writeElement(value+"[i]", t.Elem, item, jen.Id("w"))...,
		))
	case ir.ParamMap:
		return w.Dot("Object").Call(jen.Func().Params(objectParam()).Block(writeEntries(value, t.Elem, item)))
	case ir.ParamJSON:
		return w.Dot("JSON").Call(appendValue(t, jen.Nil(), jen.Id(value), false))
	}
	name, arg := written(t, jen.Id(value))
	return w.Dot(name).Call(arg)
}

// writeElement writes an item or an entry; null is an empty text, or null in JSON.
func writeElement(value string, u *ir.Use, kind ir.ParamKind, w *jen.Statement) []jen.Code {
	switch {
	case kind == ir.ParamJSON && (u.Presence != ir.Plain || u.Pointer):
		return append(append([]jen.Code{
			jen.Var().Id("b").Index().Byte(),
		}, appendElement(value, u, fromBuffer, false)...), w.Dot("JSON").Call(jen.Id("b")))
	case kind == ir.ParamJSON && byReference(u):
		return []jen.Code{define("x", jen.Id(value)), w.Dot("JSON").Call(appendValue(u.Type, jen.Nil(), jen.Id("x"), false))}
	case u.Presence != ir.Plain:
		value += ".Value()"
	}
	return []jen.Code{writeKind(value, u.Type, kind, ir.ParamScalar, w)}
}
