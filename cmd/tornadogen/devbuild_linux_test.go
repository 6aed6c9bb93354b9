package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// Where there is no service, dev says so, and what to do.
func TestDevWithoutAService(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module shop\n\ngo 1.26\n", "lib/lib.go": "package lib\n", "empty/README": "", "broken/main.go": "package main\n\nfunc main() { x }\n",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	t.Setenv("GOWORK", "off")
	for folder, want := range map[string]string{
		"lib":    "lib: is not the folder of a program, a package main; " + noProgram,
		"empty":  "the service does not build: no Go files in " + filepath.Join(dir, "empty") + "; " + noProgram,
		"gone":   "gone: there is no such folder; " + noProgram,
		"broken": "the service does not build: # shop/broken\n./main.go:3:15: undefined: x",
	} {
		t.Chdir(dir)
		d := &developer{cmd: &cobra.Command{}, main: folder, folder: t.TempDir()}
		_, _, err := d.build(t.Context())
		require.EqualError(t, err, want)
		left, err := os.ReadDir(d.folder)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}
