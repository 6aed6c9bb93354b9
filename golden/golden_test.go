// Package golden holds what the generator makes of small documents, one folder a case:
//
//	CASE/openapi.yaml           the document, with further files where it has some
//	CASE/expected/              the package that it gives
//	CASE/options.yaml           generator.Options beside the package's name, where there are some
//	CASE/CASE_test.go           how that package behaves over a socket, where there is something to see
//	CASE/warnings.txt           what the generator warns of, where it does
//	invalid/NAME/openapi.yaml   a document that is refused
//	invalid/NAME/diagnostics.txt   and why
//
// The runner generates every case twice, compares both with the folder byte for byte, and has all expected packages
// compiled and vetted. `go test ./golden -update` writes the folders anew; read the diff as a user would.
package golden

import (
	"bytes"
	"flag"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

var update = flag.Bool("update", false, "write what the generator gives instead of comparing with it")

// packageName is the name of every expected package.
const packageName = "api"

// widestLine is how many characters a line of a generated file may have.
const widestLine = 160

// petstore is the example, which is a case of its own.
const petstore = "../examples/petstore"

func TestGolden(t *testing.T) {
	for _, name := range folders(t, ".") {
		if name == "invalid" || name == "internal" || name == "testdata" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkCase(t, name, filepath.Join(name, "expected"), packageName)
		})
	}
	t.Run("petstore", func(t *testing.T) {
		t.Parallel()
		checkCase(t, petstore, filepath.Join(petstore, "petapi"), "petapi")
	})
}

// checkCase generates the package of the document in folder and compares it with out, and the warnings with
// warnings.txt.
func checkCase(t *testing.T, folder, out, pkg string) {
	t.Helper()
	files, diagnostics := generate(t, folder, generator.Options{Package: pkg})
	require.NotNil(t, files, "the document is refused:\n%s", text(diagnostics))
	again, _ := generate(t, folder, generator.Options{Package: pkg})
	require.Equal(t, len(files), len(again))
	got := map[string]string{}
	for i, f := range files {
		require.Equal(t, f.Name, again[i].Name, "the second run names another file")
		require.True(t, bytes.Equal(f.Data, again[i].Data), "%s differs between two runs", f.Name)
		if strings.HasSuffix(f.Name, ".go") {
			formatted, err := format.Source(f.Data)
			require.NoError(t, err, f.Name)
			require.Equal(t, string(formatted), string(f.Data), "%s is not formatted", f.Name)
			for line := range strings.Lines(string(f.Data)) {
				assert.LessOrEqual(t, utf8.RuneCountInString(line)-1, widestLine, "%s: %s", f.Name, line)
			}
		}
		got[f.Name] = string(f.Data)
	}
	compareFolder(t, out, got)
	compareFile(t, filepath.Join(folder, "warnings.txt"), text(diagnostics))
}

func TestInvalid(t *testing.T) {
	for _, name := range folders(t, "invalid") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join("invalid", name)
			files, diagnostics := generate(t, folder, generator.Options{Package: packageName})
			require.True(t, diagnostics.HasErrors(), "no error was found")
			assert.Nil(t, files, "a document that is refused gives no files")
			compareFile(t, filepath.Join(folder, "diagnostics.txt"), text(diagnostics))
		})
	}
}

// TestVet compiles and vets every expected package, and the parts of one that can be generated alone.
func TestVet(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every expected package")
	}
	parts, err := os.MkdirTemp(".", "parts")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(parts)) })
	for name, part := range map[string]struct {
		document string
		only     []string
	}{
		"server": {petstore, []string{generator.OnlyServer}}, "client": {petstore, []string{generator.OnlyClient}}, "types": {petstore, []string{generator.OnlyTypes}},
		"both": {petstore, []string{generator.OnlyServer, generator.OnlyClient}}, "answers": {"pages", []string{generator.OnlyClient}},
	} {
		files, _ := generate(t, part.document, generator.Options{Package: name, Only: part.only})
		folder := filepath.Join(parts, name)
		require.NoError(t, os.Mkdir(folder, 0o755))
		for _, f := range files {
			require.NoError(t, os.WriteFile(filepath.Join(folder, f.Name), f.Data, 0o644))
		}
	}
	out, err := exec.Command("go", "vet", "./...", petstore+"/petapi").CombinedOutput()
	require.NoError(t, err, string(out))
}

// generate loads the document in folder and gives its package; no files when the document is refused.
func generate(t *testing.T, folder string, opts generator.Options) ([]generator.File, spec.Diagnostics) {
	t.Helper()
	if text, err := os.ReadFile(filepath.Join(folder, "options.yaml")); err == nil {
		require.NoError(t, yaml.Unmarshal(text, &opts))
	}
	api, diagnostics, err := spec.Load(document(t, folder))
	require.NoError(t, err)
	if api == nil {
		return nil, diagnostics
	}
	files, more, err := generator.Generate(api, opts)
	require.NoError(t, err)
	diagnostics = append(diagnostics, more...)
	diagnostics.Sort()
	return files, diagnostics
}

// document is the path of the root document in folder.
func document(t *testing.T, folder string) string {
	t.Helper()
	for _, name := range []string{"openapi.yaml", "openapi.json"} {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	require.Fail(t, "no document in "+folder)
	return ""
}

// text gives diagnostics a paragraph each, with slashes in paths on every system.
func text(diagnostics spec.Diagnostics) string {
	var b strings.Builder
	for _, d := range diagnostics {
		d.Loc.File = filepath.ToSlash(d.Loc.File)
		b.WriteString(d.Severity.String() + ": " + d.String() + " [" + d.Class + "]\n")
		if d.Snippet != "" {
			b.WriteString(strings.TrimRight(d.Snippet, "\n") + "\n")
		}
	}
	return b.String()
}

// compareFolder demands that folder holds exactly the files of got, beside hidden ones such as the command's manifest, or
// makes it so.
func compareFolder(t *testing.T, folder string, got map[string]string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(folder, 0o755))
		for name, data := range got {
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(data), 0o644))
		}
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err, "run `go test ./golden -update` and read the diff")
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		data, wanted := got[e.Name()]
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case wanted:
			have, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(have), data, path)
			delete(got, e.Name())
		case *update:
			require.NoError(t, os.Remove(path))
		default:
			assert.Fail(t, "the generator no longer gives "+path)
		}
	}
	for name := range got {
		assert.Fail(t, folder+" lacks "+name)
	}
}

// compareFile demands that the file at path holds got, or is absent where got is empty, or makes it so.
func compareFile(t *testing.T, path, got string) {
	t.Helper()
	if *update && got == "" {
		require.NoError(t, removeIfThere(path))
		return
	}
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	assert.Equal(t, string(want), got, path)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// folders lists the names of the folders in dir, sorted.
func folders(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names
}
