package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSchemaAgreesWithKeys(t *testing.T) {
	text, err := os.ReadFile("../../docs/reference/tornadogen.schema.json")
	require.NoError(t, err)
	type property struct {
		Description          string
		Type                 string
		MinLength            int
		Enum                 []string
		AdditionalProperties *struct {
			Type      string
			MinLength int
		}
		Items struct {
			Enum      []string
			Type      string
			MinLength int
		}
	}
	var schema struct {
		AdditionalProperties *bool
		Properties           map[string]property
	}
	require.NoError(t, json.Unmarshal(text, &schema))
	require.NotNil(t, schema.AdditionalProperties)
	require.False(t, *schema.AdditionalProperties)
	require.Len(t, schema.Properties, len(keys))
	for _, k := range keys {
		want := property{Description: k.usage}
		switch k.set(new(settings)).(type) {
		case *string:
			want.Type, want.Enum = "string", k.values
			if k.values == nil {
				want.MinLength = 1
			}
		case *[]string:
			want.Type, want.Items.Enum = "array", k.values
			if k.values == nil {
				want.Items.Type, want.Items.MinLength = "string", 1
			}
		case *map[string]string:
			want.Type = "object"
			want.AdditionalProperties = &struct {
				Type      string
				MinLength int
			}{"string", 1}
		case *bool:
			want.Type = "boolean"
		}
		require.Equal(t, want, schema.Properties[k.name], k.name)
	}
}

// The reference has a row for each key, and every command says what it does.
func TestReferenceAgrees(t *testing.T) {
	data, err := os.ReadFile("../../docs/reference/config.md")
	require.NoError(t, err)
	text := string(data)
	for _, k := range keys {
		require.Regexp(t, "(?m)^\\| `"+k.name+"` \\| [a-z ]+ \\| "+regexp.QuoteMeta(k.usage)+" \\|$", text)
	}
	for _, cmd := range newRoot().Commands() {
		require.NotEmpty(t, cmd.Example+cmd.Long, cmd.Name())
	}
}

// Every key is a flag of some command, or its argument.
func TestEveryKeyIsAFlag(t *testing.T) {
	for _, k := range keys {
		found := false
		for _, cmd := range newRoot().Commands() {
			found = found || cmd.Flags().Lookup(k.name) != nil
		}
		require.True(t, found, k.name)
	}
}

// A setting comes from the command line, else from the file, and says where it comes from.
func TestPrecedence(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, configName), []byte("spec: a.yaml\nout: a\npackage: a\nonly: [types]\nformats: annotate\nroot: a\nstrict: true\n"), 0o600))

	get := func(document string, args ...string) settings {
		var s settings
		cmd := &cobra.Command{Use: "generate"}
		s.flags(cmd, "out", "package", "only", "formats", "root", "strict")
		require.NoError(t, cmd.ParseFlags(args))
		require.NoError(t, s.complete(cmd, document))
		return s
	}
	s := get("")
	require.Equal(t, []any{"a.yaml", "a", "a", []string{"types"}, "annotate", "a", true}, []any{s.Spec, s.Out, s.Package, s.Only, s.Formats, s.Root, s.Strict})
	require.Equal(t, "tornadogen.yaml:3", s.place("package"))

	s = get("b.yaml", "--out=b", "--package=b", "--only=client,types", "--formats=assert", "--root=b", "--strict=false")
	require.Equal(t, []any{"b.yaml", "b", "b", []string{"client", "types"}, "assert", "b", false}, []any{s.Spec, s.Out, s.Package, s.Only, s.Formats, s.Root, s.Strict})
	require.Equal(t, "--package", s.place("package"))
}

// A hostile file of settings is an error, never a panic.
func TestReadConfigOfAnything(t *testing.T) {
	path := filepath.Join(t.TempDir(), configName)
	for _, text := range []string{
		"\x00", "a: &a [*a]", "only: &x [*x]", "? [a]\n: b", "---\n---\n", "spec: a\n---\nspec: b", "%YAML 9\n---\n", "only: [[]]", "spec: ''", "spec: ~",
		strings.Repeat("[", 20_000), "<<: {spec: a}", "only: &a [&b server, *b, *c]", "strict: !!str true", "!!set {spec}", "- ", "spec: !!binary aGk=",
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := readConfig(path)
		var usage *usageError
		if err != nil {
			require.ErrorAs(t, err, &usage, text)
		}
	}
	require.NoError(t, os.WriteFile(path, []byte("only: &a [&b server, *b]\nspec: *b\n"), 0o600))
	s, err := readConfig(path)
	require.NoError(t, err)
	require.Equal(t, []string{"server", "server"}, s.Only)
	require.Equal(t, "server", s.Spec)
}

// A shell is offered the values that a flag can still take.
func TestValuesAreCompleted(t *testing.T) {
	for begun, want := range map[string]string{
		"--only ":             "server client types",
		"--only se":           "server",
		"--only server,":      "server,client server,types",
		"--only types,c":      "types,client",
		"--only x":            "",
		"--formats ":          "assert annotate",
		"--formats assert,an": "",
		"--format ":           "text json",
	} {
		flag, word, _ := strings.Cut(begun, " ")
		var stdout, stderr bytes.Buffer
		require.Zero(t, run([]string{cobra.ShellCompNoDescRequestCmd, "generate", flag, word}, nil, &stdout, &stderr))
		offered, _, _ := strings.Cut(stdout.String(), ":4\n") // cobra.ShellCompDirectiveNoFileComp
		assert.Equal(t, want, strings.Join(strings.Fields(offered), " "), begun)
	}
}
