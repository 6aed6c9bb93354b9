package ir

import (
	"encoding/json"
	"go/token"
	"go/types"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// Import is a package that types come from which the document or the options name.
type Import struct {
	Path, Name string
	// Plain tells that the name is that of the path, and is not written.
	Plain bool
}

// foreigners are the types that somebody else has written.
type foreigners struct {
	imports map[string]*Import // by path
	types   map[string]*GoType // by the text of x-go-type and of x-go-type-import
	mapped  map[string]bool    // files that some schema was taken from
	shared  map[string]string  // their packages, by file
	formats map[string]string  // types, by format
	none    bool               // x-go-type is not read
	has     func(pkg, name string) bool
}

func newForeigners(opts Options) foreigners {
	return foreigners{
		imports: make(map[string]*Import), types: make(map[string]*GoType), mapped: make(map[string]bool), shared: opts.Imports, formats: opts.Formats,
		none: opts.OwnTypes, has: opts.HasType,
	}
}

// IsGoType says whether text names a Go type as the options take it: "github.com/oklog/ulid/v2.ULID", "net/url.URL", "int".
func IsGoType(text string) bool {
	pkg, name := splitType(text)
	if pkg == "" {
		known := types.Universe.Lookup(name)
		_, isType := known.(*types.TypeName)
		return token.IsIdentifier(text) && text != "_" && text != "comparable" && (known == nil || isType)
	}
	return token.IsIdentifier(name) && token.IsExported(name) && IsImportPath(pkg)
}

// IsImportPath says whether text is the path of a package that a generated file may import: one that the go command takes, and not "C",
// which has what stands around it compiled as C.
func IsImportPath(text string) bool {
	if !goPath.MatchString(text) || text == "C" || text[0] == '-' {
		return false
	}
	for element := range strings.SplitSeq(text, "/") {
		short, _, _ := strings.Cut(element, ".")
		if strings.HasSuffix(element, ".") || windowsName.MatchString(short) {
			return false
		}
	}
	return true
}

var (
	goPath = regexp.MustCompile(`^[A-Za-z0-9_~-][A-Za-z0-9_.~-]*(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*$`)
	// windowsName matches what no folder of Windows is named, which the go command refuses everywhere.
	windowsName = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])$|~[0-9]+$`)
)

// splitType parts the path of a package from the name behind its last dot.
func splitType(text string) (pkg, name string) {
	dot := strings.LastIndexByte(text, '.')
	if dot < 0 {
		return "", text
	}
	return text[:dot], text[dot+1:]
}

// goTypeOf makes a type of a text that IsGoType.
func (b *builder) goTypeOf(text string) *GoType {
	if !IsGoType(text) {
		return nil
	}
	pkg, name := splitType(text)
	if pkg == "" {
		return builtin(name)
	}
	b.importPath(pkg, "")
	return imported(pkg, name)
}

// statedType reads x-go-type with x-go-type-import; nil where they name no type.
func (b *builder) statedType(s *spec.Schema) *GoType {
	text := extension(s.Extensions, "x-go-type")
	if text == "" || b.foreigners.none {
		return nil
	}
	key := text + " " + string(s.Extensions["x-go-type-import"])
	if g, known := b.foreigners.types[key]; known && g != nil {
		return g
	}
	from := struct{ Path, Name string }{}
	if raw, ok := s.Extensions["x-go-type-import"]; ok && json.Unmarshal(raw, &from) != nil && json.Unmarshal(raw, &from.Path) != nil ||
		from.Path != "" && !IsImportPath(from.Path) || from.Name != "" && !token.IsIdentifier(from.Name) {
		b.warn(s.Loc, classExtension, "x-go-type-import names no package; the type is generated", "write path: example.com/money")
		return nil
	}
	pkg, name := splitType(text)
	if from.Path != "" && pkg != "" {
		text = from.Path + "." + name
	}
	if !IsGoType(text) {
		b.warn(s.Loc, classExtension, "x-go-type "+quote(text)+" is no name of a type; the type is generated",
			"write money.Amount with x-go-type-import: {path: example.com/money}, or example.com/money.Amount")
		return nil
	}
	if pkg, name = splitType(text); b.foreigners.has != nil && types.Universe.Lookup(name) == nil && !b.foreigners.has(pkg, name) {
		b.lacksType(s, pkg, name)
		return nil
	}
	if from.Path != "" && pkg != "" {
		b.importPath(from.Path, from.Name)
	}
	b.foreigners.types[key] = b.goTypeOf(text)
	return b.foreigners.types[key]
}

// lacksType tells that the type of x-go-type is not to be had.
func (b *builder) lacksType(s *spec.Schema, pkg, name string) {
	if pkg == "" {
		b.warn(s.Loc, classExtension, "there is no type "+quote(name)+" of yours beside the generated files; the type is generated", "write it there, and generate again")
		return
	}
	b.warn(s.Loc, classExtension, "the package "+quote(pkg)+" of x-go-type is in no module that go.mod names; the type is generated",
		"write its whole path with x-go-type-import, or add its module with go get")
}

// importPath takes a name for a package.
func (b *builder) importPath(at, wanted string) {
	if b.foreigners.imports[at] != nil || at == "" {
		return
	}
	usual := packageName(at)
	name := wanted
	if name == "" {
		name = usual
	}
	for b.scope.Has(name) || slices.Contains(Locals, name) || token.IsKeyword(name) || types.Universe.Lookup(name) != nil {
		if at == name || slices.Contains(imports, name) && !strings.Contains(strings.Split(at, "/")[0], ".") {
			break // of the standard library, whose names nothing else has
		}
		name += "pkg"
	}
	if !b.scope.Has(name) {
		b.scope.Take(name)
	}
	b.foreigners.imports[at] = &Import{Path: at, Name: name, Plain: name == path.Base(at)}
	b.pkg.Imports = append(b.pkg.Imports, b.foreigners.imports[at])
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// packageName is the name that a package has by its path: "ulid" of github.com/oklog/ulid/v2.
func packageName(at string) string {
	base := path.Base(at)
	if majorVersion.MatchString(base) && strings.Contains(at, "/") {
		base = path.Base(path.Dir(at))
	}
	base = strings.TrimSuffix(strings.TrimPrefix(base, "go-"), ".go")
	base = strings.Map(func(r rune) rune {
		if r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, base)
	if !token.IsIdentifier(base) {
		return "pkg"
	}
	return base
}

// foreign returns the type that is written elsewhere for a settled schema, nil where it is generated. own tells that the type reads and
// checks itself, as generated ones do.
func (b *builder) foreign(core *spec.Schema) (g *GoType, own bool) {
	origin := b.origin(core)
	if g := b.statedType(origin); g != nil {
		return g, false
	}
	if text := b.foreigners.formats[core.Format]; text != "" && core.Format != "" && core.Const == nil && len(core.Enum) == 0 && len(typesOf(core)) == 1 {
		return b.goTypeOf(text), false
	}
	return b.shares(core, origin)
}

// shares returns the type of a schema that stands in another document of which there is a package.
func (b *builder) shares(core, origin *spec.Schema) (g *GoType, own bool) {
	file, pointer, _ := strings.Cut(origin.Ref, "#")
	pkg := b.foreigners.shared[file]
	if pkg == "" || file == "" {
		return nil, false
	}
	b.foreigners.mapped[file] = true
	_, of20 := strings.CutPrefix(pointer, "/definitions/")
	if _, of30 := strings.CutPrefix(pointer, "/components/schemas/"); !of20 && !of30 {
		return nil, false
	}
	kind := b.kindOf(core)
	if kind == KindJSON || kind == KindFile || isScalar(kind) && kind != KindEnum {
		return nil, false // the same in every package
	}
	if b.hasWays(origin, map[*spec.Schema]bool{}) {
		b.warn(origin.Loc, classUnshared, quote(origin.Name)+" has members that are readOnly or writeOnly, which no other package can leave out; its type is generated",
			"take these members out, or use two schemas")
		return nil, false
	}
	b.importPath(pkg, "")
	name := naming.Exported(nameOr(origin.Extensions, origin.Name))
	if b.reserved[name] {
		name += "2"
	}
	return imported(pkg, name), kind != KindEnum
}

// hasWays says whether something in a schema is left out of requests or answers.
func (b *builder) hasWays(s *spec.Schema, seen map[*spec.Schema]bool) bool {
	if s == nil || seen[s] {
		return false
	}
	seen[s] = true
	if s.ReadOnly || s.WriteOnly {
		return true
	}
	for sub := range subSchemas(s) {
		if b.hasWays(sub, seen) {
			return true
		}
	}
	return false
}

// reportUnused tells which packages of the options no schema comes from.
func (b *builder) reportUnused() {
	for _, file := range slices.Sorted(maps.Keys(b.foreigners.shared)) {
		if !b.foreigners.mapped[file] {
			b.warn(b.top(), classUnmapped, "nothing in the document refers to schemas of "+quote(file)+", which is mapped to "+b.foreigners.shared[file],
				"name the file as it lies beside the document: common.yaml, or ../common/openapi.yaml")
		}
	}
}

// top is the place of the document as a whole.
func (b *builder) top() spec.Location {
	at := spec.Location{File: b.api.SourceName, Line: 1, Column: 1, Pointer: "#"}
	if len(b.api.Operations) > 0 {
		at.File = b.api.Operations[0].Loc.File
	} else if len(b.api.Schemas) > 0 {
		at.File = b.api.Schemas[0].Loc.File
	}
	return at
}
