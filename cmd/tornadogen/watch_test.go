package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/require"
)

// watching watches folders until the test ends. next waits until a change is told.
func watching(t *testing.T, folders ...string) (w *watcher, next func()) {
	t.Helper()
	w, err := watch(folders)
	require.NoError(t, err)
	t.Cleanup(w.close)
	return w, func() {
		t.Helper()
		select {
		case <-w.changed:
		case err := <-w.failed:
			require.NoError(t, err)
		case <-time.After(time.Minute):
			t.Fatal("no change is told")
		}
	}
}

func makeFolders(t *testing.T, paths ...string) {
	t.Helper()
	for _, path := range paths {
		require.NoError(t, os.MkdirAll(path, 0o750))
	}
}

// A folder that is not watched is not watched either when it comes later, unless it was asked for by its name.
func TestWatchSkipsWhatComesLater(t *testing.T) {
	root := t.TempDir()
	asked := filepath.Join(root, "testdata")
	makeFolders(t, asked)
	w, next := watching(t, root, asked)
	require.Contains(t, w.fs.WatchList(), asked)
	makeFolders(t, filepath.Join(root, "node_modules", "left"), filepath.Join(root, ".git", "objects"))
	next()
	makeFolders(t, filepath.Join(root, "pets")) // events come in order
	next()
	require.NoError(t, os.RemoveAll(asked))
	next()
	makeFolders(t, asked)
	next()
	require.ElementsMatch(t, []string{root, filepath.Join(root, "pets"), asked}, w.fs.WatchList())
}

// Where more has changed than the system tells, that is a change, and folders that nothing was told of are watched.
func TestWatchOverflow(t *testing.T) {
	root := t.TempDir()
	missed := filepath.Join(root, "missed")
	makeFolders(t, missed)
	w, next := watching(t, root)
	require.NoError(t, w.fs.Remove(missed))
	w.fs.Errors <- fsnotify.ErrEventOverflow
	next()
	require.NoError(t, os.WriteFile(filepath.Join(missed, "pets.go"), nil, 0o600))
	next()
}
