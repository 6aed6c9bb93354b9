package main

import (
	"encoding/json"
	"os"
	"path/filepath"
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

// All licences of a module count, and of its files those alone that are licences.
func TestLicences(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"one":          {map[string]string{"LICENSE": textMIT, "lock.go": "// " + textApache}, []string{"MIT"}},
		"two in one":   {map[string]string{"License.txt": textMIT + "\n" + textApache}, []string{"Apache-2.0", "MIT"}},
		"two files":    {map[string]string{"LICENSE-MIT": textMIT, "COPYING": textBSD}, []string{"BSD-3-Clause", "MIT"}},
		"three":        {map[string]string{"LICENSE": textBSD + textApache + textMIT}, []string{"Apache-2.0", "BSD-3-Clause", "MIT"}},
		"copyleft too": {map[string]string{"LICENCE": textMIT, "COPYING": "GNU GENERAL PUBLIC LICENSE"}, []string{"GPL", "MIT"}},
		"none":         {map[string]string{"README.md": textMIT}, nil},
	} {
		dir := t.TempDir()
		for file, text := range c.files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
		}
		found, err := licencesOf(dir)
		require.NoError(t, err)
		assert.Equal(t, c.want, found, name)
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
