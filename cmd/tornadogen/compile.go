package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// compiled is what became of a document. files is nil when there is an error among the findings.
type compiled struct {
	api      *spec.API
	files    []generator.File
	findings spec.Diagnostics
}

// unserved tells whether an operation has no handler, as others get its requests, and the place of the one that does.
func (c compiled) unserved(op *spec.Operation) (by spec.Location, unserved bool) {
	for _, d := range c.findings {
		if op.Twin != nil && d.Class == "same-route" && d.Loc == op.Loc { // paths may refer to one path item, and to its place
			return d.Related, true
		}
	}
	return by, false
}

// compile reads the document and generates the package in memory; where it has no name, as init leaves it, the title of the document gives
// it one. The error is for what is not the document's fault.
func (s *settings) compile() (compiled, error) {
	p := startProgress(s.stderr(), 2, "reading "+s.Spec)
	defer p.end()
	c, err := s.load()
	if err == nil && c.api != nil {
		p.next("generating from " + s.Spec)
		if s.Package == "" {
			s.Package = packageOfTitle(c.api.Title)
		}
		err = s.generate(&c)
	}
	return c, err
}

// generate adds the files of the package.
func (s *settings) generate(c *compiled) error {
	files, more, err := generator.Generate(c.api, generator.Options{
		Package: s.Package, Version: builtFrom().mark(), Only: s.Only, Imports: s.Imports, Formats: s.FormatTypes, OwnTypes: s.OwnTypes, HasType: typesBeside(s.Out),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.Spec, err)
	}
	c.findings = append(c.findings, more...)
	c.findings.Sort()
	if s.Strict {
		c.harden()
	}
	if !c.findings.HasErrors() {
		c.files = files
	}
	return nil
}

// load reads the document.
func (s *settings) load() (c compiled, err error) {
	var opts []spec.Option
	if s.Root != "" {
		if info, err := os.Stat(s.Root); err != nil {
			return c, fmt.Errorf("%s: %s: %w; name a folder that exists", s.place("root"), s.Root, cause(err))
		} else if !info.IsDir() {
			return c, fmt.Errorf("%s: %s is no folder; name the folder that the files of the document lie in", s.place("root"), s.Root)
		}
		opts = append(opts, spec.WithRoot(s.Root))
	}
	if s.Formats == formatsAnnotate {
		opts = append(opts, spec.WithFormatsAsAnnotations())
	}
	if s.Exact {
		opts = append(opts, spec.WithExactTypes())
	}
	for _, overlay := range s.Overlays {
		if info, err := os.Stat(overlay); err != nil {
			return c, fmt.Errorf("%s: %s: %w; name an OpenAPI overlay, a file", s.place("overlay"), overlay, cause(err))
		} else if !info.Mode().IsRegular() {
			return c, fmt.Errorf("%s: %s is no regular file; name an OpenAPI overlay, a file", s.place("overlay"), overlay)
		}
	}
	opts = append(opts, spec.WithOverlays(s.Overlays...), spec.WithFilter(s.Filter))
	if s.Remote {
		l, err := readLock()
		if err != nil {
			return c, err
		}
		s.remote = newRemote(l, s.locking)
		opts = append(opts, spec.WithRemote(s.remote.fetch))
	}
	info, err := os.Stat(s.Spec)
	switch {
	case err != nil && strings.Contains(s.Spec, "://"):
		return c, fmt.Errorf("%s: is an address, and the document itself is not fetched from the network; save it to a file and name that", s.Spec)
	case errors.Is(err, fs.ErrNotExist):
		return c, fmt.Errorf("%s: there is no such file; name an OpenAPI document", s.Spec)
	case err != nil:
		return c, fmt.Errorf("%s: cannot be read: %w; check the path and its permissions", s.Spec, cause(err))
	case info.IsDir():
		return c, fmt.Errorf("%s: is a folder; name the OpenAPI document in it", s.Spec)
	case !info.Mode().IsRegular():
		return c, fmt.Errorf("%s: is no regular file; save the document to a file and name that", s.Spec)
	}
	c.api, c.findings, err = spec.Load(s.Spec, opts...)
	if err != nil {
		return c, fmt.Errorf("%s: cannot be read: %w; check the file and its permissions", s.Spec, cause(err))
	}
	if s.Strict && c.api == nil {
		c.harden()
	}
	return c, nil
}

// harden makes every warning an error, once all of them are found: those of the document do not hide those of the generator.
func (c *compiled) harden() {
	for i := range c.findings {
		c.findings[i].Severity = spec.Error
	}
}
