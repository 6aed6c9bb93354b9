package spec

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// corpusDir is a folder of real documents: dev/, bad/ with MANIFEST.tsv, and INDEX.tsv. It is no part of the project.
func corpusDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("CORPUS")
	if dir == "" {
		t.Skip("CORPUS names no folder of real documents")
	}
	return dir
}

// tsv reads a table; each row maps column names to values.
func tsv(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	var rows []map[string]string
	var head []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		cells := strings.Split(lines.Text(), "\t")
		if head == nil {
			head = cells
			continue
		}
		row := map[string]string{}
		for i, cell := range cells {
			if i < len(head) {
				row[head[i]] = cell
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func TestCorpusDev(t *testing.T) {
	dir := corpusDir(t)
	for _, row := range tsv(t, filepath.Join(dir, "INDEX.tsv")) {
		t.Run(row["id"], func(t *testing.T) {
			start := time.Now()
			api, diags, err := Load(filepath.Join(dir, "dev", row["root"]), WithRoot(filepath.Join(dir, "dev", row["id"])))
			took := time.Since(start)
			require.NoError(t, err)
			for _, d := range diags {
				if d.Severity == Error {
					t.Error(d.Text())
				}
				assert.NotContains(t, []string{"structure", "unchecked"}, d.Class, d.Text())
			}
			require.NotNil(t, api)
			want, err := strconv.Atoi(row["ops"])
			require.NoError(t, err)
			assert.Len(t, api.Operations, want)
			assert.Less(t, took, 60*time.Second)
			if row["nfiles"] != "1" {
				checkBundle(t, api)
			}
			t.Logf("%v, %d diagnostics, %d schemas", took.Round(time.Millisecond), len(diags), len(api.Schemas))
		})
	}
}

// checkBundle reads what was made of many files as one.
func checkBundle(t *testing.T, api *API) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "openapi.json")
	require.NoError(t, os.WriteFile(path, api.Source, 0o600))
	again, diags, err := Load(path)
	require.NoError(t, err)
	require.NotNil(t, again, diags.Text())
	assert.Len(t, again.Operations, len(api.Operations))
	for _, d := range diags {
		assert.NotContains(t, []string{"structure", "unresolved-reference", "network-reference"}, d.Class, d.Text())
	}
}

func TestCorpusBad(t *testing.T) {
	dir := filepath.Join(corpusDir(t), "bad")
	for _, row := range tsv(t, filepath.Join(dir, "MANIFEST.tsv")) {
		t.Run(row["file"], func(t *testing.T) {
			start := time.Now()
			api, diags, err := Load(filepath.Join(dir, row["file"]))
			require.NoError(t, err)
			assert.Less(t, time.Since(start), 60*time.Second)
			switch row["expect"] {
			case "reject":
				assert.Nil(t, api)
				assert.True(t, diags.HasErrors())
			case "accept":
				assert.NotNil(t, api, diags.Text())
			}
			t.Logf("%v, refused: %v\n%s", time.Since(start).Round(time.Millisecond), api == nil, first(diags.Text(), 600))
		})
	}
}

func first(s string, n int) string {
	if len(s) > n {
		return s[:n] + "..."
	}
	return s
}
