package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	textMIT    = "Permission is hereby granted, free of charge, to any person\nobtaining a copy of this software"
	textApache = "Licensed under the Apache License, Version 2.0 (the \"License\");"
	textBSD    = "Redistributions in binary form must reproduce the above copyright notice.\n * Neither the name may be used to endorse or promote products derived from"
)

func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for file, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
}

// All licences of a module count, and of its files those alone that are licences or notices.
func TestLicences(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"one":          {map[string]string{"LICENSE": textMIT, "lock.go": "// " + textApache, "license.go": "// " + textApache}, []string{"MIT"}},
		"two in one":   {map[string]string{"License.txt": textMIT + "\n" + textApache}, []string{"Apache-2.0", "MIT"}},
		"two files":    {map[string]string{"LICENSE-MIT": textMIT, "COPYING": textBSD}, []string{"BSD-3-Clause", "MIT"}},
		"three":        {map[string]string{"LICENSE": textBSD + textApache + textMIT}, []string{"Apache-2.0", "BSD-3-Clause", "MIT"}},
		"copyleft too": {map[string]string{"LICENCE": textMIT, "COPYING": "GNU GENERAL PUBLIC LICENSE"}, []string{"GPL", "MIT"}},
		"a notice":     {map[string]string{"LICENSE": textMIT, "NOTICE.txt": textApache}, []string{"Apache-2.0", "MIT"}},
		"none":         {map[string]string{"README.md": textMIT}, nil},
	} {
		dir := t.TempDir()
		write(t, dir, c.files)
		found, err := textsOf(dir, nil)
		require.NoError(t, err)
		assert.Equal(t, c.want, licencesOf(found), name)
	}
}

// Of the folders of a module those count that something is compiled of, and those around them.
func TestLicencesOfFolders(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"LICENSE": textMIT, "a/COPYING": textBSD, "a/b/c/NOTICE": "By us.", "a/b/other/LICENSE": "GNU GENERAL PUBLIC LICENSE", "cmd/LICENSE": textApache,
	})
	found, err := textsOf(dir, []string{dir, filepath.Join(dir, "a/b/c"), filepath.Join(dir, "a")})
	require.NoError(t, err)
	var paths []string
	for _, text := range found {
		paths = append(paths, text.path)
	}
	assert.Equal(t, []string{"LICENSE", "a/COPYING", "a/b/c/NOTICE"}, paths)
	assert.Equal(t, []string{"BSD-3-Clause", "MIT"}, licencesOf(found))
}

// A text is known by all of its words, whatever else it has beside those of a licence.
func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		text, known string // of the licence, and the one that was looked through
		want        []string
	}{
		"known":                    {textMIT, textMIT, nil},
		"known, in other lines":    {strings.ReplaceAll(textMIT, " ", "\r\n\r\n"), textMIT, nil},
		"more beside a known one":  {textMIT + "\n\nIt may not be used on Sundays.", textMIT, []string{"LICENSE is not among the texts"}},
		"one that is not allowed":  {"GNU GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE", []string{`licences ["GPL"]`}},
		"allowed beside not":       {textMIT + " GNU GENERAL PUBLIC LICENSE", textMIT, []string{`licences ["GPL" "MIT"]`, "LICENSE is not among the texts"}},
		"known, and not a licence": {"All is allowed.", "All is allowed.", []string{"licences []"}},
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{"known/LICENSE": c.known, "m/LICENSE": c.text})
		known, err := textsOf(filepath.Join(dir, "known"), nil)
		require.NoError(t, err)
		m := &module{Path: "example.com/m", Version: "v1.0.0", Dir: filepath.Join(dir, "m")}
		require.NoError(t, m.readTexts())
		faults := faultsOf(m, known[0].sum+" example.com/known/LICENSE\n")
		require.Len(t, faults, len(c.want), name)
		for i, want := range c.want {
			assert.ErrorContains(t, faults[i], "example.com/m v1.0.0: "+want, name)
		}
	}
}

// What one module links on Linux is in the page as it was found, and in the list for programs: the part of TestPage that takes no time.
func TestOneModule(t *testing.T) {
	const root = "../../.."
	page, err := os.ReadFile(filepath.Join(root, "docs/reference/licences.md"))
	require.NoError(t, err)
	var sums strings.Builder // of all modules of the workspace, which decides on versions
	for _, pattern := range []string{"go.sum", "runtime/*/go.sum", "runtime/*/*/go.sum"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			sums.Write(text)
		}
	}
	found := map[string]*module{}
	require.NoError(t, addLinkedOn(found, root, "./runtime/compress", []string{"./..."}, "linux"))
	require.Contains(t, found, "github.com/klauspost/compress")
	require.Contains(t, found, "github.com/andybalholm/brotli")
	var modules []*module
	for _, m := range found {
		require.NoError(t, m.readTexts())
		assert.Empty(t, faultsOf(m, texts))
		row := fmt.Sprintf("\n| %s | %s | %s |", m.Path, m.Version, strings.Join(m.licences, " and "))
		assert.True(t, strings.Contains(string(page), row), "run make licences for %s", m.Path)
		assert.Contains(t, m.used, "runtime/compress")
		modules = append(modules, m)
	}
	nested := slices.ContainsFunc(found["github.com/klauspost/compress"].texts, func(t licenceText) bool { return t.path == "internal/snapref/LICENSE" })
	assert.True(t, nested, "a folder that is compiled has a licence of its own")

	text, err := cycloneDX(modules, "v9.9.9", "1.99")
	require.NoError(t, err)
	var list document
	require.NoError(t, json.Unmarshal(text, &list))
	assert.Equal(t, "v9.9.9", list.Metadata.Component.Version)
	require.Len(t, list.Components, 1+len(modules))
	assert.Equal(t, "pkg:golang/std@1.99", list.Components[0].PURL)
	for i, c := range list.Components[1:] {
		m := modules[i]
		assert.Equal(t, "pkg:golang/"+m.Path+"@"+m.Version, c.PURL)
		assert.Equal(t, []licence{{strings.Join(m.licences, " AND ")}}, c.Licences)
		require.Len(t, c.Hashes, 1, c.Name)
		sum, err := hex.DecodeString(c.Hashes[0].Content)
		require.NoError(t, err)
		assert.True(t, strings.Contains(sums.String(), c.Name+" "+c.Version+" h1:"+base64.StdEncoding.EncodeToString(sum)+"\n"), c.Name)
	}
}

// The page is what make licences would write: it lists what is linked on any system.
func TestPage(t *testing.T) {
	if testing.Short() {
		t.Skip("lists the packages of all modules for six systems")
	}
	const root = "../../.."
	page, bom := filepath.Join(t.TempDir(), "licences.md"), filepath.Join(t.TempDir(), "sbom.cdx.json")
	require.NoError(t, run(root, page, bom))
	want, err := os.ReadFile(filepath.Join(root, "docs/reference/licences.md"))
	require.NoError(t, err)
	got, err := os.ReadFile(page)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "run make licences")
	assert.Contains(t, string(got), "| github.com/inconshreveable/mousetrap |", "Windows alone has it")

	text, err := os.ReadFile(bom)
	require.NoError(t, err)
	var list document
	require.NoError(t, json.Unmarshal(text, &list))
	assert.Equal(t, project, list.Metadata.Component.Name)
	assert.NotEmpty(t, list.Metadata.Component.Version)
	assert.Equal(t, "std", list.Components[0].Name)
	released, examples, found := strings.Cut(string(got), "\n## The examples\n")
	require.True(t, found)
	assert.Len(t, list.Components, strings.Count(released, "\n| ")-1) // of the rows the head and its line, and std
	assert.Contains(t, examples, "| github.com/jackc/pgx/v5 |")
	assert.NotContains(t, string(text), "pgx", "no release has it")
	assert.NotContains(t, examples, "chromedp", "tests alone have it")
	for _, c := range list.Components[1:] {
		require.Len(t, c.Hashes, 1, c.Name)
		assert.Len(t, c.Hashes[0].Content, 64, c.Name)
		assert.Len(t, c.Licences, 1, c.Name)
	}
}
