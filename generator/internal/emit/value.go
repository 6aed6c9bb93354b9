package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// source gives, afresh on each call, the expression that a value is read from or appended to.
type source func() *jen.Statement

// fromDecoder is the decoder in hand.
func fromDecoder() *jen.Statement { return jen.Id("d") }

// isExpression tells that a value of t is read by one expression; the others have a method DecodeJSON.
func isExpression(t *ir.Type) bool {
	switch t.Kind {
	case ir.KindStruct, ir.KindTuple, ir.KindUnion:
		return false
	case ir.KindArray, ir.KindMap:
		return t.Codec != nil
	}
	return true
}

// read is the expression that reads a value of t, where isExpression: from a tornado.Decoder, or, for scalars, from a
// tornado.Param.
func read(t *ir.Type, src source) *jen.Statement {
	if t.Check != nil {
		decoder := src
		src = func() *jen.Statement { return decoder().Dot("Check").Call(jen.Id(t.Check.Name)) }
	}
	switch t.Kind {
	case ir.KindArray, ir.KindMap:
		return jen.Id(t.Codec.Decode).Call(src())
	case ir.KindEnum:
		if t.Enum.Base == ir.KindString {
			return jen.Id(t.Name).Call(src().Dot("Enum").Call(jen.Id(t.Enum.Var)))
		}
		return jen.Id(t.Name).Call(src().Dot(readers[t.Enum.Base]).Call(ruleRef(t.Rule)))
	case ir.KindJSON:
		switch len(t.Values) {
		case 0:
			return src().Dot("JSON").Call()
		case 1:
			return src().Dot("Const").Call(key(t.Values[0]))
		}
		return src().Dot("OneOf").Add(jsonList(t.Values))
	case ir.KindForeign:
		return tornado("DecodeAs").Types(goType(t.Go)).Call(src())
	case ir.KindAddr:
		return src().Dot("Addr").Call(jen.Lit(t.AddrVersion))
	case ir.KindBool:
		if len(t.Values) > 0 {
			return src().Dot("ConstBool").Call(jen.Id(t.Values[0]))
		}
		return src().Dot("Bool").Call()
	case ir.KindTime, ir.KindDate, ir.KindTimeOfDay, ir.KindDuration, ir.KindUUID:
		return src().Dot(readers[t.Kind]).Call()
	}
	return src().Dot(readers[t.Kind]).Call(ruleRef(t.Rule))
}

// readers are the methods of tornado.Decoder and tornado.Param that read scalars.
var readers = map[ir.Kind]string{
	ir.KindString: "String", ir.KindBool: "Bool", ir.KindInt32: "Int32", ir.KindInt64: "Int64", ir.KindUint32: "Uint32",
	ir.KindUint64: "Uint64", ir.KindFloat32: "Float32", ir.KindFloat64: "Float64", ir.KindDecimal: "Decimal",
	ir.KindTime: "Time", ir.KindDate: "Date", ir.KindTimeOfDay: "TimeOfDay", ir.KindDuration: "Duration",
	ir.KindUUID: "UUID", ir.KindBytes: "Base64", ir.KindFile: "File", ir.KindForeign: "As",
}

// writer is the method of tornado.ParamWriter, and behind Append the function of tornado, that writes a scalar, with the
// conversion that it needs, "" for none.
func writer(kind ir.Kind) (name, conversion string) {
	switch kind {
	case ir.KindInt32:
		return "Int64", "int64"
	case ir.KindUint32:
		return "Uint64", "uint64"
	case ir.KindAddr:
		return "Addr", ""
	case ir.KindJSON:
		return "JSON", ""
	}
	return readers[kind], ""
}

// written is the writer of t and the value as it takes it.
func written(t *ir.Type, value *jen.Statement) (name string, arg *jen.Statement) {
	if t.Kind == ir.KindEnum {
		name, conversion := writer(t.Enum.Base)
		if conversion == "" {
			conversion = predeclared[t.Enum.Base]
		}
		return name, jen.Id(conversion).Call(value)
	}
	name, conversion := writer(t.Kind)
	if conversion != "" {
		return name, jen.Id(conversion).Call(value)
	}
	return name, value
}

// predeclared are the Go types of the kinds that an enum may be based on.
var predeclared = map[ir.Kind]string{ir.KindString: "string", ir.KindInt64: "int64", ir.KindUint64: "uint64"}

// decodeInto gives the statements that read a value into target: a variable, a selector, or what a pointer points to, "*v". src is used once, but for values
// that may be null.
func decodeInto(target string, u *ir.Use, src source) []jen.Code {
	switch u.Presence {
	case ir.Optional:
		return decodeSet(target, u, src)
	case ir.Null, ir.OptNull:
		return []jen.Code{
			jen.If(jen.Op("!").Add(tornado("DecodeNull")).Call(src(), address(target))).Block(decodeSet(target, u, src)...),
		}
	}
	switch {
	case u.Pointer && isExpression(u.Type):
		return []jen.Code{define("x", read(u.Type, src)), assign(jen.Id(target), jen.Op("&").Id("x"))}
	case u.Pointer:
		return []jen.Code{assign(jen.Id(target), decodeNew(u, src))}
	case isExpression(u.Type):
		return []jen.Code{assign(jen.Id(target), read(u.Type, src))}
	}
	return []jen.Code{jen.Id(target).Dot("DecodeJSON").Call(src())}
}

// decodeNew reads a value that has a method for that, and gives a pointer to it.
func decodeNew(u *ir.Use, src source) *jen.Statement {
	return tornado("Read").Types(goType(u.Type.Go)).Call(src())
}

// room counts the memory of a value that is made in a list.
func room(u *ir.Use) jen.Code { return tornado("Room").Types(goType(u.Go)).Call(jen.Id("d")) }

// address is a pointer to target.
func address(target string) *jen.Statement {
	if pointer, found := strings.CutPrefix(target, "*"); found {
		return jen.Id(pointer)
	}
	return jen.Op("&").Id(target)
}

// decodeSet reads a value and sets it in the wrapper target.
func decodeSet(target string, u *ir.Use, src source) []jen.Code {
	set := func(value jen.Code) jen.Code { return jen.Id(strings.TrimPrefix(target, "*")).Dot("Set").Call(value) }
	switch {
	case u.Pointer && isExpression(u.Type):
		return []jen.Code{define("x", read(u.Type, src)), set(jen.Op("&").Id("x"))}
	case u.Pointer:
		return []jen.Code{set(decodeNew(u, src))}
	case isExpression(u.Type):
		return []jen.Code{set(read(u.Type, src))}
	}
	return []jen.Code{tornado(makers[u.Presence]).Call(address(target)).Dot("DecodeJSON").Call(src())}
}

// makers are the functions of the runtime that make a value present in its wrapper, and give it where it is.
var makers = map[ir.Presence]string{ir.Optional: "MakeOpt", ir.Null: "MakeNull", ir.OptNull: "MakeOptNull"}

// appendValue is the expression that appends a value of t, or of a pointer to it, to buf.
func appendValue(t *ir.Type, buf jen.Code, value *jen.Statement, way ir.Way) *jen.Statement {
	if !t.Partial[way] {
		way = ir.ToAnyone
	}
	switch t.Kind {
	case ir.KindArray, ir.KindMap:
		if t.Codec != nil {
			return jen.Id(t.Codec.Append[way]).Call(buf, value)
		}
		return value.Dot(appendMethods[way]).Call(buf)
	case ir.KindStruct, ir.KindTuple, ir.KindUnion:
		return value.Dot(appendMethods[way]).Call(buf)
	}
	name, arg := written(t, value)
	return tornado("Append"+name).Call(buf, arg)
}

// appender is the function that appends a value of t, func(b []byte, v T) []byte; nil where it takes more than that.
func appender(t *ir.Type) *jen.Statement {
	switch t.Kind {
	case ir.KindStruct, ir.KindTuple, ir.KindUnion:
		return nil
	case ir.KindArray, ir.KindMap:
		if t.Codec == nil {
			return nil
		}
		return jen.Id(t.Codec.Append[ir.ToAnyone])
	case ir.KindEnum:
		if t.Enum.Base != ir.KindString {
			return nil
		}
		return tornado("AppendEnum")
	case ir.KindInt32, ir.KindUint32:
		return tornado("Append" + readers[t.Kind])
	}
	name, _ := writer(t.Kind)
	return tornado("Append" + name)
}

// hasMethods tells that *T has the method AppendJSON.
func hasMethods(t *ir.Type) bool {
	switch t.Kind {
	case ir.KindStruct, ir.KindTuple, ir.KindUnion:
		return true
	case ir.KindArray, ir.KindMap:
		return t.Codec == nil
	}
	return false
}

// appendMethods are the methods that write a value, by ir.Way.
var appendMethods = [...]string{"AppendJSON", "appendRequestJSON", "appendResponseJSON"}

// printForms prints the methods that write t, one for each form.
func printForms(f *file, t *ir.Type, receiver *jen.Statement, body func(g *jen.Group, way ir.Way)) {
	for _, way := range t.Forms() {
		f.decl("", jen.Func().Params(receiver.Clone()).Id(appendMethods[way]).Params(bytesParam()).Index().Byte().
			BlockFunc(func(g *jen.Group) { body(g, way) }))
	}
}
