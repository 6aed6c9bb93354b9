package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// value is one value of a document as this command reads it, which is not how the generator reads it.
type value struct {
	members map[string]*value // of an object
	items   []*value          // of a list
	text    string            // of a scalar
}

// get is a member of an object; nil for others, and where there is none.
func (v *value) get(name string) *value {
	if v == nil {
		return nil
	}
	return v.members[name]
}

// readFile reads JSON or YAML.
func readFile(path string) (*value, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if dec := json.NewDecoder(bytes.NewReader(data)); bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		dec.UseNumber()
		if v, err := fromJSON(dec); err == nil {
			return v, nil
		}
	}
	var n yaml.Node
	if err := yaml.Unmarshal(data, &n); err != nil {
		// yaml.v3 does not know the escape \/, which YAML 1.2 has from JSON.
		if again := yaml.Unmarshal(bytes.ReplaceAll(data, []byte(`\/`), []byte("/")), &n); again != nil {
			return nil, err
		}
	}
	if len(n.Content) == 0 {
		return nil, errors.New("the file is empty")
	}
	return fromYAML(n.Content[0], map[*yaml.Node]*value{}), nil
}

func fromJSON(dec *json.Decoder) (*value, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return &value{text: fmt.Sprint(t)}, nil
	}
	v := &value{}
	if delim == '{' {
		v.members = map[string]*value{}
	}
	for dec.More() {
		name := ""
		if delim == '{' {
			key, err := dec.Token()
			if err != nil {
				return nil, err
			}
			name, _ = key.(string)
		}
		item, err := fromJSON(dec)
		if err != nil {
			return nil, err
		}
		if delim == '{' {
			v.members[name] = item
		} else {
			v.items = append(v.items, item)
		}
	}
	_, err = dec.Token()
	return v, err
}

// fromYAML converts a node; done holds those that aliases may name again.
func fromYAML(n *yaml.Node, done map[*yaml.Node]*value) *value {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if v, ok := done[n]; ok {
		return v
	}
	v := &value{text: n.Value}
	done[n] = v
	switch n.Kind {
	case yaml.MappingNode:
		v.members = map[string]*value{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Tag == "!!merge" {
				for name, item := range fromYAML(n.Content[i+1], done).members {
					if v.members[name] == nil {
						v.members[name] = item
					}
				}
				continue
			}
			v.members[n.Content[i].Value] = fromYAML(n.Content[i+1], done)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			v.items = append(v.items, fromYAML(item, done))
		}
	}
	return v
}

// place is a value and the file that it stands in, by which references in it are read.
type place struct {
	*value
	file string
}

// files are those of one document.
type files struct {
	root string // nothing outside of this folder is read
	read map[string]*value
}

// follow resolves references from p on, a few deep; nil where they lead nowhere.
func (f *files) follow(p place) (place, bool) {
	for range 20 {
		ref := p.get("$ref")
		if ref == nil || ref.members != nil {
			return p, p.value != nil
		}
		file, fragment, _ := strings.Cut(ref.text, "#")
		if file == "" {
			file = p.file
		} else {
			if strings.Contains(file, "://") {
				return p, false
			}
			file = filepath.Join(filepath.Dir(p.file), filepath.FromSlash(unescape(file)))
		}
		root, err := f.open(file)
		if err != nil {
			return p, false
		}
		p = place{walk(root, fragment), file}
	}
	return p, false
}

func (f *files) open(path string) (*value, error) {
	if v, ok := f.read[path]; ok {
		return v, nil
	}
	if rel, err := filepath.Rel(f.root, path); err != nil || strings.HasPrefix(rel, "..") {
		return nil, errors.New("outside of the folder")
	}
	v, err := readFile(path)
	if err == nil {
		f.read[path] = v
	}
	return v, err
}

// walk follows a JSON pointer.
func walk(v *value, pointer string) *value {
	for step := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if step == "" || v == nil {
			continue
		}
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(unescape(step))
		if i, err := strconv.Atoi(step); err == nil && v.items != nil && i >= 0 && i < len(v.items) {
			v = v.items[i]
			continue
		}
		v = v.get(step)
	}
	return v
}
