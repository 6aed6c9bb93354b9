package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/templates"
)

var placed = []templates.File{{Name: "main.go", Data: []byte("package main\n")}, {Name: "api/types.go", Data: []byte("package api\n")}}

func TestPlace(t *testing.T) {
	for name, below := range map[string]string{"new": "shop", "below new ones": "a/b/shop", "there and empty": "."} {
		t.Run(name, func(t *testing.T) {
			top := t.TempDir()
			dir := filepath.Join(top, filepath.FromSlash(below))
			require.NoError(t, place(dir, placed))
			require.Equal(t, map[string]string{"main.go": "package main\n", "api": ""}, tree(t, dir))
			require.Equal(t, map[string]string{"types.go": "package api\n"}, tree(t, filepath.Join(dir, "api")))
			entries, err := os.ReadDir(top)
			require.NoError(t, err)
			if below != "." {
				require.Len(t, entries, 1, "nothing is left beside it")
			}
		})
	}
}

// A file that appears between the look and the work is not lost, and the folder is left as it was.
func TestPlaceOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte("mine"), 0o600))
	require.ErrorContains(t, place(dir, placed), "main.go has appeared in it")
	require.Equal(t, map[string]string{"main.go": "mine"}, tree(t, dir))
}

// Where the last file cannot be written there is none at all.
func TestPlaceAllOrNothing(t *testing.T) {
	top := t.TempDir()
	bad := append(placed[:2:2], templates.File{Name: "main.go/x.go"})
	require.Error(t, place(filepath.Join(top, "a", "shop"), bad))
	require.Empty(t, tree(t, top))
	require.Error(t, place(top, bad))
	require.Empty(t, tree(t, top))
}
