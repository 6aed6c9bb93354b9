package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// set is a part of the suite with the version of OpenAPI that can say it.
type set struct {
	name, folder, version string
	annotate              bool // formats are annotations
}

var sets = []set{
	{"required", "draft2020-12", "3.1.1", true},
	{"format", "draft2020-12/optional/format", "3.1.1", false},
	{"draft4", "draft4", "3.0.4", true},
}

// file is one file of the suite.
type file struct {
	set    set
	stem   string // "anyOf"
	groups []*group
}

// group is one schema with its instances.
type group struct {
	Description string
	Schema      json.RawMessage
	Tests       []*test
}

type test struct {
	Description string
	Data        json.RawMessage
	Valid       bool
}

func (f *file) name() string { return f.set.name + "/" + f.stem }

// pkg is the folder of the generated package, and its name in Go.
func (f *file) pkg() string {
	return strings.ReplaceAll(strings.ToLower(f.set.name+"_"+f.stem), "-", "_")
}

// readSuite reads the files of all sets whose name contains only.
func readSuite(suite, only string) ([]*file, error) {
	if suite == "" {
		return nil, errors.New("-suite must name the folder of the JSON-Schema-Test-Suite")
	}
	var files []*file
	for _, s := range sets {
		paths, err := filepath.Glob(filepath.Join(suite, "tests", filepath.FromSlash(s.folder), "*.json"))
		if err != nil || len(paths) == 0 {
			return nil, fmt.Errorf("%s holds no tests/%s", suite, s.folder)
		}
		slices.Sort(paths)
		for _, path := range paths {
			f := &file{set: s, stem: strings.TrimSuffix(filepath.Base(path), ".json")}
			if !strings.Contains(f.name(), only) {
				continue
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			if err := json.Unmarshal(text, &f.groups); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			files = append(files, f)
		}
	}
	return files, nil
}
