package ir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/spec"
)

// TestCorpus plans every document of the corpus: nothing panics, every name is unique, and the time is bounded. CORPUS is the
// folder that holds dev/ and INDEX.tsv.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		t.Skip("CORPUS is not set: it names the folder of the corpus")
	}
	for _, root := range corpusRoots(t, dir) {
		t.Run(root, func(t *testing.T) {
			folder, _, _ := strings.Cut(root, "/")
			api, _, err := spec.Load(filepath.Join(dir, "dev", root), spec.WithRoot(filepath.Join(dir, "dev", folder)))
			if err != nil || api == nil {
				t.Skip("not loaded")
			}
			start := time.Now()
			p, diags := Build(api, Options{Package: "api"})
			took := time.Since(start)
			assert.Less(t, took, 20*time.Second)
			checkNames(t, p)
			again, _ := Build(api, Options{Package: "api"})
			assert.Equal(t, dump(p), dump(again), "the same document gives the same plan")
			if os.Getenv("CORPUS_REPORT") != "" {
				report(t, p, diags, took)
			}
		})
	}
}

func corpusRoots(t *testing.T, dir string) []string {
	t.Helper()
	index, err := os.ReadFile(filepath.Join(dir, "INDEX.tsv"))
	require.NoError(t, err)
	var roots []string
	for i, row := range strings.Split(strings.TrimSpace(string(index)), "\n") {
		if columns := strings.Split(row, "\t"); i > 0 && len(columns) > 1 {
			roots = append(roots, columns[1])
		}
	}
	return roots
}

// report prints one line of figures and one for each class of findings.
func report(t *testing.T, p *Package, diags spec.Diagnostics, took time.Duration) {
	t.Helper()
	classes := make(map[string]int)
	for _, d := range diags {
		classes[d.Class]++
		if os.Getenv("CORPUS_REPORT") == "all" {
			t.Log("FOUND", d.Class, d.What)
		}
	}
	t.Logf("REPORT ops=%d/%d types=%d codecs=%d rules=%d took=%s %v", len(p.Operations), len(p.API.Operations), len(p.Types),
		len(p.Codecs), len(p.Rules), took.Round(time.Millisecond), classes)
}
