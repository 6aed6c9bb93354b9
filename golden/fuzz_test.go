package golden

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/generator"
	"github.com/tornadogen/tornadogen/spec"
)

// FuzzGenerate gives the whole way from bytes to Go any document. It must come back with a package whose files are Go and whose types
// are right, or with an error that has a place. To check types takes most of the time: that is done of small documents, as the fuzzer makes most.
func FuzzGenerate(f *testing.F) {
	check, err := compiled()
	require.NoError(f, err)
	for _, pattern := range []string{"*/openapi.*", "invalid/*/openapi.*"} {
		paths, err := filepath.Glob(pattern)
		require.NoError(f, err)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			require.NoError(f, err)
			f.Add(data)
		}
	}
	path := filepath.Join(f.TempDir(), "openapi.yaml")
	limits := spec.Limits{Size: 1 << 20, Depth: 60, Nodes: 20_000, Aliases: 5_000}
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(path, data, 0o600))
		api, findings, err := spec.Load(path, spec.WithLimits(limits))
		if err != nil {
			assert.ErrorContains(t, err, "bytes")
			return
		}
		assert.Equal(t, api == nil, findings.HasErrors())
		if api == nil {
			return
		}
		files, more, err := generator.Generate(api, check.options())
		require.NoError(t, err)
		for _, d := range append(findings, more...) {
			assert.NotEmpty(t, d.What)
			assert.Positive(t, d.Loc.Line, d.String())
		}
		if len(data) < 16<<10 {
			check.check(t, files)
			return
		}
		for _, file := range files {
			if strings.HasSuffix(file.Name, ".go") {
				_, err := parser.ParseFile(token.NewFileSet(), file.Name, file.Data, parser.SkipObjectResolution)
				require.NoError(t, err)
			}
		}
	})
}
