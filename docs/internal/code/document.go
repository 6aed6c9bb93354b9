package code

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Document is what a page has said of its API so far: the document that the page stands on, and its own blocks of YAML.
type Document struct{ root map[string]any }

// NewDocument reads the document that a page stands on.
func NewDocument(text []byte) (*Document, error) {
	d := &Document{root: map[string]any{}}
	return d, yaml.Unmarshal(text, &d.root)
}

// Text returns the document as YAML.
func (d *Document) Text() ([]byte, error) { return yaml.Marshal(d.root) }

// Put enters a block of YAML. Where it belongs is the pointer at, or what its keys say: those of a document at its root, paths below
// paths, schemas below components. An entry that is there already is replaced.
func (d *Document) Put(block map[string]any, at string) error {
	switch first := slices.Sorted(maps.Keys(block))[0]; {
	case at != "":
	case block["paths"] != nil, block["components"] != nil, block["webhooks"] != nil, block["openapi"] != nil:
		return d.putRoot(block)
	case strings.HasPrefix(first, "/"):
		at = "/paths"
	case 'A' <= first[0] && first[0] <= 'Z':
		at = "/components/schemas"
	default:
		return fmt.Errorf("where does %q belong? say so: <!-- code: at /paths/~1pets/get -->", first)
	}
	into := d.root
	for part := range strings.SplitSeq(strings.TrimPrefix(at, "/"), "/") {
		into = child(into, strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
	}
	if at == "/paths" {
		putPaths(into, block)
		return nil
	}
	maps.Copy(into, block)
	return nil
}

// putPaths enters paths, of which each keeps the methods that the block does not have.
func putPaths(into, block map[string]any) {
	for path, item := range block {
		if methods, ok := item.(map[string]any); ok {
			maps.Copy(child(into, path), methods)
		}
	}
}

// putRoot enters a part of a document: the entries of its paths and components are added to those that are there.
func (d *Document) putRoot(block map[string]any) error {
	for key, value := range block {
		entries, ok := value.(map[string]any)
		switch key {
		case "paths", "webhooks":
			if !ok {
				return fmt.Errorf("%s is no object", key)
			}
			putPaths(child(d.root, key), entries)
		case "components":
			for kind, of := range entries {
				more, ok := of.(map[string]any)
				if !ok {
					return fmt.Errorf("components/%s is no object", kind)
				}
				maps.Copy(child(child(d.root, key), kind), more)
			}
		default:
			d.root[key] = value
		}
	}
	return nil
}

func child(of map[string]any, key string) map[string]any {
	in, ok := of[key].(map[string]any)
	if !ok {
		in = map[string]any{}
		of[key] = in
	}
	return in
}
