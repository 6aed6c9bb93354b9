package ir

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/tornadogen/tornadogen/spec"
)

var update = flag.Bool("update", false, "rewrite the plans in testdata")

// TestPlans holds each testdata/NAME.txtar against what Build makes of its first file: the plan, and the findings. A document
// without paths may leave out openapi and info.
func TestPlans(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			p, diags := load(t, string(archive.Files[0].Data))
			checkNames(t, p)
			got := []txtar.File{archive.Files[0], {Name: "plan", Data: []byte(dump(p))}}
			if len(diags) > 0 {
				got = append(got, txtar.File{Name: "findings", Data: []byte(diags.String())})
			}
			archive.Files = got
			if *update {
				require.NoError(t, os.WriteFile(file, txtar.Format(archive), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, string(want), string(txtar.Format(archive)))
		})
	}
}

// load plans a document, without the findings of package spec.
func load(t *testing.T, document string) (*Package, spec.Diagnostics) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "api.yaml")
	require.NoError(t, os.WriteFile(path, []byte(document), 0o600))
	api, found, err := spec.Load(path)
	require.NoError(t, err)
	require.NotNil(t, api, "%s", found.String())
	p, diags := Build(api, Options{Package: "api"})
	for i := range diags {
		diags[i].Loc.File = "api.yaml"
	}
	return p, diags
}
