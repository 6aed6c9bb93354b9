package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// The suite serves its remote schemas on this machine, where no document may lead: they get an address of the wide world, and are
// read from the folder.
const (
	local = "http://localhost:1234/"
	wide  = "https://json-schema.example/"
)

// generate writes the document of a file, its schemas and the package that they give below out. A schema none of whose instances
// is sent is not among them.
func (f *file) generate(out, remotes string, left *leftOut) error {
	dir := filepath.Join(out, f.pkg())
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	paths := map[string]any{}
	for i, g := range f.groups {
		if left.all(f.name(), g) {
			continue
		}
		schema, err := f.place(dir, i, g)
		if err != nil {
			return err
		}
		paths[fmt.Sprintf("/%d", i)] = map[string]any{"post": map[string]any{
			"operationId": fmt.Sprintf("check%d", i),
			"requestBody": map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{"schema": schema}}},
			"responses":   map[string]any{"204": map[string]any{"description": "valid"}},
		}}
	}
	document, err := json.Marshal(map[string]any{"openapi": f.set.version, "info": map[string]any{"title": f.name(), "version": "1"}, "paths": paths})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "openapi.json")
	if err := os.WriteFile(path, document, 0o644); err != nil {
		return err
	}
	return f.compile(dir, path, remotes)
}

// place writes a schema to a file of its own, where "#" is its root, and returns a reference to it. One that is no object stands in
// its place.
func (f *file) place(dir string, i int, g *group) (any, error) {
	text := bytes.ReplaceAll(g.Schema, []byte(local), []byte(wide))
	if text[0] != '{' {
		return json.RawMessage(text), nil
	}
	name := fmt.Sprintf("schema%d.json", i)
	return map[string]any{"$ref": name}, os.WriteFile(filepath.Join(dir, name), text, 0o644)
}

// compile writes the package.
func (f *file) compile(dir, path, remotes string) error {
	options := []spec.Option{spec.WithExactTypes(), spec.WithRemote(func(address string, _ int64) ([]byte, error) {
		u, err := url.Parse(address)
		if err != nil || !strings.HasPrefix(address, wide) {
			return nil, errors.New("the suite has no schema of this address")
		}
		text, err := os.ReadFile(filepath.Join(remotes, filepath.FromSlash(u.Path)))
		return bytes.ReplaceAll(text, []byte(local), []byte(wide)), err
	})}
	if f.set.annotate {
		options = append(options, spec.WithFormatsAsAnnotations())
	}
	api, findings, err := spec.Load(path, options...)
	if err != nil {
		return err
	}
	if api == nil {
		return fmt.Errorf("the document was refused: %v", findings)
	}
	files, more, err := generator.Generate(api, generator.Options{Package: f.pkg(), Only: []string{generator.OnlyServer}})
	if err != nil {
		return err
	}
	if files == nil {
		return fmt.Errorf("no package: %v", more)
	}
	var notes bytes.Buffer
	for _, d := range append(findings, more...) {
		fmt.Fprintln(&notes, d)
	}
	if err := os.WriteFile(filepath.Join(dir, "findings.txt"), notes.Bytes(), 0o644); err != nil {
		return err
	}
	for _, g := range files {
		if err := os.WriteFile(filepath.Join(dir, g.Name), g.Data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
