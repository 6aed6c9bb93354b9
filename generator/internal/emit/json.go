package emit

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/tornadogen/tornadogen/generator/internal/ir"
)

// codecDoc is what the methods of the file do. It is said once: a comment on each of them would be a line in twenty.
func codecDoc(p *ir.Package) string {
	doc := "DecodeJSON reads a value and checks what the document demands of it; faults are recorded in d. AppendJSON appends a value as JSON to b" +
		" and returns that"
	if p.HasUnions {
		doc += ", and a union without a value is null"
	}
	some := func(way ir.Way) bool {
		return slices.ContainsFunc(p.Types, func(t *ir.Type) bool { return t.Partial[way] })
	}
	switch request, response := some(ir.ToServer), some(ir.ToClient); {
	case request && response:
		doc += "; appendRequestJSON leaves out the members that are readOnly, appendResponseJSON those that are writeOnly"
	case request:
		doc += "; appendRequestJSON leaves out the members that are readOnly"
	case response:
		doc += "; appendResponseJSON leaves out the members that are writeOnly"
	}
	return doc + "."
}

// printJSON prints json_gen.go: what reads and writes each type.
func printJSON(f *file, p *ir.Package) {
	if !p.Server && !p.Client {
		printHandshake(f)
	}
	if slices.ContainsFunc(p.Types, hasCodec) {
		f.gap()
		f.jen.Add(comment(codecDoc(p)))
	}
	for _, t := range p.Types {
		if t.AliasOf != nil {
			continue
		}
		switch t.Kind {
		case ir.KindStruct:
			printStructCodec(f, t)
		case ir.KindTuple:
			printTupleCodec(f, t)
		case ir.KindUnion:
			printUnionCodec(f, t, p.Names.Unknown)
		case ir.KindEnum:
			printEnumCodec(f, t)
		case ir.KindArray, ir.KindMap:
			printNamedCodec(f, t)
		}
	}
	if p.HasUnions {
		f.short(appendFunc(p.Names.Unknown, &ir.Type{Kind: ir.KindJSON}, tornado("JSON").Call(jen.Id("v"))))
	}
	for _, c := range p.Codecs {
		printCodec(f, c)
	}
}

// printEnumCodec prints what makes an enum a member of unions.
func printEnumCodec(f *file, t *ir.Type) {
	if t.Enum.OwnAppend {
		f.short(appendFunc(t.Name, t, jen.Id("v")))
	}
}

// hasCodec tells that t has the methods DecodeJSON and AppendJSON.
func hasCodec(t *ir.Type) bool {
	switch t.Kind {
	case ir.KindStruct, ir.KindTuple, ir.KindUnion, ir.KindArray, ir.KindMap:
		return t.AliasOf == nil
	}
	return false
}

// printMarshal prints what makes t a value of encoding/json, for types that it would otherwise get wrong.
func printMarshal(f *file, t *ir.Type) { f.short(marshalFuncs(t)...) }

func marshalFuncs(t *ir.Type) []shortFunc {
	marshal := method("v", t.Name).Id("MarshalJSON").Params().Params(jen.Index().Byte(), jen.Error())
	unmarshal := jen.Func().Params(jen.Id("v").Op("*").Id(t.Name)).Id("UnmarshalJSON").Params(jen.Id("data").Index().Byte()).Error()
	width := len("func (v *) UnmarshalJSON(data []byte) error return tornado.UnmarshalJSON(data, v)") + len(t.Name)
	return []shortFunc{
		{marshal, jen.List(jen.Id("v").Dot("AppendJSON").Call(jen.Nil()), jen.Nil()), width},
		{unmarshal, tornado("UnmarshalJSON").Call(jen.Id("data"), jen.Id("v")), width},
	}
}

// printNamedCodec prints the methods of an array or map with a name.
func printNamedCodec(f *file, t *ir.Type) {
	f.decl("", jen.Func().Params(jen.Id("v").Op("*").Id(t.Name)).Id("DecodeJSON").Params(decoderParam()).BlockFunc(func(g *jen.Group) {
		check(g, t)
		list := decodeList(g, t, jen.Id(t.Name))
		g.Op("*").Id("v").Op("=").Add(list)
	}))
	printForms(f, t, jen.Id("v").Id(t.Name), func(g *jen.Group, way ir.Way) { appendList(g, t, way) })
}

// printCodec prints the functions of an array or map without a name.
func printCodec(f *file, c *ir.Codec) {
	value := func() *jen.Statement { return jen.Id("v").Add(goType(c.Type.Go)) }
	f.decl("", jen.Func().Id(c.Decode).Params(decoderParam()).Add(goType(c.Type.Go)).BlockFunc(func(g *jen.Group) {
		list := decodeList(g, c.Type, goType(c.Type.Go))
		g.Return(list)
	}))
	for _, way := range c.Type.Forms() {
		f.decl("", jen.Func().Id(c.Append[way]).Params(bytesParam(), value()).Index().Byte().BlockFunc(func(g *jen.Group) {
			appendList(g, c.Type, way)
		}))
	}
}

// decodeList adds the statements that read an array or a map from d, and returns what holds it then. goName is the type to make.
func decodeList(g *jen.Group, t *ir.Type, goName jen.Code) jen.Code {
	if t.Rule != nil {
		g.Id("start").Op(":=").Id("d").Dot("Offset").Call()
	}
	if t.Kind == ir.KindMap {
		g.Id("m").Op(":=").Add(goName).Values()
		g.For(jen.Id("more").Op(":=").Id("d").Dot("Map").Call(), jen.Id("more"), jen.Id("more").Op("=").Id("d").Dot("NextEntry").Call()).
			Block(decodeEntry("m", t.Elem)...)
		if t.Rule != nil {
			g.Id("d").Dot("MinMaxProperties").Call(jen.Id("start"), jen.Len(jen.Id("m")), ruleRef(t.Rule))
		}
		return jen.Id("m")
	}
	all := decodeAll(t.Elem)
	switch {
	case all != nil && t.Rule == nil:
		return all
	case all != nil:
		g.Id("list").Op(":=").Add(all)
	default:
		g.Id("list").Op(":=").Add(emptyList(t, goName))
		g.For(jen.Id("more").Op(":=").Id("d").Dot("Array").Call(), jen.Id("more"), jen.Id("more").Op("=").Id("d").Dot("NextItem").Call()).
			Block(decodeItem("list", t.Elem)...)
	}
	if t.Rule != nil {
		g.Id("d").Dot("CheckItems").Call(jen.Id("start"), jen.Len(jen.Id("list")), ruleRef(t.Rule))
	}
	return jen.Id("list")
}

// emptyList is the list before its first item. Room is made for scalars; to count what holds others costs more than it spares.
func emptyList(t *ir.Type, goName jen.Code) *jen.Statement {
	if kind := t.Elem.Type.Kind; isExpression(t.Elem.Type) && kind != ir.KindArray && kind != ir.KindMap {
		return jen.Make(goName, jen.Lit(0), jen.Id("d").Dot("Items").Call())
	}
	return jen.Add(goName).Values()
}

// decodeAll is the call that reads all items at once, nil where the runtime has none for items like that.
func decodeAll(u *ir.Use) *jen.Statement {
	if readsItself(u) {
		return tornado("DecodeItems").Types(goType(u.Go)).Call(jen.Id("d"))
	}
	if u.Presence != ir.Plain || u.Pointer || u.Type.Check != nil {
		return nil
	}
	switch u.Type.Kind {
	case ir.KindString, ir.KindInt64, ir.KindFloat64:
		return jen.Id("d").Dot(readers[u.Type.Kind] + "s").Call(ruleRef(u.Type.Rule))
	}
	return nil
}

// readsItself tells that values are read by a method of theirs.
func readsItself(u *ir.Use) bool {
	return u.Presence == ir.Plain && !u.Pointer && !isExpression(u.Type)
}

// check adds the statement that checks the value at hand for what its type does not say.
func check(g *jen.Group, t *ir.Type) {
	if t.Check != nil {
		g.Id("d").Dot("Check").Call(jen.Id(t.Check.Name))
	}
}

// decodeItem reads one item and appends it to list.
func decodeItem(list string, u *ir.Use) []jen.Code {
	grow := func(value jen.Code) jen.Code { return jen.Id(list).Op("=").Append(jen.Id(list), value) }
	switch {
	case u.Presence != ir.Plain:
		return append([]jen.Code{room(u)}, append(decodeLocal("item", u, fromDecoder), grow(jen.Id("item")))...)
	case u.Pointer:
		return append(decodeLocal("item", u, fromDecoder), grow(jen.Id("item")))
	case isExpression(u.Type):
		return []jen.Code{grow(read(u.Type, fromDecoder))}
	case readsItself(u): // where it stays
		last := jen.Id(list).Index(jen.Len(jen.Id(list)).Op("-").Lit(1))
		return []jen.Code{room(u), grow(goType(u.Go).Values()), last.Dot("DecodeJSON").Call(jen.Id("d"))}
	}
	return append(decodeLocal("item", u, fromDecoder), grow(jen.Id("item")))
}

// decodeEntry reads one entry into the map m.
func decodeEntry(m string, u *ir.Use) []jen.Code {
	name := define("k", jen.Id("d").Dot("Key").Call())
	room := tornado("RoomEntry").Types(goType(u.Go)).Call(jen.Id("d"), jen.Len(jen.Id(m)))
	put := func(value jen.Code) jen.Code { return assign(jen.Id(m).Index(jen.Id("k")), value) }
	if u.Presence == ir.Plain && !u.Pointer && isExpression(u.Type) {
		return []jen.Code{name, room, put(read(u.Type, fromDecoder))}
	}
	return append([]jen.Code{name, room}, append(decodeLocal("item", u, fromDecoder), put(jen.Id("item")))...)
}

// decodeLocal reads a value into a new variable.
func decodeLocal(name string, u *ir.Use, src source) []jen.Code {
	if u.Presence == ir.Plain && u.Pointer {
		return []jen.Code{define(name, decodeNew(u, src))}
	}
	return append([]jen.Code{jen.Var().Id(name).Add(goType(u.Go))}, decodeInto(name, u, src)...)
}

// appendList adds the statements that write the array or map v.
func appendList(g *jen.Group, t *ir.Type, way ir.Way) {
	if t.Kind == ir.KindMap {
		g.Id("b").Op("=").Append(jen.Id("b"), jen.LitRune('{'))
		appendEntries(g, jen.Id("v"), jen.Id("v"), t.Elem, way)
		g.Return(jen.Append(jen.Id("b"), jen.LitRune('}')))
		return
	}
	g.Id("b").Op("=").Append(jen.Id("b"), jen.LitRune('['))
	vars, item := jen.List(jen.Id("i"), jen.Id("item")), "item"
	if byReference(t.Elem) {
		vars, item = jen.Id("i"), "v[i]"
	}
	g.For(vars.Op(":=").Range().Id("v")).BlockFunc(func(g *jen.Group) {
		g.If(jen.Id("i").Op(">").Lit(0)).Block(jen.Id("b").Op("=").Append(jen.Id("b"), jen.LitRune(',')))
		add(g, appendElement(item, t.Elem, func() *jen.Statement { return jen.Id("b") }, way))
	})
	g.Return(jen.Append(jen.Id("b"), jen.LitRune(']')))
}

// byReference tells that items are written where they are, not from a copy.
func byReference(u *ir.Use) bool {
	return u.Presence == ir.Plain && !u.Pointer && u.Type.Kind == ir.KindStruct
}

// appendEntries adds the loop that writes the entries of a map, in the order of their keys.
func appendEntries(g *jen.Group, ranged, indexed *jen.Statement, u *ir.Use, way ir.Way) {
	keys := tornado("SortedKeys").Call(ranged)
	named := func() *jen.Statement { return tornado("AppendName").Call(jen.Id("b"), jen.Id("k")) }
	g.For(jen.List(jen.Id("_"), jen.Id("k")).Op(":=").Range().Add(keys)).BlockFunc(func(g *jen.Group) {
		if u.Presence == ir.Plain && !u.Pointer && !byReference(u) {
			// A map's element is a value; only structs have methods of pointers.
			g.Id("b").Op("=").Add(appendValue(u.Type, named(), indexed.Index(jen.Id("k")), way))
			return
		}
		g.Id("item").Op(":=").Add(indexed).Index(jen.Id("k"))
		add(g, appendElement("item", u, named, way))
	})
}

// appendElement writes an item or an entry, of which null may stand in place.
func appendElement(item string, u *ir.Use, buf source, way ir.Way) []jen.Code {
	null := jen.Id("b").Op("=").Add(tornado("AppendNull").Call(buf()))
	switch {
	case u.Presence != ir.Plain:
		return []jen.Code{
			jen.If(jen.List(jen.Id("x"), jen.Id("ok")).Op(":=").Id(item).Dot("Get").Call(), jen.Id("ok")).Block(
				jen.Id("b").Op("=").Add(appendValue(u.Type, buf(), jen.Id("x"), way)),
			).Else().Block(null),
		}
	case u.Pointer:
		return []jen.Code{
			jen.If(jen.Id(item).Op("!=").Nil()).Block(
				jen.Id("b").Op("=").Add(appendValue(u.Type, buf(), jen.Id(item), way)),
			).Else().Block(null),
		}
	}
	return []jen.Code{jen.Id("b").Op("=").Add(appendValue(u.Type, buf(), jen.Id(item), way))}
}
