package emit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printUnionCodec prints the methods of a union, and those of the wrappers of its members.
func printUnionCodec(f *file, t *ir.Type, unknown string) {
	u := t.Union
	if u.Keys != "" {
		f.decl("", jen.Var().Id(u.Keys).Op("=").Add(tornado("NewKeys")).Add(textList("(", ")", u.KeyNames)))
	}
	f.decl("", jen.Func().Params(jen.Id("v").Op("*").Id(t.Name)).Id("DecodeJSON").Params(decoderParam()).Block(
		decodePick(u, u.Pick, unknown)...,
	))
	var short []shortFunc
	for _, way := range t.Forms() {
		short = append(short, printUnionAppend(f, t, way)...)
		if way == ir.ToAnyone {
			short = append(append(short, marshalFuncs(t)...), stringFunc(t))
		}
	}
	f.short(short...)
	var wrappers []shortFunc
	for _, m := range u.Members {
		if m.Wrapped {
			wrappers = append(wrappers, appendFunc(m.Name, m.Type, goType(m.Type.Go).Parens(jen.Id("v"))))
		}
	}
	f.short(wrappers...)
}

// stringFunc is what prints the value of a union, which is behind a pointer, as its JSON.
func stringFunc(t *ir.Type) shortFunc {
	return shortFunc{
		method("v", t.Name).Id("String").Params().String(), jen.String().Call(jen.Id("v").Dot("AppendJSON").Call(jen.Nil())),
		len("func (v ) String() string return string(v.AppendJSON(nil))") + len(t.Name),
	}
}

// appendFunc is the method that unions ask of their members.
func appendFunc(name string, t *ir.Type, value *jen.Statement) shortFunc {
	result := appendValue(t, jen.Id("b"), value, ir.ToAnyone)
	return shortFunc{
		method("v", name).Id("AppendJSON").Params(bytesParam()).Index().Byte(), result,
		len("func (v ) AppendJSON(b []byte) []byte return ") + len(name) + len(fmt.Sprintf("%#v", result)),
	}
}

// printUnionAppend prints what writes a union: members that need more than their method have a case. Without such members it
// gives the method to print among short ones.
func printUnionAppend(f *file, t *ir.Type, way ir.Way) []shortFunc {
	var cases []jen.Code
	for _, m := range t.Union.Members {
		if m.Fill == nil && m.Prefix == "" && !m.Type.Partial[way] {
			continue
		}
		of := jen.Id(m.Name)
		if m.Pointer {
			of = jen.Op("*").Add(of)
		}
		cases = append(cases, jen.Case(of).Block(appendVariant(m, way)...))
	}
	value := jen.Id("v").Dot("Value")
	signature := method("v", t.Name).Id(appendMethods[way]).Params(bytesParam()).Index().Byte()
	result := tornado("AppendUnion").Call(jen.Id("b"), jen.Id("v").Dot("Value"))
	if len(cases) == 0 {
		width := len("func (v ) (b []byte) []byte return tornado.AppendUnion(b, v.Value)") + len(t.Name) + len(appendMethods[way])
		return []shortFunc{{signature, result, width}}
	}
	f.decl("", signature.Block(
		jen.Switch(jen.Id("x").Op(":=").Add(value).Assert(jen.Type())).Block(cases...),
		jen.Return(result),
	))
	return nil
}

// decodePick is what finds the member of the next value, and reads it.
func decodePick(u *ir.Union, p *ir.Pick, unknown string) []jen.Code {
	set := func(value jen.Code) jen.Code { return assign(jen.Id("v").Dot("Value"), value) }
	fault := longText(p.Fault)
	if len(p.Fault) > lineWidth/2 {
		fault = jen.Line().Add(fault)
	}
	refused := set(jen.Id(unknown).Call(jen.Id("d").Dot("Unmatched").Call(jen.Lit(p.Keyword), fault)))
	cases := func(g *jen.Group) {
		for _, c := range p.Cases {
			g.Case(texts(c.Labels)...).Block(decodePick(u, c.Pick, unknown)...)
		}
		if p.Otherwise != nil {
			g.Default().Block(set(readMember(p.Otherwise)))
			return
		}
		g.Default().Block(refused)
	}
	switch p.Kind {
	case ir.PickType:
		return []jen.Code{jen.Switch(jen.Id("d").Dot("Type").Call()).BlockFunc(cases)}
	case ir.PickValue:
		peek := jen.Id("d").Dot("Peek").Call(jen.Lit(p.Key))
		return []jen.Code{jen.Switch(jen.List(jen.Id("name"), jen.Id("_")).Op(":=").Add(peek), jen.Id("name")).BlockFunc(cases)}
	case ir.PickTry:
		return []jen.Code{
			jen.Var().Id("ok").Bool(),
			jen.If(
				jen.List(jen.Id("v").Dot("Value"), jen.Id("ok")).Op("=").Add(decodeTries(u, p)),
				jen.Op("!").Id("ok"),
			).Block(refused),
		}
	case ir.PickMember:
	}
	return []jen.Code{set(readMember(p.Member))}
}

// decodeTries is the call that reads a value as each of several members.
func decodeTries(u *ir.Union, p *ir.Pick) *jen.Statement {
	keys := jen.Nil()
	if p.UsesKeys {
		keys = jen.Id(u.Keys)
	}
	args := []jen.Code{jen.Id("d"), keys}
	for _, t := range p.Tries {
		read := jen.Func().Params().Id(u.Interface)
		width := 2*len(t.Member.Name) + len(u.Interface)
		if width > lineWidth {
			width = len(u.Interface)
			read.Block(jen.Return(readMember(t.Member)))
		} else {
			read.Add(oneLine(readMember(t.Member)))
		}
		args = append(args, tornado("Try").Call(neededKeys(u, t.Needs, lineWidth-width), read))
	}
	name := "AnyOf"
	if p.Exactly {
		name = "OneOf"
	}
	return tornado(name).Add(lines("(", ")", args...))
}

// plainNames are the names of members that can stand in a comment inside of a line.
var plainNames = regexp.MustCompile(`^[A-Za-z0-9_$@., -]+$`)

// neededKeys is a mask of a union's keys, with their names where they have the room.
func neededKeys(u *ir.Union, mask uint64, room int) *jen.Statement {
	var names []string
	for i, name := range u.KeyNames {
		if mask&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	code := jen.Op(strconv.FormatUint(mask, 10)) // jen.Lit knows it only with a conversion
	if text := strings.Join(names, ", "); len(text) <= room && plainNames.MatchString(text) {
		code.Comment("/* " + text + " */")
	}
	return code
}

// readMember is the expression that reads a member of a union.
func readMember(m *ir.UnionMember) *jen.Statement {
	switch {
	case m.Pointer:
		return tornado("Read").Types(jen.Id(m.Name)).Call(jen.Id("d"))
	case !isExpression(m.Type):
		return jen.Op("*").Add(tornado("Read")).Types(jen.Id(m.Name)).Call(jen.Id("d"))
	case m.Wrapped:
		return jen.Id(m.Name).Call(read(m.Type, fromDecoder))
	}
	return read(m.Type, fromDecoder)
}

// appendVariant writes the member x, with the discriminator that it lacks.
func appendVariant(m *ir.UnionMember, way ir.Way) []jen.Code {
	value := func(name string) *jen.Statement {
		x := jen.Id(name)
		if m.Wrapped {
			x = goType(m.Type.Go).Parens(x)
		}
		return appendValue(m.Type, jen.Id("b"), x, way)
	}
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
