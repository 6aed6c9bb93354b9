// Package generator turns what an OpenAPI document says into a Go package.
//
// Generate goes one way: package spec has read the document; internal/ir plans the Go package and decides everything that
// is to be decided; internal/emit prints the plan. There is no I/O, no clock and no randomness: the same document and
// options give the same bytes.
package generator

import (
	"errors"
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/tornadogen/tornadogen/generator/internal/emit"
	"github.com/tornadogen/tornadogen/generator/internal/ir"
	"github.com/tornadogen/tornadogen/spec"
)

// File is one file of a generated package: Go source, or the document that the package embeds.
type File struct {
	Name string // without a folder: "types_gen.go"
	Data []byte
}

// The parts that Options.Only names.
const (
	OnlyServer = "server"
	OnlyClient = "client"
	OnlyTypes  = "types"
)

// Options choose what is generated.
type Options struct {
	// Package is the name of the package: "petapi". It must be an identifier that is neither a keyword nor "_" nor "main".
	Package string
	// Version is that of the generator, which the first line of each Go file names: "v1.2.3"; "" for none.
	Version string
	// Only names the parts to generate: OnlyServer, OnlyClient, OnlyTypes. The types with their JSON are always there. Empty
	// means all.
	Only []string
	// Imports are packages of types that are not generated here, by the document that they were generated from, as references name
	// it: "common.yaml" is "example.com/shop/commonapi".
	Imports map[string]string
	// Formats are Go types for formats: "ulid" is "github.com/oklog/ulid/v2.ULID". A type is read and written by encoding/json.
	Formats map[string]string
	// OwnTypes has every type generated, whatever x-go-type says: the package needs no other one then.
	OwnTypes bool
	// HasType says whether there is a type that x-go-type names, in the package with this path, "" for the generated one. Where there is none
	// the type is generated, with a warning. nil: there is each of them.
	HasType func(pkg, name string) bool
}

// Generate gives the files of the package for api, in a fixed order, the embedded document last. Diagnostics are findings of
// the generator alone, beside those of spec.Load; when one of them is an error there are no files. The error is for options
// that cannot be met, and for faults of the generator itself.
func Generate(api *spec.API, opts Options) ([]File, spec.Diagnostics, error) {
	if err := opts.check(); err != nil {
		return nil, nil, err
	}
	if api == nil {
		return nil, nil, errors.New("there is no API to generate: the document was refused")
	}
	plan, diagnostics := ir.Build(api, ir.Options{
		Package: opts.Package, Version: opts.Version, Only: opts.Only, Imports: opts.Imports, Formats: opts.Formats, OwnTypes: opts.OwnTypes, HasType: opts.HasType,
	})
	if hasErrors(diagnostics) {
		return nil, diagnostics, nil
	}
	printed, err := emit.Package(plan)
	if err != nil {
		return nil, diagnostics, fmt.Errorf("print package %s: %w", opts.Package, err)
	}
	files := make([]File, len(printed))
	for i, f := range printed {
		files[i] = File(f)
	}
	return files, diagnostics, nil
}

// IsGoType says whether text can stand in Options.Formats: "github.com/oklog/ulid/v2.ULID", "net/netip.Prefix", "int".
func IsGoType(text string) bool { return ir.IsGoType(text) }

// IsImportPath says whether text can stand in Options.Imports.
func IsImportPath(text string) bool { return ir.IsImportPath(text) }

func hasErrors(diagnostics spec.Diagnostics) bool {
	return slices.ContainsFunc(diagnostics, func(d spec.Diagnostic) bool { return d.Severity == spec.Error })
}

// versionForm is what can stand in a comment, and is a version of a module of Go.
var versionForm = regexp.MustCompile(`^v[0-9][0-9A-Za-z.+-]*$`)

// check reports options that cannot be met.
func (o Options) check() error {
	switch {
	case o.Package == "":
		return errors.New("the package has no name")
	case !token.IsIdentifier(o.Package) || o.Package == "_":
		return fmt.Errorf("package name %q is no identifier of Go", o.Package)
	case o.Package == "main", o.Package == "init":
		return errors.New("package main cannot be imported; choose another name")
	}
	if o.Version != "" && !versionForm.MatchString(o.Version) {
		return fmt.Errorf("version %q of the generator is none of Go", o.Version)
	}
	parts := []string{OnlyServer, OnlyClient, OnlyTypes}
	for _, part := range o.Only {
		if !slices.Contains(parts, part) {
			return fmt.Errorf("there is no part %q to generate; the parts are %s", part, strings.Join(parts, ", "))
		}
	}
	for file, path := range o.Imports {
		if !ir.IsImportPath(path) {
			return fmt.Errorf("package %q of %s is no import path", path, file)
		}
	}
	for format, name := range o.Formats {
		if !ir.IsGoType(name) {
			return fmt.Errorf("type %q of format %s is no Go type; write it as example.com/money.Amount", name, format)
		}
	}
	return nil
}
