package ir

func builtin(name string) *GoType       { return &GoType{Name: name} }
func runtimeType(name string) *GoType   { return &GoType{Import: Runtime, Name: name} }
func imported(pkg, name string) *GoType { return &GoType{Import: pkg, Name: name} }
func pointerTo(elem *GoType) *GoType    { return &GoType{Shape: GoPointer, Elem: elem} }
func sliceOf(elem *GoType) *GoType      { return &GoType{Shape: GoSlice, Elem: elem} }
func mapOf(elem *GoType) *GoType        { return &GoType{Shape: GoMap, Elem: elem} }
func wrap(name string, elem *GoType) *GoType {
	return &GoType{Shape: GoGeneric, Import: Runtime, Name: name, Elem: elem}
}

// String returns the type as Go source, packages by their usual names.
func (g *GoType) String() string {
	switch g.Shape {
	case GoPointer:
		return "*" + g.Elem.String()
	case GoSlice:
		return "[]" + g.Elem.String()
	case GoMap:
		return "map[string]" + g.Elem.String()
	case GoGeneric:
		return g.qualified() + "[" + g.Elem.String() + "]"
	case GoNamed:
	}
	return g.qualified()
}

func (g *GoType) qualified() string {
	switch g.Import {
	case "":
		return g.Name
	case Runtime:
		return "tornado." + g.Name
	}
	return packageName(g.Import) + "." + g.Name
}

// scalars are the Go types of the kinds that a document does not give a declaration of their own.
var scalars = map[Kind]*GoType{
	KindJSON:      runtimeType("JSON"),
	KindString:    builtin("string"),
	KindBool:      builtin("bool"),
	KindInt32:     builtin("int32"),
	KindInt64:     builtin("int64"),
	KindUint32:    builtin("uint32"),
	KindUint64:    builtin("uint64"),
	KindFloat32:   builtin("float32"),
	KindFloat64:   builtin("float64"),
	KindDecimal:   runtimeType("Decimal"),
	KindTime:      imported("time", "Time"),
	KindDate:      runtimeType("Date"),
	KindTimeOfDay: runtimeType("TimeOfDay"),
	KindDuration:  runtimeType("Duration"),
	KindUUID:      runtimeType("UUID"),
	KindAddr:      imported("net/netip", "Addr"),
	KindBytes:     sliceOf(builtin("byte")),
	KindFile:      runtimeType("File"),
}

// complete returns the Go type of a use: the type, behind a pointer where it needs one, in its wrapper.
func (u *Use) complete() *GoType {
	g := u.Type.Go
	if u.Pointer {
		g = pointerTo(g)
	}
	switch u.Presence {
	case Optional:
		return wrap("Opt", g)
	case Null:
		return wrap("Null", g)
	case OptNull:
		return wrap("OptNull", g)
	case Plain, NilAbsent:
	}
	return g
}
