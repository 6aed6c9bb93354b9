package emit

import (
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// printStructCodec prints the names of a struct's members and its methods.
func printStructCodec(f *file, t *ir.Type) {
	s := t.Struct
	names := make([]string, len(s.Fields))
	for i, field := range s.Fields {
		names[i] = field.JSON
	}
	f.decl("", jen.Var().Id(s.Keys).Op("=").Add(keys(names, t)))
	f.decl("", jen.Func().Params(jen.Id("v").Op("*").Id(t.Name)).Id("DecodeJSON").Params(decoderParam()).BlockFunc(func(g *jen.Group) {
		decodeStruct(g, t)
	}))
	printForms(f, t, jen.Id("v").Op("*").Id(t.Name), func(g *jen.Group, way ir.Way) { appendStruct(g, s, way) })
	if s.OwnJSON {
		printMarshal(f, t)
	}
}

// keys is the table of a struct's member names.
func keys(names []string, t *ir.Type) *jen.Statement {
	s := t.Struct
	code := tornado("NewKeys").Add(textList("(", ")", names))
	long := textWidth(names)+textWidth(s.Required)+textWidth(s.ReadOnly)+textWidth(s.WriteOnly) > lineWidth
	for _, mark := range []struct {
		method string
		names  []string
	}{{"Required", s.Required}, {"ReadOnly", s.ReadOnly}, {"WriteOnly", s.WriteOnly}} {
		if len(mark.names) == 0 {
			continue
		}
		code = code.Op(".")
		if long {
			code = code.Line()
		}
		code = code.Id(mark.method).Add(textList("(", ")", mark.names))
	}
	switch {
	case t.Open():
		code = code.Dot("Open").Call()
	case s.Unknown == ir.UnknownRefused:
		code = code.Dot("Closed").Call()
	}
	return code
}

// maxLoop is how long the name of a struct's keys may be that stands twice in the head of a loop.
const maxLoop = 48

// decodeStruct adds the statements that read a struct: one loop over the members of the document's object.
func decodeStruct(g *jen.Group, t *ir.Type) {
	check(g, t)
	s := t.Struct
	demands := len(s.Required) > 0
	if t.Rule != nil {
		g.List(jen.Id("start"), jen.Id("n")).Op(":=").List(jen.Id("d").Dot("Offset").Call(), jen.Lit(0))
	}
	if demands {
		g.Var().Id("seen").Add(tornado(wide("Seen", s.Wide)))
	}
	if len(s.Fields) == 0 && !t.Open() {
		g.Id("d").Dot("Object").Call(jen.Id(s.Keys))
		return
	}
	keys := s.Keys
	if len(keys) > maxLoop { // the head of a loop is not broken
		keys = "keys"
		g.Id(keys).Op(":=").Id(s.Keys)
	}
	g.For(
		jen.Id("i").Op(":=").Id("d").Dot("Object").Call(jen.Id(keys)),
		jen.Id("i").Op("!=").Add(tornado("EndObject")),
		jen.Id("i").Op("=").Id("d").Dot("Next").Call(jen.Id(keys), jen.Id("i")),
	).BlockFunc(func(g *jen.Group) {
		if len(s.Fields) == 0 {
			add(g, unknownMember(s))
		} else {
			g.Switch(jen.Id("i")).BlockFunc(func(g *jen.Group) {
				for i, field := range s.Fields {
					g.Add(memberCase(i, field.JSON))
					add(g, decodeInto("v."+field.Name, &field.Use, fromDecoder))
				}
				if t.Open() {
					g.Default().Block(unknownMember(s)...)
				}
			})
		}
		if t.Rule != nil {
			g.Id("n").Op("++")
		}
		if demands {
			g.Id("seen").Dot("Add").Call(jen.Id("i"))
		}
	})
	if demands {
		g.Id("d").Dot(wide("Require", s.Wide)).Call(jen.Id(s.Keys), jen.Id("seen"))
	}
	if t.Rule != nil {
		g.Id("d").Dot("MinMaxProperties").Call(jen.Id("start"), jen.Id("n"), ruleRef(t.Rule))
	}
	if s.Defaults {
		fillDefaults(g, s)
	}
}

// memberCase begins the case of the member at position i, and names it unless its name is too odd for a comment.
func memberCase(i int, name string) jen.Code {
	head := "case " + strconv.Itoa(i) + ":"
	if lines := commentLines(name); len(lines) == 1 && len(name) <= lineWidth {
		head += " " + lines[0]
	}
	return jen.Op(head)
}

func wide(name string, is bool) string {
	if is {
		return name + "Wide"
	}
	return name
}

// unknownMember is what happens to a member without a declaration in an open struct.
func unknownMember(s *ir.Struct) []jen.Code {
	switch s.Unknown {
	case ir.UnknownRefused:
		return []jen.Code{jen.Id("d").Dot("RefuseUnknown").Call()}
	case ir.UnknownKept:
		extra := "v." + s.Extra.Name
		return append([]jen.Code{
			jen.If(jen.Id(extra).Op("==").Nil()).Block(assign(jen.Id(extra), goType(s.Extra.Go).Values())),
		}, decodeEntry(extra, s.Extra.Elem)...)
	case ir.UnknownIgnored:
	}
	return []jen.Code{jen.Id("d").Dot("Skip").Call()}
}

// fillDefaults sets what is absent and has a default.
func fillDefaults(g *jen.Group, s *ir.Struct) {
	for _, field := range s.Fields {
		if field.Default == nil {
			continue
		}
		add(g, fillDefault("v."+field.Name, &field.Use, field.Default))
	}
}

// fillDefault sets target to its default where it is absent. A value that is always there has none to fill in.
func fillDefault(target string, u *ir.Use, def *ir.Default) []jen.Code {
	switch u.Presence {
	case ir.NilAbsent:
		return []jen.Code{jen.If(jen.Id(target).Op("==").Nil()).Block(setDefault(target, u, def)...)}
	case ir.Optional, ir.OptNull:
		return []jen.Code{jen.If(jen.Op("!").Id(target).Dot("IsSet").Call()).Block(setDefault(target, u, def)...)}
	}
	return nil
}

// setDefault sets target to its default.
func setDefault(target string, u *ir.Use, def *ir.Default) []jen.Code {
	switch {
	case def.Value == nil:
		open := func() *jen.Statement { return tornado("DefaultJSON").Call(longText(def.JSON)) }
		if u.Presence == ir.Plain || u.Presence == ir.NilAbsent {
			return decodeInto(target, u, open)
		}
		return decodeSet(target, u, open)
	case u.Presence == ir.Plain || u.Presence == ir.NilAbsent:
		return []jen.Code{assign(jen.Id(target), expr(def.Value))}
	}
	return []jen.Code{jen.Id(target).Dot("Set").Call(expr(def.Value))}
}

// appendStruct adds the statements that write a struct.
func appendStruct(g *jen.Group, s *ir.Struct, way ir.Way) {
	members := s.Append[way]
	if len(members) == 0 && s.Extra == nil {
		g.Return(jen.Append(jen.Id("b"), jen.LitRune('{'), jen.LitRune('}')))
		return
	}
	if len(members) == 0 || !members[0].Joined || appendCall(members[0], "") != nil { // that puts its own comma, or none behind the brace
		g.Id("b").Op("=").Append(jen.Id("b"), jen.LitRune('{'))
	}
	for _, m := range members {
		g.Add(appendMember(m))
	}
	if s.Extra != nil {
		extra := func() *jen.Statement { return jen.Id("v").Dot(s.Extra.Name) }
		appendEntries(g, extra(), extra(), s.Extra.Elem, way)
	}
	g.Return(jen.Append(jen.Id("b"), jen.LitRune('}')))
}

// appendMember writes one member: name and value, in one call where the runtime has one for what may be absent or null.
func appendMember(m *ir.Member) jen.Code {
	target := "v." + m.Field.Name
	use := &m.Field.Use
	if code := appendCall(m, target); code != nil {
		return code
	}
	put := func(value string) jen.Code {
		return jen.Id("b").Op("=").Add(appendValue(use.Type, memberName(m), jen.Id(value), m.Way))
	}
	get := jen.List(jen.Id("x"), jen.Id("ok")).Op(":=").Id(target).Dot("Get").Call()
	switch use.Presence {
	case ir.NilAbsent:
		return jen.If(jen.Id(target).Op("!=").Nil()).Block(put(target))
	case ir.Optional:
		return jen.If(get, jen.Id("ok")).Block(put("x"))
	case ir.Null:
		return jen.If(get, jen.Id("ok")).Block(put("x")).Else().Block(memberNull(m))
	case ir.OptNull:
		return jen.If(get, jen.Id("ok")).Block(put("x")).Else().If(jen.Id(target).Dot("IsNull").Call()).Block(memberNull(m))
	case ir.Plain:
	}
	if use.Pointer {
		return jen.If(jen.Id(target).Op("!=").Nil()).Block(put(target)).Else().Block(memberNull(m))
	}
	return put(target)
}

// appendCalls are the functions of the runtime that write a member which may be absent or null, and take it where it is. Those of a
// type with a method AppendJSON have JSON behind their name.
var appendCalls = map[ir.Presence]string{ir.Optional: "AppendOpt", ir.Null: "AppendNullable", ir.OptNull: "AppendOptNull"}

// appendCall writes a member by one function of the runtime, nil where none does.
func appendCall(m *ir.Member, target string) jen.Code {
	use := &m.Field.Use
	if use.Pointer || use.Type.Partial[m.Way] {
		return nil
	}
	name := appendCalls[use.Presence]
	if name == "" {
		return nil
	}
	args := []jen.Code{jen.Id("b"), key(strings.TrimLeft(m.Key, "{,")), jen.Op("&").Id(target)}
	switch fn := appender(use.Type); {
	case use.Presence == ir.Optional && ownAppend(use.Type):
		name += readers[use.Type.Kind]
	case use.Presence == ir.Optional && use.Type.Kind == ir.KindEnum && fn != nil:
		name += "Enum"
	case fn != nil:
		args = append(args, fn)
	case hasMethods(use.Type):
		name += "JSON"
	default:
		return nil
	}
	return jen.Id("b").Op("=").Add(tornado(name).Call(args...))
}

// ownAppend tells that the runtime has a function for a scalar that may be absent.
func ownAppend(t *ir.Type) bool {
	switch t.Kind {
	case ir.KindString, ir.KindInt32, ir.KindInt64, ir.KindFloat64, ir.KindBool, ir.KindTime:
		return true
	}
	return false
}

// memberName is the buffer with the name of a member behind what it held.
func memberName(m *ir.Member) *jen.Statement {
	if m.Joined {
		return jen.Append(jen.Id("b"), key(m.Key).Op("..."))
	}
	return tornado("AppendKey").Call(jen.Id("b"), key(m.Key))
}

// memberNull writes a member whose value is null.
func memberNull(m *ir.Member) jen.Code {
	if m.Joined {
		return jen.Id("b").Op("=").Append(jen.Id("b"), key(m.Key+"null").Op("..."))
	}
	return jen.Id("b").Op("=").Add(tornado("AppendNull").Call(memberName(m)))
}
