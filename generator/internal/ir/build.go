package ir

import (
	"fmt"
	"slices"

	"github.com/tornadogen/tornadogen/generator/internal/naming"
	"github.com/tornadogen/tornadogen/spec"
)

// Options choose what is planned.
type Options struct {
	// Package is the name of the generated package: "petapi".
	Package string
	// Version is that of the generator, "" for none.
	Version string
	// Only keeps "server", "client" or "types"; empty keeps all. Types are always there. It changes no name.
	Only []string
	// Imports are packages of types, by the document that they were generated from, as references name it: "common.yaml".
	Imports map[string]string
	// Formats are Go types by format: "ulid" is "github.com/oklog/ulid/v2.ULID".
	Formats map[string]string
	// OwnTypes has every type generated: x-go-type is not read.
	OwnTypes bool
	// HasType says whether there is a type that x-go-type names; nil: there is each.
	HasType func(pkg, name string) bool
}

// Build plans the package of api. It always returns a plan: what cannot be typed yet is tornado.JSON, an operation that
// cannot be served is left out, and each of these is among the diagnostics.
func Build(api *spec.API, opts Options) (*Package, spec.Diagnostics) {
	b := newBuilder(api, opts)
	b.nameComponents()
	b.nameHooks()
	b.hintOperations()
	b.findFiles()
	for _, s := range api.Schemas {
		b.declareComponent(s)
	}
	b.pkg.Security = b.buildSecurity(&Security{Authenticator: authenticator, Unimplemented: unimplemented + authenticator, Add: "addSecurity"}, api.Operations)
	b.buildOperations()
	b.buildCORS()
	b.buildServers()
	b.buildHooks()
	b.reportHookExtensions()
	b.fitFields()
	b.breakRings() // which addresses and links go through
	b.hookNames[callbackWord].URLs = b.callbackURLs()
	b.finishShared()
	for _, op := range b.pkg.Every {
		if !op.ClientOnly {
			op.Fallback = b.fallback(op)
		}
	}
	b.buildLinks()
	b.buildPages()
	b.finish()
	b.reportUnused()
	b.diags.Sort()
	return b.pkg, b.diags
}

type builder struct {
	api   *spec.API
	pkg   *Package
	diags spec.Diagnostics
	found map[finding]bool

	scope    *naming.Scope // package-level identifiers
	declared map[*spec.Schema]string
	hints    map[*spec.Schema]string // the name that a schema in place would have
	order    map[*spec.Schema]int    // the place of a schema in the order of the document

	merger
	leftovers
	foreigners foreigners
	reserved   map[string]bool        // names that every package has
	unchecked  map[*Type]bool         // types that say all that their schemas demand
	nodes      map[*spec.Schema]*Type // by settled schema
	pickers    map[*Type]*picker      // of unions
	// variants are the schemas that a member of a union and what stands beside it were merged to, by how many unions they lie in.
	variants map[*spec.Schema]int
	filling  map[*Type]bool    // arrays and maps without a name whose elements are being looked at
	rank     map[*Type]int     // of declared types: the order of their schemas
	rules    map[string]*ruled // by content
	ruled    []*ruled          // in the order of the document
	uses     []*Use
	formats  map[string]bool // the unknown ones that were reported

	shaper     *shaper
	files      map[*spec.Schema]bool               // settled: strings that are parts of a multipart body
	headed     map[*spec.MediaType]*spec.MediaType // see withPartHeaders
	listed     map[*spec.MediaType]*spec.MediaType // see asList
	events     map[*spec.Schema]*eventItem         // see fieldItems
	fields     map[*spec.Schema]*spec.Schema       // see fieldsOf
	operations map[*spec.Operation]string          // Go names
	iterators  map[*spec.Operation]string          // those of the methods over pages, of operations that may have some
	named      []*spec.Operation                   // all operations, in the order of their naming
	planned    map[*spec.Operation]*Operation
	hooks      []*hookGroup
	phase      int                             // of order: see hookPhase
	hookNames  map[string]*Hooks               // by word: what they have in common
	schemes    map[*spec.SecurityScheme]bool   // those whose option is declared
	options    map[*spec.SecurityScheme]string // of the clients
	tagged     map[string]bool                 // tags whose handler has its name
	sharings   map[string]*sharing             // by shareKey
	fallbacks  map[*SharedError]*Fallback
}

func newBuilder(api *spec.API, opts Options) *builder {
	want := func(part string) bool { return len(opts.Only) == 0 || slices.Contains(opts.Only, part) }
	b := &builder{
		api: api,
		pkg: &Package{
			Mark: mark(opts.Version),
			API:  api, Name: opts.Package, Doc: packageDoc(api, opts.Package), Server: want("server"), Client: want("client"),
		},
		found:      make(map[finding]bool),
		declared:   make(map[*spec.Schema]string),
		hints:      make(map[*spec.Schema]string),
		order:      make(map[*spec.Schema]int),
		merger:     newMerger(),
		unchecked:  make(map[*Type]bool),
		nodes:      make(map[*spec.Schema]*Type),
		pickers:    make(map[*Type]*picker),
		variants:   make(map[*spec.Schema]int),
		filling:    make(map[*Type]bool),
		rank:       make(map[*Type]int),
		rules:      make(map[string]*ruled),
		formats:    make(map[string]bool),
		operations: make(map[*spec.Operation]string),
		iterators:  make(map[*spec.Operation]string),
		planned:    make(map[*spec.Operation]*Operation),
		schemes:    make(map[*spec.SecurityScheme]bool),
		options:    make(map[*spec.SecurityScheme]string),
		tagged:     make(map[string]bool),
		sharings:   make(map[string]*sharing),
		fallbacks:  make(map[*SharedError]*Fallback),
	}
	b.foreigners = newForeigners(opts)
	b.shaper = newShaper(b)
	b.leftovers = newLeftovers(b)
	b.files = make(map[*spec.Schema]bool)
	b.listed = make(map[*spec.MediaType]*spec.MediaType)
	b.events = make(map[*spec.Schema]*eventItem)
	b.headed = make(map[*spec.MediaType]*spec.MediaType)
	b.fields = make(map[*spec.Schema]*spec.Schema)
	b.reserveNames()
	return b
}

// mark is the first line of a generated file.
func mark(version string) string {
	if version != "" {
		version = " " + version
	}
	return "// Code generated by tornadogen" + version + ". DO NOT EDIT."
}

func packageDoc(api *spec.API, name string) string {
	doc := fmt.Sprintf("Package %s is the API %q, version %s.", name, line(api.Title), line(api.APIVersion))
	if text := clean(api.Description); text != "" {
		doc += "\n\n" + text
	}
	return doc
}

// declareComponent makes the type of a named schema, or an alias where it only refers to another type.
func (b *builder) declareComponent(s *spec.Schema) {
	core, _ := b.settle(s)
	t, _ := b.typeOf(s)
	if b.origin(core) == s || b.declared[s] == "" {
		return
	}
	b.declare(&Type{Schema: s, Loc: s.Loc, Kind: t.Kind, Name: b.declared[s], Go: t.Go, AliasOf: t.Go, Doc: typeDoc(b.declared[s], s)}, s)
}

// declare enters a type among the declared ones, in the place of its schema.
func (b *builder) declare(t *Type, s *spec.Schema) {
	b.pkg.Types = append(b.pkg.Types, t)
	b.rank[t] = b.order[s]
}

// finish does what needs all types: pointers that break rings, complete Go types, the steps of encoding, shared codecs.
func (b *builder) finish() {
	b.breakRings()
	for _, u := range b.uses {
		u.Go = u.complete()
	}
	b.pickMembers()
	b.markPartial()
	for _, t := range b.pkg.Types {
		if t.Struct != nil && t.AliasOf == nil {
			planMembers(t)
		}
	}
	b.collect()
	b.pkg.NeedsShapes = len(b.shaper.roots) > 0 && (b.pkg.Server || b.pkg.Client)
	b.pkg.Shapes = b.shaper.finish()
}
