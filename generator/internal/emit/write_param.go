package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// writeParam gives the statements that write the parameter value, where it is set. open is the expression for a
// tornado.ParamWriter.
func writeParam(value string, p *ir.Param, way ir.Way, open func() *jen.Statement) []jen.Code {
	return writeUse(value, &p.Use, func(value string) []jen.Code {
		w := open()
		if p.Written {
			w = w.Dot("Required").Call()
		}
		return []jen.Code{writeKind(value, p, way, w)}
	})
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
func writeKind(value string, p *ir.Param, way ir.Way, w *jen.Statement) jen.Code {
	switch p.Kind {
	case ir.ParamArray:
		name, arg := written(p.Type.Elem.Type, jen.Id(value+"[i]"))
		return w.Dot("Items").Call(jen.Len(jen.Id(value)), jen.Func().Params(jen.Id("i").Int(), jen.Id("w").Add(tornado("ParamWriter"))).Block(
			jen.Id("w").Dot(name).Call(arg),
		))
	case ir.ParamJSON:
		return w.Dot("JSON").Call(appendValue(p.Type, jen.Nil(), jen.Id(value), way))
	case ir.ParamShaped:
		return w.Dot("As").Call(append(shape(p.TextShape), appendValue(p.Type, jen.Nil(), jen.Id(value), way))...)
	case ir.ParamScalar:
	}
	name, arg := written(p.Type, jen.Id(value))
	return w.Dot(name).Call(arg)
}
