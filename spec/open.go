package spec

import (
	"errors"
	"net/url"
	"path/filepath"
)

// open returns a file that a reference in from names, parsed.
func (c *checker) open(given string, from *file) (*file, *trouble) {
	name := quote(given)
	path := filepath.FromSlash(given)
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(from.path), path)
	}
	real, rel, err := c.folder.locate(path)
	switch {
	case errors.Is(err, errOutside):
		return nil, &trouble{severity: Error, class: "outside-reference", what: "the file " + name + " lies outside of the folder of the document", remedy: "copy it into the folder, or name a folder that holds both with --root"}
	case err != nil && c.folder.leaves(path):
		return nil, unknown("the file " + name + " does not exist, and lies outside of the folder of the document")
	case err != nil:
		return nil, unknown("the file " + name + " does not exist")
	}
	if f, known := c.files[real]; known {
		return parsed(f, name)
	}
	data, err := c.folder.read(rel, c.config.limits.Size-c.budget.size)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, &trouble{severity: Error, class: "limit", what: "with the file " + name + " the document has more than " + count(int(c.config.limits.Size)) + " bytes", remedy: "split the API into several documents"}
	case errors.Is(err, errFolder):
		return nil, unresolved(name + " is a folder")
	case errors.Is(err, errNotRegular):
		return nil, &trouble{severity: Error, class: "not-a-file", what: name + " is not a regular file; nothing else is opened", remedy: "refer to a file"}
	case err != nil:
		return nil, &trouble{severity: Error, class: "not-a-file", what: "the file " + name + " cannot be read: " + err.Error(), remedy: "look at its permissions"}
	}
	f := c.newNeighbour(real, data)
	if base := baseOf(from.root); base != nil && isNetwork(base) && !filepath.IsAbs(given) {
		f.base = base.ResolveReference(&url.URL{Path: given})
	}
	return c.take(f, name)
}

// take parses a file that was read. One that cannot be parsed hides nothing of the rest: what refers to it is isolated.
func (c *checker) take(f *file, name string) (*file, *trouble) {
	before := len(c.diags)
	if c.parse(f) {
		c.register(f)
		return f, nil
	}
	for i := before; i < len(c.diags); i++ {
		if c.diags[i].Class != "limit" {
			c.diags[i].Severity = Warning
		}
	}
	return parsed(f, name)
}

// parsed tells of a file that was read and cannot be parsed.
func parsed(f *file, name string) (*file, *trouble) {
	if f.root == nil {
		return nil, unresolved("the file " + name + " is neither JSON nor YAML")
	}
	return f, nil
}

// newNeighbour names a file for people as reached from the path that the user gave, and for identity from the root document.
func (c *checker) newNeighbour(path string, data []byte) *file {
	rel, err := filepath.Rel(c.dir, path)
	if err != nil {
		rel = path
	}
	return newFile(filepath.Join(c.userDir, rel), filepath.ToSlash(rel), path, data)
}
