package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// released is what the tests know of .goreleaser.yaml.
type released struct {
	Before struct {
		Hooks []string `yaml:"hooks"`
	} `yaml:"before"`
	Builds []struct {
		Main    string   `yaml:"main"`
		Binary  string   `yaml:"binary"`
		Flags   []string `yaml:"flags"`
		Ldflags []string `yaml:"ldflags"`
		Goos    []string `yaml:"goos"`
	} `yaml:"builds"`
	Archives []struct {
		Files []struct {
			Src string `yaml:"src"`
		} `yaml:"files"`
	} `yaml:"archives"`
	Checksum struct {
		ExtraFiles []extraFile `yaml:"extra_files"`
	} `yaml:"checksum"`
	Release struct {
		GitHub struct {
			Owner string `yaml:"owner"`
			Name  string `yaml:"name"`
		} `yaml:"github"`
		ExtraFiles []extraFile `yaml:"extra_files"`
	} `yaml:"release"`
}

type extraFile struct {
	Glob string `yaml:"glob"`
}

// TestReleaseConfiguration holds .goreleaser.yaml against the schema of the version that the Makefile runs, and against what it is about: to run
// goreleaser itself takes some hundred modules, which only a release needs.
func TestReleaseConfiguration(t *testing.T) {
	text, err := os.ReadFile("../../.goreleaser.yaml")
	require.NoError(t, err)
	makefile, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)
	version := regexp.MustCompile(`(?m)^GORELEASER := go run github\.com/goreleaser/goreleaser/v2@(v\S+)$`).FindSubmatch(makefile)
	require.NotNil(t, version)
	path := "testdata/goreleaser/schema-" + string(version[1]) + ".json"
	require.FileExists(t, path, "the Makefile has another goreleaser: write its schema with make goreleaser-schema, and remove the old one")
	schema, err := jsonschema.NewCompiler().Compile(path)
	require.NoError(t, err)

	var tree any
	require.NoError(t, yaml.Unmarshal(text, &tree))
	asJSON, err := json.Marshal(tree)
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	require.NoError(t, err)
	require.NoError(t, schema.Validate(value))
	value.(map[string]any)["achives"] = []any{} //nolint:forcetypeassert // it is valid
	require.Error(t, schema.Validate(value), "the schema refuses what is unknown")

	var config released
	require.NoError(t, yaml.Unmarshal(text, &config))
	assert.Equal(t, modulePath, "github.com/"+config.Release.GitHub.Owner+"/"+config.Release.GitHub.Name)
	require.Len(t, config.Builds, 1)
	build := config.Builds[0]
	assert.Equal(t, "tornadogen", build.Binary)
	assert.FileExists(t, filepath.Join("../..", build.Main, "main.go"))
	assert.Contains(t, build.Flags, "-buildvcs=true", "the version is that of the tag, as the go command notes it")
	assert.NotContains(t, strings.Join(build.Ldflags, " "), "-X", "no variable has the version")
	compiled := regexp.MustCompile(`(?m)^\t@set -e; for os in ([a-z ]+); do .* bin/crossvet \./cmd/`).FindSubmatch(makefile)
	require.NotNil(t, compiled)
	for _, system := range build.Goos {
		assert.Contains(t, append(strings.Fields(string(compiled[1])), "linux"), system, "make cross compiles the command for what is released")
	}

	made := ""
	for _, hook := range config.Before.Hooks {
		names, isMake := strings.CutPrefix(hook, "make ")
		require.True(t, isMake, hook)
		for name := range strings.FieldsSeq(names) {
			recipe := regexp.MustCompile(`(?m)^` + name + `:.*\n(\t.*\n)+`).Find(makefile)
			require.NotNil(t, recipe, "make has no target %s", name)
			made += string(recipe)
		}
	}
	require.Len(t, config.Archives, 1)
	var files []string
	for _, file := range config.Archives[0].Files {
		files = append(files, file.Src)
	}
	for _, file := range slices.Concat(config.Checksum.ExtraFiles, config.Release.ExtraFiles) {
		files = append(files, file.Glob)
	}
	for _, file := range files {
		if strings.HasPrefix(file, "bin/") {
			assert.Contains(t, made, strings.TrimSuffix(file, "/*"), "nothing makes it before")
			continue
		}
		assert.FileExists(t, filepath.Join("../..", filepath.FromSlash(file)))
	}
	whole := template.New("").Option("missingkey=error").Funcs(template.FuncMap{"incpatch": func(v string) string { return v }})
	known := map[string]string{}
	for _, name := range []string{"ProjectName", "Version", "Os", "Arch", "CommitTimestamp", "CommitDate", "ShortCommit"} {
		known[name] = "1"
	}
	of, err := whole.Parse(string(text))
	require.NoError(t, err)
	require.NoError(t, of.Execute(new(bytes.Buffer), known))
}
