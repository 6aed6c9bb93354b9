package spec

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

var update = flag.Bool("update", false, "write the expected files of testdata again")

// optionsOf are the options of a case: its overlays, overlay.yaml or several in the order of their names, and filter.yaml.
func optionsOf(t *testing.T, dir string) (opts []Option) {
	t.Helper()
	overlays, err := filepath.Glob(filepath.Join(dir, "overlay*.yaml"))
	require.NoError(t, err)
	opts = append(opts, WithOverlays(overlays...))
	if text, err := os.ReadFile(filepath.Join(dir, "filter.yaml")); err == nil {
		var f Filter
		in := yaml.NewDecoder(bytes.NewReader(text))
		in.KnownFields(true)
		require.NoError(t, in.Decode(&f))
		opts = append(opts, WithFilter(f))
	}
	return opts
}

// TestCases reads each folder of testdata/cases: openapi.yaml or openapi.json, other files beside it, and want.txt with the
// findings and the model that it gives. Where several files make the document, source.json is the bundle.
func TestCases(t *testing.T) {
	dirs, err := filepath.Glob("testdata/cases/*")
	require.NoError(t, err)
	require.NotEmpty(t, dirs)
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			path := filepath.Join(dir, "openapi.yaml")
			if _, err := os.Stat(path); err != nil {
				path = filepath.Join(dir, "openapi.json")
			}
			api, diags, err := Load(path, optionsOf(t, dir)...)
			require.NoError(t, err)
			var b strings.Builder
			for _, d := range diags {
				assert.NotZero(t, d.Loc.Line, d.String())
				assert.NotEmpty(t, d.Class, d.String())
				assert.NotEmpty(t, d.Remedy, d.String())
				assert.NotEmpty(t, d.Snippet, d.String())
				b.WriteString(d.Severity.String() + " " + d.Class + " " + strings.ReplaceAll(d.String(), filepath.ToSlash(dir)+"/", "") + "\n")
			}
			if api == nil {
				require.True(t, diags.HasErrors())
				compare(t, filepath.Join(dir, "want.txt"), b.String())
				return
			}
			b.WriteString(strings.ReplaceAll(dump(api), filepath.ToSlash(dir)+"/", ""))
			compare(t, filepath.Join(dir, "want.txt"), b.String())
			source, err := os.ReadFile(path)
			require.NoError(t, err)
			if string(api.Source) == string(source) {
				return
			}
			compare(t, filepath.Join(dir, "source.json"), string(api.Source)+"\n")
			again := filepath.Join(t.TempDir(), "openapi.json")
			require.NoError(t, os.WriteFile(again, api.Source, 0o600))
			bundled, diags, err := Load(again)
			require.NoError(t, err)
			require.NotNil(t, bundled, diags.Text())
			assert.Len(t, bundled.Operations, len(api.Operations))
		})
	}
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run with -update")
	assert.Equal(t, string(want), got)
}
